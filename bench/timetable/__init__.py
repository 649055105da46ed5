"""`python -m bench timetable`: timetables and how far they can be from the best, beside OR-tools CP-SAT alone."""

from bench.timetable.compare import NAME, run

__all__ = ["NAME", "run"]
