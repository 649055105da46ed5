"""The directory for programs: every operation declared once, and from that served, described and explained."""
