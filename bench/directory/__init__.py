"""`python -m bench directory`: search, suggestions, pages and imports at the size of a large region."""

from bench.directory.compare import NAME, run

__all__ = ["NAME", "run"]
