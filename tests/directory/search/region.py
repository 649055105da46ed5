"""Things to be found, for these tests: a source that holds them in memory, and an index of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from directory.search.asking import Asked
from directory.search.documents import MEMBERS, PUBLIC, Behind, Card, Document, Kind, Mark, Viewer, Wording
from directory.search.finding import Results, find
from directory.search.folder import IndexFolder
from directory.search.places import find_place

BESIDE = ThreadPoolExecutor(1, "beside")
NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)


def document(id_: str, name: str, line: str = "", text: str = "", kind: Kind = "organisation", **more: Any) -> Document:
    """Something to be found; `place` alone also says where that is."""
    if "place" in more and (place := find_place(more["place"])):
        more = {"latitude": place.where[0], "longitude": place.where[1]} | more
    return Document(kind, id_, f"/{kind}s/{id_}", {"de": Wording(name, line, text)}, **({"updated_at": NOON} | more))


@dataclass
class Shelf:
    """A source of one kind that holds its documents in memory. `hidden` ones nobody may see, whatever the index has."""

    kind: Kind
    documents_by_id: dict[str, Document] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    behind_by_id: dict[str, Behind] = field(default_factory=dict)  # these have bare cards
    asked: list[Mark | None] = field(default_factory=list)  # after which marks somebody asked what has changed

    def put(self, *documents: Document) -> None:
        """Have these, as they are now."""
        self.documents_by_id |= {each.id: each for each in documents}

    def remove(self, id_: str, at: datetime) -> None:
        """Have it no more; its row stays."""
        del self.documents_by_id[id_]
        self.gone[id_] = at

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """See `Source`."""
        self.asked.append(after)
        marks = [Mark(each.updated_at, each.id) for each in self.documents_by_id.values()]
        marks += [Mark(at, id_) for id_, at in self.gone.items()]
        return sorted(mark for mark in marks if after is None or mark > after)[:limit]

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """See `Source`."""
        return [self.documents_by_id[each] for each in sorted(ids) if each in self.documents_by_id]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """See `Source`."""
        cards = {each: _card(self.documents_by_id[each]) for each in ids if self._is_seen(each, viewer)}
        bare = {"text": "", "words": ()}
        return {id_: replace(card, **bare) if id_ in self.behind_by_id else card for id_, card in cards.items()}

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """See `Source`."""
        return {each: self.behind_by_id[each] for each in ids if each in self.behind_by_id}

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """See `Source`."""
        return ()

    def _is_seen(self, id_: str, viewer: Viewer) -> bool:
        found = self.documents_by_id.get(id_)
        mine = {PUBLIC, MEMBERS} if viewer.person_id else {PUBLIC}
        return found is not None and id_ not in self.hidden and bool(mine & set(found.audiences))


def _card(each: Document) -> Card:
    wording = next(iter(each.wordings.values()))
    return Card(each.kind, each.id, each.path, wording.name, line=wording.line, text=wording.text, words=each.words)


def index_of(folder: Path, documents: Iterable[Document]) -> IndexFolder:
    """An index of these documents, in use."""
    made = IndexFolder(folder)
    made.folder.mkdir(parents=True)
    written = made.begin_new()
    written.put(documents, fresh=True)
    written.commit()
    made.put_in_use(written)
    written.close()
    return made


@dataclass
class Asking:
    """Asks an index, as anybody or as certain audiences."""

    folder: IndexFolder
    audiences: Collection[str] = (PUBLIC,)

    def __call__(self, words: str = "", **more: Any) -> Results:
        """What is found."""
        asked = Asked(words=words, **more)
        place = find_place(asked.near) if asked.near else None
        return find(self.folder.look(), asked, self.audiences, place, limit=20, beside=BESIDE)

    def ids(self, words: str = "", **more: Any) -> list[str]:
        """The ids of what is found, in order."""
        return [id_ for _, id_ in self(words, **more).found]

    def as_one_of(self, *audiences: str) -> "Asking":
        """The same, asked by others."""
        return replace(self, audiences=(PUBLIC, *audiences))
