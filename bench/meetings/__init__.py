"""`python -m bench meetings`: many people book, move and call off at once, and nobody is in two meetings."""

from bench.meetings.run import NAME, run

__all__ = ["NAME", "run"]
