"""What happened to the programme of a fair."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProgrammeChanged:
    """A talk was entered, changed or taken out."""

    fair_id: str
