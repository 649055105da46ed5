"""The index on disk: how a document lies in it, and the one writer that puts it there.

Two indexes of the same library stand side by side (`directory.search.folder`): the documents, and the vocabulary of
their words. Everything here blocks; call it in a thread.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tantivy import Document as Entry
from tantivy import SchemaBuilder

from directory.search.documents import FACETS, PUBLIC, TEXT_MOST, Document, Kind, Wording
from directory.search.language import words_of
from directory.search.places import Where, find_place
from directory.search.vocabulary import VocabularyWriter
from web.markdown import plain

# What lies in the folder is made anew when this changes: fields, folding or the ways words are cut.
SCHEMA_VERSION = 2
# Bytes that the writer gathers before it writes a part of the index.
HEAP = 48_000_000
# Documents of which the words are counted before they are looked up in the vocabulary.
WORDS_AFTER = 50_000

# The fields in which words are looked for, and what a word there is worth. What stands in `ANYWHERE` is all of it.
ANYWHERE = "any"
FIELDS: Mapping[str, float] = {"name": 10.0, "line": 4.0, ANYWHERE: 2.0}
# Stands among the audiences of what not everybody may find.
CLOSED = "closed"
# In a list of everything, one organisation is worth several of the products that it has.
_KIND_WEIGHT: Mapping[Kind, float] = {"organisation": 1.3, "need": 1.2, "event": 1.1, "person": 1.0, "product": 1.0}


def _schema() -> Any:
    builder = SchemaBuilder().add_text_field("uid", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "spot", *map(facet_field, FACETS)):
        builder = builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("key", "audience"):
        builder = builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder = builder.add_text_field("owner", stored=True, tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder = builder.add_text_field(name, tokenizer_name="split", index_option="basic")
    builder = builder.add_unsigned_field("order", fast=True).add_float_field("weight", fast=True)
    return builder.add_integer_field("created", fast=True).add_integer_field("updated", fast=True).build()


def facet_field(facet: str) -> str:
    """The field of a facet."""
    return f"facet_{facet}"


SCHEMA = _schema()


def uid(kind: Kind, id_: str) -> str:
    """How a document is named in the index."""
    return f"{kind}:{id_}"


def entry(document: Document) -> tuple[dict[str, Any], set[str]]:
    """A document as the index keeps it, and all words in it."""
    texts = {name: " ".join(words) for name, words in _words(document).items()}
    values: dict[str, Any] = {
        "uid": uid(document.kind, document.id),
        "kind": document.kind,
        "key": list({" ".join(words_of(each.name)) for each in document.wordings.values() if each.name}),
        "audience": _audience(document.audiences),
        "order": name_order(_first_name(document.wordings.values())),
        "weight": _KIND_WEIGHT[document.kind] * (0.9 + 0.2 * min(1.0, max(0.0, document.boost))),
        "created": seconds(document.created_at or document.updated_at),
        "updated": micros(document.updated_at),
        **texts,
        **{facet_field(facet): sorted(set(document.tags.get(facet, ()))) for facet in FACETS},
    }
    if document.owner:
        values["owner"] = document.owner
    if where := _where(document):
        values["spot"] = spot(*where)
    return values, set(texts[ANYWHERE].split())


def _where(document: Document) -> Where | None:
    """Where it is: by its coordinates, else by its town, where that is known here."""
    if document.latitude is not None and document.longitude is not None:
        return document.latitude, document.longitude
    town = (
        find_place(f"{document.place}, {next(iter(document.tags.get('country', ())), '')}") if document.place else None
    )
    return town.where if town else None


def _words(document: Document) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"name": [], "line": [], ANYWHERE: []}
    for wording in document.wordings.values():
        found["name"] += words_of(wording.name)
        found["line"] += words_of(wording.line[:TEXT_MOST])
        found[ANYWHERE] += words_of(wording.text[:TEXT_MOST])
        found[ANYWHERE] += words_of(plain(wording.markdown[:TEXT_MOST]))
    for each in (*document.words, document.place):
        found["line"] += words_of(each[:TEXT_MOST])
    found[ANYWHERE] += found["name"] + found["line"]
    return {name: list(dict.fromkeys(words)) for name, words in found.items()}


def _audience(audiences: Collection[str]) -> list[str]:
    return [PUBLIC] if PUBLIC in audiences else [CLOSED, *sorted(set(audiences))]


def _first_name(wordings: Iterable[Wording]) -> str:
    return next((each.name for each in wordings if each.name), "")


# The letters by which names are put in order, from 1; 0 is the end of the name.
_ORDER = {each: number for number, each in enumerate(" 0123456789abcdefghijklmnopqrstuvwxyz", 1)}
_ORDER_LETTERS = 12


def name_order(name: str) -> int:
    """A number that puts names in the order of their first twelve letters, folded."""
    letters = " ".join(words_of(name))[:_ORDER_LETTERS].ljust(_ORDER_LETTERS, "\0")
    number = 0
    for each in letters:
        number = number * (len(_ORDER) + 1) + _ORDER.get(each, 0 if each == "\0" else len(_ORDER))
    return number


def spot(latitude: float, longitude: float) -> str:
    """A place to a hundredth of a degree (about a kilometre), as the index names it."""
    return f"{round(latitude * 100)}:{round(longitude * 100)}"


def seconds(moment: datetime) -> int:
    """A moment as whole seconds since 1970."""
    return int(moment.timestamp())


def micros(moment: datetime) -> int:
    """A moment as microseconds since 1970, exactly."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class IndexWriter:
    """Puts documents into the index, and takes them out. What was put there is found after `commit`."""

    def __init__(self, documents: Any, words: VocabularyWriter, index: Any) -> None:
        self._documents = documents
        self._words = words
        self._index = index
        self._counted: Counter[str] = Counter()
        self._since_counted = 0

    def put(self, documents: Iterable[Document], *, fresh: bool = False) -> None:
        """Have these documents found as they are now. `fresh`: none of them is in the index yet."""
        for document in documents:
            values, words = entry(document)
            if not fresh:
                self._documents.delete_documents_by_term("uid", values["uid"])
            self._documents.add_document(Entry.from_dict(values, SCHEMA))
            self._counted.update(words)
            self._since_counted += 1
        if self._since_counted >= WORDS_AFTER:
            self._keep_words()

    def take_out(self, kind: Kind, ids: Collection[str]) -> None:
        """Have these found no more."""
        for id_ in ids:
            self._documents.delete_documents_by_term("uid", uid(kind, id_))

    def commit(self) -> None:
        """Show everybody. The words come first: a document without its words would not be found."""
        self._keep_words()
        self._words.commit()
        self._documents.commit()
        self._index.reload()

    def close(self) -> None:
        """End; what was not committed is lost. The library lets go of its lock when nobody knows its writer."""
        self._words.close()
        self._documents.rollback()
        self._documents = None

    def _keep_words(self) -> None:
        """Words are counted as the index counts them, plus what waits for the commit."""
        searcher = self._index.searcher()
        for words in _lots(sorted(self._counted), 5_000):
            self._words.keep({word: searcher.doc_freq(ANYWHERE, word) + self._counted[word] for word in words})
        self._counted.clear()
        self._since_counted = 0


def _lots(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[at : at + size] for at in range(0, len(values), size))
