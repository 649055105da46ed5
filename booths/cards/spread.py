"""How an organisation's cards are spread over the days of a fair."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from booths.cards import queries
from fairs.model import Fair
from web.i18n import N_, translations
from web.when import date as in_words
from web.when import zone

# With fewer cards the list says it at a glance.
CARDS_LEAST = 8
# More than a screen shows: such a fair is left without a drawing.
DAYS_MOST = 15
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spread:
    """What each day is called, and how many cards were left on it."""

    fair: str
    days: Sequence[tuple[str, int]]


async def spread(session: AsyncSession, organisation_id: str, fair_id: str, locale: str) -> Spread | None:
    """The days of a fair with the cards of each; None where there are too few to be drawn."""
    fair = await session.get_one(Fair, fair_id)
    moments = await queries.moments(session, organisation_id, fair.id)
    if len(moments) < CARDS_LEAST or len(days_of(fair)) > DAYS_MOST:
        return None
    counts, _ = counted(moments, fair), translations(locale).gettext
    rows = [(_named(day, fair, locale), counts[day]) for day in days_of(fair)]
    before, after = counts[fair.starts_on - _DAY], counts[fair.ends_on + _DAY]
    first = [(_(N_("Before the fair")), before)] if before else []
    last = [(_(N_("After the fair")), after)] if after else []
    return Spread(fair.name, [*first, *rows, *last])


def counted(moments: Sequence[datetime], fair: Fair) -> Counter[date]:
    """How many of these moments are on which day of a fair, on its clock; what is earlier or later is on the day before
    the first, or after the last."""
    there = [moment.astimezone(zone(fair.time_zone)).date() for moment in moments]
    return Counter(min(max(day, fair.starts_on - _DAY), fair.ends_on + _DAY) for day in there)


def days_of(fair: Fair) -> list[date]:
    """The days of a fair."""
    return [fair.starts_on + number * _DAY for number in range((fair.ends_on - fair.starts_on).days + 1)]


def _named(day: date, fair: Fair, locale: str) -> str:
    noon = datetime.combine(day, time(12), zone(fair.time_zone))
    return in_words(noon, fair.time_zone, locale, style="short").striptags()
