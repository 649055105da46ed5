"""What is to be found of organisations, and the cards with which they are shown in lists."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations import queries
from directory.organisations.model import Organisation, Tag
from directory.organisations.record import ORGANISATIONS
from directory.organisations.rules import in_locale
from directory.organisations.shown import card_facts, picture
from directory.organisations.vocabulary import KINDS, SIZES, STAGES, TAGS, country_name
from directory.search.changes import rows_after
from directory.search.documents import MEMBERS, PUBLIC, Behind, Card, Catalogue, Document, Kind, Mark, Viewer, Wording
from people import languages
from server.kernel.prepared import CoreTransaction
from web.i18n import LOCALES


class OrganisationSource:
    """Organisations, for the search."""

    kind: Kind = "organisation"

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """The next organisations that changed, removed ones too."""
        return await rows_after(session, Organisation.updated_at, Organisation.id, after, limit)

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """These organisations, without removed ones."""
        if not ids:
            return []
        query = select(Organisation).where(Organisation.id.in_(ids), queries.present())
        found = (await session.scalars(query)).all()
        fields = await _fields(session, [one.id for one in found])
        return [document(one, fields[one.id]) for one in found]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """Those of these organisations that the viewer may see."""
        query = select(Organisation).where(Organisation.id.in_(ids), queries.visible_to(viewer.person_id))
        found = (await session.scalars(query)).all()
        pitches = await queries.pitches(session, [one.id for one in found])
        industries = await _industries(session, [one.id for one in found])
        return {one.id: _card(one, pitches.get(one.id, {}), industries.get(one.id, []), viewer.locale) for one in found}

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """What they say about themselves in both languages, and the words by which they are filed."""
        found = (await session.scalars(select(Organisation).where(Organisation.id.in_(ids)))).all()
        fields = await _fields(session, [one.id for one in found])
        said = [f"{part}.{locale}" for part in ("pitch", "description") for locale in LOCALES]
        return {
            one.id: Behind(
                [text for name in said if (text := fields[one.id][name])],
                [*_words(one, fields[one.id]), *([one.place] if one.place else [])],
            )
            for one in found
        }

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """None besides everybody and the signed in."""
        return ()


def name_facets(catalogue: Catalogue) -> None:
    """Say how the values of the facets that organisations have are called."""
    catalogue.name_values("type", KINDS.name)
    catalogue.name_values("industry", TAGS["industry"].name)
    catalogue.name_values("technology", TAGS["technology"].name)
    catalogue.name_values("stage", STAGES.name)
    catalogue.name_values("size", SIZES.name)
    catalogue.name_values("country", lambda code, locale: country_name(code.upper(), locale))
    catalogue.name_values("language", languages.name)


def document(organisation: Organisation, fields: Mapping[str, Any]) -> Document:
    """An organisation as the search keeps it."""
    tags = {"type": [organisation.kind], "stage": [organisation.stage], "size": [organisation.size]}
    tags |= {"industry": fields["industry"], "technology": fields["technology"], "language": fields["languages"]}
    tags |= {"country": [organisation.country.lower()]}
    return Document(
        kind="organisation",
        id=organisation.id,
        path=f"/o/{organisation.slug}",
        wordings=_wordings(organisation, fields),
        updated_at=organisation.updated_at,
        created_at=organisation.created_at,
        words=_words(organisation, fields),
        tags={facet: [code for code in codes if code] for facet, codes in tags.items()},
        place=organisation.place,
        latitude=organisation.latitude if organisation.longitude is not None else None,
        longitude=organisation.longitude if organisation.latitude is not None else None,
        audiences=(PUBLIC,) if organisation.visibility == "public" else (MEMBERS,),
        owner=organisation.id,
        boost=wholeness(organisation, fields),
    )


def wholeness(organisation: Organisation, fields: Mapping[str, Any]) -> float:
    """How much there is to see, from 0 to 1: what is looked after stands before what is not, where both fit alike."""
    there = (
        organisation.logo,
        organisation.confirmed_at,
        organisation.website,
        organisation.place,
        fields["industry"],
        any(fields[f"pitch.{locale}"] for locale in LOCALES),
        any(fields[f"description.{locale}"] for locale in LOCALES),
        all(fields[f"pitch.{locale}"] for locale in LOCALES),
    )
    return round(0.2 + 0.8 * sum(map(bool, there)) / len(there), 2)


def _wordings(organisation: Organisation, fields: Mapping[str, Any]) -> dict[str, Wording]:
    """In each language that says something; the name belongs to all of them."""
    said = {
        locale: Wording(organisation.name, fields[f"pitch.{locale}"], markdown=fields[f"description.{locale}"])
        for locale in LOCALES
    }
    filled = {locale: one for locale, one in said.items() if one.line or one.markdown}
    return filled or {"en": said["en"]}


def _words(organisation: Organisation, fields: Mapping[str, Any]) -> list[str]:
    named = [
        vocabulary.name(code, locale)
        for kind, vocabulary in TAGS.items()
        for code in fields[kind]
        for locale in LOCALES
    ]
    places = [row[1] for row in fields["locations"]]
    kinds = [KINDS.name(organisation.kind, locale) for locale in LOCALES]
    words = [organisation.legal_name, organisation.domain, *named, *kinds, *places]
    return list(dict.fromkeys(word for word in words if word))


async def _fields(session: AsyncSession, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    connection = await session.connection()
    names = ("industry", "technology", "market", "languages", "locations")
    return await connection.run_sync(lambda each: ORGANISATIONS.current(CoreTransaction(each), ids, names))


async def _industries(session: AsyncSession, ids: Collection[str]) -> dict[str, list[str]]:
    query = select(Tag.organisation_id, Tag.code).where(Tag.organisation_id.in_(ids), Tag.kind == "industry")
    found: dict[str, list[str]] = {}
    for id_, code in await session.execute(query.order_by(Tag.code)):
        found.setdefault(id_, []).append(code)
    return found


def _card(organisation: Organisation, pitches: Mapping[str, str], industries: Sequence[str], locale: str) -> Card:
    kind = KINDS.name(organisation.kind, locale)
    more = card_facts(industries, organisation.place, organisation.country, organisation.size, locale)
    return Card(
        kind="organisation",
        id=organisation.id,
        path=f"/o/{organisation.slug}",
        name=organisation.name,
        line=in_locale(pitches, locale)[0],
        picture=picture(organisation.logo_small),
        facts=[kind, *more],
    )
