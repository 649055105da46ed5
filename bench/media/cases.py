"""What is measured: how many send what to how many."""

from __future__ import annotations

from dataclasses import dataclass, replace

# A packet of video as encoders make them for the internet: with SRTP and headers it stays below 1,280 bytes.
PACKET_BYTES = 1_200
WARM_UP_S = 1.0


@dataclass(frozen=True)
class Case:
    """One load. Every publisher sends `per_second` packets of video, `burst` at a time."""

    name: str
    says: str
    publishers: int
    viewers: int  # who only watch; with none, publishers watch one another
    per_second: int
    burst: int
    seconds: float = 5.0
    joins: int = 20  # people who come in one after another meanwhile, to see how long it takes
    nodes: int = 1  # that carry it; more than one only ours do

    @property
    def streams(self) -> int:
        """How often each packet goes out."""
        return self.viewers or self.publishers - 1

    @property
    def expected(self) -> int:
        """Packets that should arrive in a second, at all viewers together."""
        return self.publishers * self.per_second * self.streams


CASES = (
    Case(
        "stage 50 bursts",
        "one presenter sends 1,000 packets a second in bursts of 8 to 50 viewers (9.6 Mbit/s)",
        1,
        50,
        1_000,
        8,
    ),
    Case("stage 50 even", "the same, every packet by itself", 1, 50, 1_000, 1),
    Case(
        "stage 200",
        "one presenter sends 2.6 Mbit/s as 30 frames a second of 9 packets to 200 viewers",
        1,
        200,
        270,
        9,
    ),
    Case("booth 8", "8 people send 0.9 Mbit/s each, as 30 frames a second of 3 packets, to one another", 8, 0, 90, 3),
    Case(
        "stage 50 on two nodes",
        "as in bursts, one half of the viewers on a further node; the time of both nodes counts",
        1,
        50,
        1_000,
        8,
        joins=0,
        nodes=2,
    ),
)


def scaled(case: Case, seconds: float | None, members: int | None) -> Case:
    """The case for a quick look."""
    changed = replace(case, seconds=seconds or case.seconds)
    if members and changed.viewers:
        changed = replace(changed, viewers=members)
    return changed
