"""When a room needs a further node, and which of its nodes takes the next viewer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from signaling.protocol import Join

# People of one room on one node: beyond any budget, a core does no more.
PARTICIPANTS_MOST = 500
# People of one room on all nodes: all of them are listed in its state.
ROOM_MOST = 1_000
# Further nodes of one room.
BRANCHES_MOST = 8
# A further node is asked for when this part of a budget is used, so that it is there when the rest is.
AHEAD = 0.9


@dataclass(frozen=True, slots=True)
class Budget:
    """What a node carries of a room before further ones take its viewers."""

    people: int = 300
    bits_per_second: float = 800_000_000


@dataclass(frozen=True, slots=True)
class Share:
    """What a node carries of a room. `load` is that of the whole node: the part of a core, and of its places."""

    life: str
    people: int
    bits_per_second: float
    load: float


def fits(share: Share, budget: Budget, part: float = 1.0) -> bool:
    """Whether a node carries less than this part of the budget."""
    return share.people < budget.people * part and share.bits_per_second < budget.bits_per_second * part


def seat(shares: Sequence[Share], budget: Budget) -> Share | None:
    """Which node takes the next viewer, the home being the first of `shares`; None: all places are taken."""
    free = [share for share in shares if share.people < PARTICIPANTS_MOST]
    within = [share for share in free if fits(share, budget)]
    return min(within or free, key=lambda share: share.load, default=None)


def needs_another(shares: Sequence[Share], budget: Budget) -> bool:
    """Whether one more node should be got ready."""
    return len(shares) <= BRANCHES_MOST and not any(fits(share, budget, AHEAD) for share in shares)


def only_watches(join: Join) -> bool:
    """Whether somebody may sit on a further node: who may send is carried by the home. A player never sends, whoever
    holds its token."""
    return not join.publish and (join.encoder or not join.rights.publish)
