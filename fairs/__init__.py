"""The event that people come to: name, dates, zone, and who is in it with which role."""
