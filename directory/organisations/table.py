"""What a row about an organisation says in every export."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.exports.table import Cell, Column, columns_in
from directory.organisations.model import Organisation, Tag
from directory.organisations.queries import pitches, sources_of, visible_to
from directory.organisations.vocabulary import KINDS, SIZES, STAGES, TAGS, country_name
from web.i18n import DEFAULT, N_

_TITLES = {
    "name": N_("Name"),
    "kind": N_("Kind"),
    "pitch": N_("In one line"),
    "industries": N_("Industries"),
    "technologies": N_("Technologies"),
    "place": N_("Place"),
    "postcode": N_("Postcode"),
    "country": N_("Country"),
    "website": N_("Website"),
    "founded": N_("Founded"),
    "size": N_("Size"),
    "stage": N_("Phase"),
    "source": N_("Source"),
    "page": N_("Page here"),
}


def columns(locale: str) -> list[Column]:
    """The columns, in the order of `rows_about`'s cells."""
    return columns_in(_TITLES, locale)


async def rows_about(
    session: AsyncSession, viewer_id: str, ids: Collection[str], *, locale: str, site: str
) -> dict[str, list[Cell]]:
    """The cells about those of these organisations that a viewer may see, by id. Four queries, however many."""
    query = select(Organisation).where(Organisation.id.in_(ids), visible_to(viewer_id))
    found = (await session.scalars(query)).all()
    said, tags = await pitches(session, ids), await _tags(session, ids, locale)
    sources = await sources_of(session, found)
    about = {each.id: _cells(each, said.get(each.id, {}), tags, locale) for each in found}
    kept = {id_: list(dict.fromkeys(name or "" for name, _ in each)) for id_, each in sources.items()}
    return {each.id: [*about[each.id], kept[each.id], f"{site}/o/{each.slug}"] for each in found}


async def _tags(session: AsyncSession, ids: Collection[str], locale: str) -> Mapping[tuple[str, str], list[str]]:
    query = select(Tag.organisation_id, Tag.kind, Tag.code).where(
        Tag.organisation_id.in_(ids), Tag.kind.in_(("industry", "technology"))
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, kind, code in await session.execute(query.order_by(Tag.code)):
        found[id_, kind].append(TAGS[kind].name(code, locale))
    return found


def _cells(
    each: Organisation, said: Mapping[str, str], tags: Mapping[tuple[str, str], list[str]], locale: str
) -> list[Cell]:
    return [
        each.name,
        KINDS.name(each.kind, locale),
        said.get(locale) or said.get(DEFAULT) or next(iter(said.values()), ""),
        tags.get((each.id, "industry"), []),
        tags.get((each.id, "technology"), []),
        each.place,
        each.postcode,
        country_name(each.country, locale) if each.country else "",
        each.website,
        each.founded,
        SIZES.name(each.size, locale),
        STAGES.name(each.stage, locale),
    ]
