"""The ladder from an answer to a conversation: who may do which step, and how an answer stands after it. Pure.

    answered -> (passed ->) (asked <-> replied)* -> revealed -> accepted, or declined, or withdrawn on the way

Where a go-between stands between the two, an answer is theirs first: they pass it on, or return it with a reason.
When nobody stands there any more, it is released, and the owner's.

With a need that is not blind both sides know each other from the start, and `revealed` is not needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from web.i18n import N_

OWNER, ANSWERER, BETWEEN = "owner", "answerer", "between"

STEPS = (
    "answered", "passed", "returned", "released", "asked", "replied", "revealed", "accepted", "declined", "withdrawn",
)  # fmt: skip
# Whose turn it is: the go-between's, the owner's, the answerer's, or nobody's any more.
SIFTING, WAITING, ASKED, ACCEPTED, DECLINED, WITHDRAWN = STATES = (
    "sifting",
    "waiting",
    "asked",
    "accepted",
    "declined",
    "withdrawn",
)
GOING_ON = frozenset({WAITING, ASKED})
NOT_OVER = GOING_ON | {SIFTING}

# Characters.
REASON_MOST, REASON_LEAST = 1_000, 20
TEXT_MOST = 2_000
# Steps of one answer: whoever wants to write more than this wants a conversation.
STEPS_MOST = 60


@dataclass(frozen=True)
class Step:
    """A kind of step: who takes it, from which states, and into which; None: the state stays."""

    by: str
    sources: frozenset[str]
    target: str | None
    needs_text: bool = False


LADDER: Mapping[str, Step] = MappingProxyType(
    {
        "passed": Step(BETWEEN, frozenset({SIFTING}), WAITING),
        "returned": Step(BETWEEN, frozenset({SIFTING}), DECLINED, needs_text=True),
        "released": Step(BETWEEN, frozenset({SIFTING}), WAITING),
        "asked": Step(OWNER, GOING_ON, ASKED, needs_text=True),
        "replied": Step(ANSWERER, GOING_ON, WAITING, needs_text=True),
        "revealed": Step(OWNER, GOING_ON, None),
        "accepted": Step(OWNER, GOING_ON, ACCEPTED),
        "declined": Step(OWNER, GOING_ON, DECLINED),
        "withdrawn": Step(ANSWERER, NOT_OVER, WITHDRAWN),
    }
)

# Prepared reasons of a refusal, as the other side reads them.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "taken": N_("We have found somebody."),
        "no_fit": N_("It does not fit what we need."),
        "size": N_("The size or the price does not fit."),
        "time": N_("The time does not fit."),
        "place": N_("It is too far away for us."),
        "early": N_("We need something that has proved itself for longer."),
        "own": "",  # own words
    }
)


class NotNowError(Exception):
    """A step cannot be taken. `code` is stable: not_yours, over, already, too_many."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def state_after(state: str, taken: Sequence[str], kind: str, side: str) -> str:
    """The state of an answer after a further step. `taken` are the kinds of steps so far.

    Raises NotNowError.
    """
    step = LADDER[kind]
    if step.by != side:
        raise NotNowError("not_yours")
    if state not in step.sources:
        raise NotNowError("over")
    if kind == "revealed" and "revealed" in taken:
        raise NotNowError("already")
    if len(taken) >= STEPS_MOST and kind in ("asked", "replied"):
        raise NotNowError("too_many")
    return step.target or state


def owner_is_known(blind: bool, taken: Sequence[str]) -> bool:
    """Whether the answerer may know whose need it is."""
    return not blind or "revealed" in taken or "accepted" in taken


def answerer_is_known(blind: bool, taken: Sequence[str]) -> bool:
    """Whether the owner may know who answered: at once, unless they asked to be shown together with the owner."""
    return not blind or "revealed" in taken or "accepted" in taken
