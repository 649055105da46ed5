"""The cases of the fan-out: one room, texts of 200 bytes, and how they are sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.client import Load

MEMBERS = 1000
IDLE_CONNECTIONS = 5000
# Senders take turns, so that nobody exceeds what one person may send in a second.
SENDERS = 100


@dataclass(frozen=True)
class Case:
    """A load with its name; an idle one sends nothing and is measured once, as memory does not vary."""

    name: str
    load: Load
    says: str

    @property
    def idle(self) -> bool:
        """Whether the connections are only held."""
        return not self.load.window and not self.load.rate


CASES = (
    Case(
        "one in flight",
        Load(MEMBERS, window=1, senders=SENDERS),
        "the next message leaves when every member has the last",
    ),
    Case("sixteen in flight", Load(MEMBERS, window=16, senders=SENDERS), "sixteen messages are on the way at any time"),
    Case("paced 50 per second", Load(MEMBERS, rate=50, senders=SENDERS), "a message every 20 ms, whatever comes back"),
    Case("idle 5000", Load(IDLE_CONNECTIONS, settle=2.0), "5,000 connections that say nothing"),
)


def scaled(case: Case, *, seconds: float | None = None, members: int | None = None) -> Case:
    """The case with another length or size."""
    load = case.load
    if members is not None:
        load = replace(load, connections=members, senders=min(load.senders, members))
    if seconds is not None:
        load = replace(load, seconds=seconds, warmup=min(load.warmup, seconds))
    return replace(case, load=load)
