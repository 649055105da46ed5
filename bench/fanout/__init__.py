"""`python -m bench fanout`: what it costs to bring one message to everybody in a room, Fairmatch beside its peers."""

from bench.fanout.compare import NAME, run

__all__ = ["NAME", "run"]
