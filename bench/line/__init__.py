"""`python -m bench line`: what the live line promises about time and memory, under load and with a part damaged."""

from bench.line.run import NAME, run

__all__ = ["NAME", "run"]
