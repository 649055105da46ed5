"""What happened to the stands and the programme of a fair."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StandGiven:
    """A stand is another organisation's from now on, or nobody's."""

    room_id: str


@dataclass(frozen=True)
class ProgrammeChanged:
    """A talk was entered, changed or taken out."""

    fair_id: str
