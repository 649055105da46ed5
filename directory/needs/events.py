"""What happened to needs and answers: the only face of this feature that others listen to.

None of these says whose a blind need is: whoever listens asks for what a viewer may know.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class NeedPublished:
    """A need is open, for the first time or again."""

    need_id: str


@dataclass(frozen=True)
class NeedChanged:
    """What is said about a need is other than before, or it is not open any more."""

    need_id: str


@dataclass(frozen=True)
class NeedAnswered:
    """An organisation said "this is us"."""

    need_id: str
    answer_id: str


@dataclass(frozen=True)
class AnswerMoved:
    """One side asked, replied, revealed, declined or withdrew. `step` is one of ladder.STEPS."""

    need_id: str
    answer_id: str
    step: str


@dataclass(frozen=True)
class AnswerAccepted:
    """Both sides want to talk: `owner_id` (who accepted) and `answerer_id` are two people. `opening` is what the
    answerer wrote, the first thing that is said between them."""

    need_id: str
    answer_id: str
    owner_id: str
    answerer_id: str
    opening: str
