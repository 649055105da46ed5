"""`python -m bench storm`: the servers are killed, and five thousand clients come back at once."""

from bench.storm.run import NAME, run

__all__ = ["NAME", "run"]
