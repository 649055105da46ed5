"""The figures of a partner's network: counted for its own people, and taken along as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.model import Organisation
from directory.organisations.parts import Counter
from directory.organisations.vocabulary import KINDS, TAGS, country_name
from directory.partners import queries
from web.i18n import N_, translations

# The growth of a network is told at this many moments, a month apart.
MONTHS = 12
MONTH = timedelta(days=30)
# What was confirmed in this time counts as looked after.
FRESH = timedelta(days=365)
_ORGANISATIONS, _CONFIRMED = N_("Organisations"), N_("Confirmed in the last twelve months")
PARTS = {
    "totals": N_("In all"),
    "growth": N_("In the last twelve months"),
    "kinds": N_("What they are"),
    "industries": N_("Industries"),
    "countries": N_("Countries"),
}


@dataclass(frozen=True)
class Counted:
    """How many there are of something, by its code. `name` is a message id; empty: the code's vocabulary has it."""

    code: str
    count: int
    name: str = ""


@dataclass(frozen=True)
class Statistics:
    """A network in figures, as far as the viewer sees its organisations."""

    totals: Sequence[Counted]
    growth: Sequence[tuple[datetime, int]]
    kinds: Sequence[Counted]
    industries: Sequence[Counted]
    countries: Sequence[Counted]

    @property
    def organisations(self) -> int:
        """How many organisations there are."""
        return self.totals[0].count


async def statistics(
    session: AsyncSession, person_id: str, partner_id: str, counters: Sequence[Counter], now: datetime
) -> Statistics:
    """The figures of a network, for one of its partner's people, with what `counters` count of its organisations. The
    number of queries is the same however large it is."""
    moments = [now - MONTH * back for back in range(MONTHS - 1, -1, -1)]
    kinds = [Counted(*each) for each in (await queries.kinds(session, person_id, partner_id)).items()]
    confirmed = await _confirmed(session, person_id, partner_id, now - FRESH)
    totals = [
        Counted("organisations", sum(each.count for each in kinds), _ORGANISATIONS),
        Counted("confirmed", confirmed, _CONFIRMED),
    ]
    for one in counters:
        ids = queries.members(person_id, partner_id)
        totals.append(Counted(one.code, await one.count(session, ids, now), one.name))
    growth = await queries.brought_since(session, person_id, partner_id, moments)
    return Statistics(
        totals,
        list(zip(moments, growth, strict=True)),
        kinds,
        [Counted(*each) for each in await queries.industries(session, person_id, partner_id)],
        [Counted(*each) for each in await queries.countries(session, person_id, partner_id)],
    )


def named(part: str, one: Counted, locale: str) -> str:
    """What a figure is called."""
    if part == "totals":
        return translations(locale).gettext(one.name)
    if part == "countries":
        return country_name(one.code, locale)
    return (KINDS if part == "kinds" else TAGS["industry"]).name(one.code, locale)


def rows(found: Statistics, locale: str) -> list[tuple[str, str, int]]:
    """The figures as rows: the part, what is counted, and how many."""
    called = {part: translations(locale).gettext(name) for part, name in PARTS.items()}
    told = [(called["growth"], at.date().isoformat(), count) for at, count in found.growth]
    for part in ("totals", "kinds", "industries", "countries"):
        counted: Sequence[Counted] = getattr(found, part)
        told += [(called[part], named(part, each, locale), each.count) for each in counted]
    return told


async def _confirmed(session: AsyncSession, person_id: str, partner_id: str, since: datetime) -> int:
    seen = queries.members(person_id, partner_id).where(Organisation.confirmed_at >= since).subquery()
    return await session.scalar(select(func.count()).select_from(seen)) or 0
