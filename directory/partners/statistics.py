"""The figures of a partner's network: counted for its own people, and taken along as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs.model import Need
from directory.needs.rules import OPEN
from directory.organisations.model import Organisation
from directory.organisations.vocabulary import KINDS, TAGS, country_name
from directory.partners import queries
from directory.products.model import Product
from directory.products.queries import present as product_present
from web.i18n import N_, translations

# The growth of a network is told at this many moments, a month apart.
MONTHS = 12
MONTH = timedelta(days=30)
# What was confirmed in this time counts as looked after.
FRESH = timedelta(days=365)
_TOTALS = {
    "organisations": N_("Organisations"),
    "confirmed": N_("Confirmed in the last twelve months"),
    "products": N_("Products"),
    "needs": N_("Open needs and offers"),
}
PARTS = {
    "totals": N_("In all"),
    "growth": N_("In the last twelve months"),
    "kinds": N_("What they are"),
    "industries": N_("Industries"),
    "countries": N_("Countries"),
}


@dataclass(frozen=True)
class Counted:
    """How many there are of something, by its code."""

    code: str
    count: int


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


async def statistics(session: AsyncSession, person_id: str, partner_id: str, now: datetime) -> Statistics:
    """The figures of a network, for one of its partner's people. Eight queries, however large it is."""
    moments = [now - MONTH * back for back in range(MONTHS - 1, -1, -1)]
    kinds = [Counted(*each) for each in (await queries.kinds(session, person_id, partner_id)).items()]
    totals = {
        "organisations": sum(each.count for each in kinds),
        "confirmed": await _confirmed(session, person_id, partner_id, now - FRESH),
        "products": await _products(session, person_id, partner_id),
        "needs": await _needs(session, person_id, partner_id, now),
    }
    growth = await queries.brought_since(session, partner_id, moments)
    return Statistics(
        [Counted(*each) for each in totals.items()],
        list(zip(moments, growth, strict=True)),
        kinds,
        [Counted(*each) for each in await queries.industries(session, person_id, partner_id)],
        [Counted(*each) for each in await queries.countries(session, person_id, partner_id)],
    )


def named(part: str, code: str, locale: str) -> str:
    """What a figure is called."""
    if part == "totals":
        return translations(locale).gettext(_TOTALS[code])
    if part == "countries":
        return country_name(code, locale)
    return (KINDS if part == "kinds" else TAGS["industry"]).name(code, locale)


def rows(found: Statistics, locale: str) -> list[tuple[str, str, int]]:
    """The figures as rows: the part, what is counted, and how many."""
    called = {part: translations(locale).gettext(name) for part, name in PARTS.items()}
    told = [(called["growth"], at.date().isoformat(), count) for at, count in found.growth]
    for part in ("totals", "kinds", "industries", "countries"):
        counted: Sequence[Counted] = getattr(found, part)
        told += [(called[part], named(part, each.code, locale), each.count) for each in counted]
    return told


async def _confirmed(session: AsyncSession, person_id: str, partner_id: str, since: datetime) -> int:
    seen = queries.members(person_id, partner_id).where(Organisation.confirmed_at >= since).subquery()
    return await session.scalar(select(func.count()).select_from(seen)) or 0


async def _products(session: AsyncSession, person_id: str, partner_id: str) -> int:
    query = select(func.count()).select_from(Product).where(_of_network(Product, person_id, partner_id))
    return await session.scalar(query.where(product_present())) or 0


async def _needs(session: AsyncSession, person_id: str, partner_id: str, now: datetime) -> int:
    """Without blind ones: a network of one organisation would tell whose they are."""
    open_now = Need.state == OPEN, Need.expires_at > now, Need.blind.is_(False)
    query = select(func.count()).select_from(Need).where(_of_network(Need, person_id, partner_id), *open_now)
    return await session.scalar(query) or 0


def _of_network(table: type[Product] | type[Need], person_id: str, partner_id: str) -> ColumnElement[bool]:
    seen = queries.members(person_id, partner_id).subquery()
    return table.organisation_id.in_(select(seen.c.id))
