"""What happened to the searches that people keep."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchLookedAt:
    """Somebody has looked at what is new in a search of theirs."""

    person_id: str
    search_id: str
