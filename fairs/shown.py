"""Fairs as pages show them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from babel.dates import format_interval

from fairs.model import Fair
from fairs.rules import Phase, phase
from web.i18n import N_, formats

# What roles are called on pages; translated where they are shown.
ROLE_NAMES = {
    "attendee": N_("Attendee"),
    "exhibitor": N_("Exhibitor"),
    "speaker": N_("Speaker"),
    "moderator": N_("Moderator"),
    "organiser": N_("Organiser"),
}


@dataclass(frozen=True)
class FairShown:
    """A fair in a reader's language, at a moment."""

    id: str
    slug: str
    name: str
    tagline: str
    days: str  # 14–16 September 2026
    time_zone: str
    phase: str  # one of fairs.rules.Phase
    starts_at: datetime  # when its first day begins in its own zone

    @property
    def path(self) -> str:
        """Its address."""
        return f"/fairs/{self.slug}"

    @property
    def live(self) -> bool:
        """Whether it is running."""
        return self.phase == Phase.RUNNING.value

    @property
    def line(self) -> str:
        """When, and what it is about: one line below its name."""
        return f"{self.days} · {self.tagline}" if self.tagline else self.days

    @classmethod
    def of(cls, fair: Fair, now: datetime, locale: str) -> Self:
        """A fair as it stands now."""
        return cls(
            id=fair.id,
            slug=fair.slug,
            name=fair.name,
            tagline=fair.tagline,
            days=format_interval(fair.starts_on, fair.ends_on, skeleton="yMMMMd", locale=formats(locale)),
            time_zone=fair.time_zone,
            phase=phase(fair.starts_on, fair.ends_on, now, fair.time_zone).value,
            starts_at=datetime.combine(fair.starts_on, time(), ZoneInfo(fair.time_zone)).astimezone(UTC),
        )
