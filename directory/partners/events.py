"""What happened to networks: the only face of this part that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkLeft:
    """An organisation, or all of them at once, is in a partner's network no longer."""

    partner_id: str
    by_id: str | None
