"""Needs and offers as the search finds them. Whose a blind one is, is in no document: the index is on disk, and read
by whoever looks for it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs import queries
from directory.needs.knowing import is_listed
from directory.needs.model import Need
from directory.needs.seen import CATEGORY_NAMES, Seen
from directory.organisations.industries import INDUSTRIES
from directory.organisations.model import Organisation
from directory.organisations.technologies import TECHNOLOGIES
from directory.search.changes import rows_after
from directory.search.documents import MEMBERS, PUBLIC, Behind, Card, Catalogue, Document, Kind, Mark, Viewer, Wording
from directory.speaking import NOBODY, viewer_of
from directory.speaking import Viewer as Speaker
from server.kernel.clock import Clock
from web.i18n import LOCALES, N_, translations

# Somebody with an account and no organisation: what everybody who is signed in may know.
_ANYBODY = Speaker(person_id="anybody")
# How much what is nearly over, or says little, is worth.
_WHOLE, _THIN = 0.6, 0.4


# What the kinds of needs are called among the kinds of everything that is found.
_KIND_NAMES = {"seek": N_("Need"), "offer": N_("Offer")}


def name_facets(catalogue: Catalogue) -> None:
    """Say how the values of facets that only needs have are called."""
    catalogue.name_values("type", lambda value, locale: translations(locale).gettext(_KIND_NAMES.get(value, value)))


class NeedSource:
    """The open needs. See `directory.search.documents.Source`."""

    kind: Kind = "need"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """Needs in the order in which they changed."""
        return await rows_after(session, Need.updated_at, Need.id, after, limit)

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """Those of these needs that are open now, as anybody may know them."""
        found = await queries.by_ids(session, _ANYBODY, ids)
        public = await self._public(session, ids)
        now = self._clock.now()
        open_now = [need for need in found.values() if need.is_open(now)]
        places = await _places(session, [need for need in open_now if need.owner is not None])
        return [_document(need, need.id in public, places.get(need.id, (None, None))) for need in open_now]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """What this viewer may see of these needs."""
        speaker = await viewer_of(session, viewer.person_id)
        found = await queries.by_ids(session, speaker, ids)
        now = self._clock.now()
        return {need.id: _card(need, viewer.locale) for need in found.values() if need.is_open(now)}

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """What they say in both languages, as far as this viewer may know; what they are filed under is on their
        cards."""
        found = await queries.by_ids(session, await viewer_of(session, viewer.person_id), ids)
        return {
            need.id: Behind(
                [part for each in need.texts.values() for part in (each.title, each.text, each.gets) if part]
            )
            for need in found.values()
        }

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """None of its own."""
        return ()

    async def _public(self, session: AsyncSession, ids: Collection[str]) -> set[str]:
        query = select(Need.id).where(Need.id.in_(ids), is_listed(NOBODY, self._clock.now()))
        return set(await session.scalars(query)) if ids else set()


def _document(need: Seen, public: bool, place: tuple[float | None, float | None]) -> Document:
    said = [each for each in need.texts.values() if each.title]
    whole = all(each.text for each in said) and bool(need.industries or need.technologies)
    return Document(
        kind="need",
        id=need.id,
        path=need.path(),
        wordings={
            locale: Wording(each.title, need.by(locale), markdown=f"{each.text}\n\n{each.gets}".strip())
            for locale, each in need.texts.items()
        },
        updated_at=need.updated_at,
        # A day is told, not a moment: moments could be compared with what an organisation did elsewhere.
        created_at=_day(need.published_at or need.updated_at),
        words=_words(need),
        tags={
            "type": [need.kind],
            "industry": list(need.industries),
            "technology": list(need.technologies),
            "country": [need.country.lower()] if need.country else [],
        },
        place=need.place,
        latitude=place[0],
        longitude=place[1],
        audiences=(PUBLIC, MEMBERS) if public else (MEMBERS,),
        owner=need.owner.id if need.owner else "",
        boost=_WHOLE if whole else _THIN,
    )


def _words(need: Seen) -> list[str]:
    """What it is found by, too: names of its tags, its kind and its category in both languages, its region."""
    known = [INDUSTRIES.name(code, locale) for code in need.industries for locale in LOCALES]
    known += [TECHNOLOGIES.name(code, locale) for code in need.technologies for locale in LOCALES]
    category = CATEGORY_NAMES[need.category]
    return [*dict.fromkeys(known), *(translations(locale).gettext(category) for locale in LOCALES), need.region]


def _card(need: Seen, locale: str) -> Card:
    said = need.said(locale)
    return Card(
        kind="need",
        id=need.id,
        path=need.path(locale),
        name=said.title,
        line=need.by(locale),
        markdown=said.text,
        by=need.owner.name if need.owner else "",
        facts=need.facts(locale),
        words=[*_words(need), need.place],
        offers=need.offers,
    )


def _day(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), datetime.min.time(), UTC)


async def _places(session: AsyncSession, needs: Sequence[Seen]) -> dict[str, tuple[float | None, float | None]]:
    """Where the organisations of needs are, for those alone that are not blind and say no other place."""
    owners = {need.id: need.owner.id for need in needs if need.owner and not need.blind and not need.place}
    columns = Organisation.id, Organisation.latitude, Organisation.longitude
    query = select(*columns).where(Organisation.id.in_(set(owners.values())))
    found = {row.id: (row.latitude, row.longitude) for row in await session.execute(query)} if owners else {}
    return {need_id: found[owner] for need_id, owner in owners.items() if owner in found}
