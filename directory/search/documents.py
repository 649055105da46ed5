"""What can be found: documents that the parts hand to the search, and the cards with which it shows them.

The search knows no part. Each part that has something to be found writes a `Source` for it in its own `documents.py`,
and the composition root puts it into the `Catalogue`:

    catalogue.add(OrganisationSource())

A source is asked for three things: which rows changed, what stands in them, and what a viewer may see of those that
were found. The index is never the truth: it may be thrown away and made anew from the sources at any time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, get_args

from sqlalchemy.ext.asyncio import AsyncSession

# What the search can tell apart, in the order of its tabs.
Kind = Literal["organisation", "product", "need", "person", "event"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Audiences. A document names those that may find it, a viewer belongs to some; any other text may be one, too
# ("fair:<id>", "organisation:<id>"), as long as the source's `audiences` gives it to the right viewers.
PUBLIC = "public"  # everybody, without an account
MEMBERS = "members"  # everybody who is signed in

# Facets: by these names the parts give values, and the page offers them with counts. A value is a stable key in lower
# case ("energy", "growth", "de"), not a word of one language; `Catalogue.name_values` says how it is shown.
FACETS = ("type", "industry", "technology", "country", "stage", "size", "language")
Facet = str

# Characters of a text that are looked at. Beyond lies what nobody searches for.
TEXT_MOST = 8_000


@dataclass(frozen=True)
class Wording:
    """What a document says in one language. Empty where it says nothing."""

    name: str = ""
    line: str = ""  # one sentence: the pitch
    text: str = ""  # the rest, as plain text
    markdown: str = ""  # or as it was typed: the index takes the words out of it, in a thread of its own


@dataclass(frozen=True)
class Document:
    """One thing that can be found. `path` is where it stands; `id` is unique within its kind.

    `wordings` by language ("de", "en"); give what there is, in whatever language it is.
    `words` are found, but not shown as text: names of tags in both languages, spellings, former names, a domain.
    `tags` are the values of `FACETS`.
    `owner` is the id of the organisation to which a product, need or person belongs; empty: none, or a secret.
    `boost` from 0 (hardly worth showing) to 1 (whole, confirmed, looked after); it decides among what fits alike.
    """

    kind: Kind
    id: str
    path: str
    wordings: Mapping[str, Wording]
    updated_at: datetime
    created_at: datetime | None = None  # for "newest"; None: as `updated_at`
    words: Sequence[str] = ()
    tags: Mapping[Facet, Sequence[str]] = field(default_factory=dict)
    place: str = ""  # the town, as people write it
    latitude: float | None = None  # degrees, WGS 84; both or none
    longitude: float | None = None
    audiences: Collection[str] = (PUBLIC,)
    owner: str = ""
    boost: float = 0.5


@dataclass(frozen=True, order=True)
class Mark:
    """A place in the order in which rows changed. Give them in this order: by moment, then by id."""

    at: datetime
    id: str


@dataclass(frozen=True)
class Card:
    """What a viewer sees of something that was found, in their language. The page adds why it was found."""

    kind: Kind
    id: str
    path: str
    name: str
    line: str = ""
    text: str = ""  # plain; the page cuts the part out of it that tells why
    picture: str = ""  # address of logo or photo, or ""
    by: str = ""  # whose it is: name of the organisation, position of a person
    facts: Sequence[str] = ()  # short, translated: "Energy", "Essen, DE", "until 12 Dec"
    words: Sequence[str] = ()  # as in the document: what may have been found without standing in a text
    starts_at: datetime | None = None  # events
    offers: bool = False  # needs: it is an offer
    markdown: str = ""  # a text as it was typed, in place of `text`: only what is around an answer is read of it


@dataclass(frozen=True)
class Behind:
    """What was indexed of something and does not stand on its card: texts (Markdown, each in its language), and words
    as in the document. It is asked for where nothing on the card says why it was found."""

    texts: Sequence[str] = ()
    words: Sequence[str] = ()


@dataclass(frozen=True)
class Viewer:
    """Who searches: None as `person_id` is somebody without an account."""

    person_id: str | None
    locale: str
    admin: bool = False


class Source(Protocol):
    """What one part has to be found, of one kind."""

    kind: Kind

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """The next rows that changed after a mark (None: from the very first), at most `limit`, in order of marks.

        Rows that nobody may find any more are among them, as long as there is a row: the index forgets those for
        which `documents` then has nothing. What is deleted without a trace is told to the index by
        `directory.search.changes.touched`, in the transaction that deletes it.

        A mark's moment is `updated_at`; rows must be committed within `directory.search.following.OVERLAP` of it.
        """
        ...

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """These rows as documents, in one or two queries; those that nobody may find are left out."""
        ...

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """What this viewer may see of these rows, by id; whoever may not see one finds it missing here.

        Visibility is decided in the query, whatever the index believes.
        """
        ...

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """What stands behind cards that this viewer has got, by id; nothing where the card says all. A few queries,
        however many there are."""
        ...

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """The audiences to which this viewer belongs besides `PUBLIC` and `MEMBERS`; most sources have none."""
        ...


# (value, locale) -> how the value of a facet is shown.
NameOf = Callable[[str, str], str]


class Catalogue:
    """The sources by kind, and how the values of facets are called. Filled by the composition root."""

    def __init__(self) -> None:
        self.sources: dict[Kind, Source] = {}
        self._names: dict[Facet, list[NameOf]] = {}

    def add(self, source: Source) -> None:
        """Have the rows of this source found. Raises ValueError for a second source of a kind."""
        if source.kind in self.sources:
            raise ValueError(f"{source.kind} has a source already")
        self.sources[source.kind] = source

    def name_values(self, facet: Facet, name: NameOf) -> None:
        """Show values of this facet so; what nobody has another name for is shown as it is. Several parts may name
        values of one facet, each its own. Raises ValueError for a facet that there is not."""
        if facet not in FACETS:
            raise ValueError(f"{facet} is none of {', '.join(FACETS)}")
        self._names.setdefault(facet, []).append(name)

    def value_name(self, facet: Facet, value: str, locale: str) -> str:
        """How a value of a facet is shown in a language; without a name, the value itself."""
        names = (name(value, locale) for name in self._names.get(facet, ()))
        return next((name for name in names if name and name != value), value)

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> frozenset[str]:
        """All audiences to which a viewer belongs."""
        found = {PUBLIC}
        if viewer.person_id is not None:
            found.add(MEMBERS)
            for source in self.sources.values():
                found |= set(await source.audiences(session, viewer))
        return frozenset(found)
