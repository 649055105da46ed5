"""The peers, and ends of what stands beside them: each a small program, started as a process of its own."""
