"""Asking the index: which documents answer, in which order, and how many there are of each kind. It blocks; call it in
a thread."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tantivy import FieldType, Occur, Order, Query

from directory.search.asking import Asked
from directory.search.documents import FACETS, KINDS, PUBLIC, Kind
from directory.search.expanding import Means, Wanted, expand
from directory.search.folder import Look
from directory.search.index import ANYWHERE, CLOSED, FIELDS, SCHEMA, facet_field
from directory.search.language import words_of
from directory.search.places import Place, distance_km, parse_spot

# Values of a facet that are counted; the page shows fewer.
VALUES = 40
# With fewer results than this, similar words are looked for, too.
FEW = 4
# A document whose whole name was typed comes first; one that begins so comes before others.
WHOLE_NAME = 40.0
# Products and needs that are looked at for whose they are, and what an organisation gains from them.
THROUGH_MOST = 200
THROUGH_SCORE = 1.5
# Places that are counted for a circle, or for "nearest": all there are, up to what the library gives at once.
SPOTS_MOST = 60_000
# Documents of one spot that are put in order by their worth; a spot with more is a whole town.
NEAREST_MOST = 1_000

# Answers that are kept for other questions, as long as nothing is new.
KEPT_MOST = 500

T = TypeVar("T")
Found = tuple[Kind, str]


@dataclass(frozen=True)
class Results:
    """One page of results: ids with their kinds, in order, and what the page says around them."""

    found: Sequence[Found]
    total: int
    kinds: Mapping[Kind, int]
    facets: Mapping[str, Sequence[tuple[str, int]]]  # by facet: values with counts, the most frequent first
    wanted: tuple[Wanted, ...]
    through: Mapping[str, Found] = field(default_factory=dict)  # organisation's id: what it was found through
    some_words: bool = False  # nothing had all words, so these have some
    unplaced: bool = False  # nobody knows the place that was asked for


def find(
    look: Look, asked: Asked, audiences: Collection[str], place: Place | None, *, limit: int, beside: Executor
) -> Results:
    """Look for what is asked, among what these audiences may find. Threads of `beside` share the work: an answer goes
    through all that has the words once for the page, once for the counts, and once for each facet with a choice."""
    question = _Question(look, asked, audiences, place)
    for _ in question.readings():
        page = beside.submit(question.page, limit)
        chosen = {facet: beside.submit(question.values, facet) for facet in asked.facets}
        question.count()
        found, values = page.result(), {facet: each.result() for facet, each in chosen.items()}
    return Results(
        found=found,
        total=question.total,
        kinds=question.kinds,
        facets={facet: values[facet] if facet in values else question.counts.get(facet, ()) for facet in FACETS},
        wanted=question.wanted,
        through={
            id_: question.through[id_] for kind, id_ in found if kind == "organisation" and id_ in question.through
        },
        some_words=question.some_words,
        unplaced=bool(asked.near) and place is None,
    )


def find_since(
    look: Look, asked: Asked, audiences: Collection[str], place: Place | None, since: int, *, limit: int
) -> Sequence[Found]:
    """What is asked for, of that alone which came after a moment (seconds since 1970), the newest first."""
    question = _Question(look, asked, audiences, place)
    for _ in question.readings():
        question.count()
    if question.some_words:
        return ()
    return question.since(since, limit)


def suggest(
    look: Look, typed: str, audiences: Collection[str], *, limit: int, kind: Kind | None = None
) -> tuple[Sequence[Found], tuple[Wanted, ...]]:
    """What may be meant by what somebody is typing: documents (of a kind) by their names, best first."""
    words = words_of(typed)
    if not words:
        return (), ()
    for slips in (False, True):
        wanted = expand(look.words, words, typing=not typed.endswith(" "), slips=slips)
        clauses = [(Occur.Must, _answers(each, {"name": FIELDS["name"]})) for each in wanted]
        clauses += [(Occur.Should, _whole_name(words)), *_allowed(audiences)]
        clauses += [_filter("kind", [kind])] if kind else []
        found = look.searcher.search(Query.boolean_query(clauses), limit, count=False, weight_by_field="weight")
        if found.hits:
            break
    return [_found(look.searcher, address) for _, address in found.hits], wanted


class _Question:
    """One question to the index, in the steps that it takes."""

    def __init__(self, look: Look, asked: Asked, audiences: Collection[str], place: Place | None) -> None:
        self.look = look
        self.asked = asked
        self.audiences = audiences
        self.place = place
        self.wanted: tuple[Wanted, ...] = ()
        self.through: dict[str, Found] = {}
        self.some_words = False
        self.kinds: dict[Kind, int] = {}
        self._counting: list[tuple[Any, Any]] = []
        self._scoring: list[tuple[Any, Any]] = []
        self.counts: dict[str, list[tuple[str, int]]] = {}
        self._around = self._spots_around(place, asked.radius_km) if place and asked.radius_km else []

    def readings(self) -> Iterator[None]:
        """Read the words in one way after the other, until one has results: as typed, with similar words, with some of
        them. Each is to be counted before the next."""
        words = words_of(self.asked.words)
        for slips, some in ((False, False), (True, False), (True, True)):
            if some and (self.total or len(self.wanted) < 2):
                return
            self._read(words, slips=slips, some=some)
            yield
            if not words or self.total >= FEW:
                return

    @property
    def total(self) -> int:
        """How many there are of the kind that is asked for."""
        return self.kinds.get(self.asked.kind, 0) if self.asked.kind else sum(self.kinds.values())

    def page(self, limit: int) -> list[Found]:
        """The results of the page, in the order that was asked for."""
        if self.asked.sort == "nearest" and self.place:
            return self._nearest(limit)
        by = {"newest": ("created", Order.Desc), "name": ("order", Order.Asc)}.get(self.asked.sort)
        if by is None and not self.wanted:
            by = ("created", Order.Desc) if self.asked.empty else None
        ordering = {"order_by_field": by[0], "order": by[1]} if by else {"weight_by_field": "weight"}
        return self._search(self._query(scored=by is None), limit, offset=self.asked.offset, **ordering)

    def since(self, moment: int, limit: int) -> list[Found]:
        """The newest results, none from before a moment."""
        after = Query.range_query(SCHEMA, "created", FieldType.Integer, moment, None)
        newest = Query.boolean_query([(Occur.Must, self._query()), (Occur.Must, after)])
        return self._search(newest, limit, order_by_field="created", order=Order.Desc)

    def values(self, facet: str) -> list[tuple[str, int]]:
        """The values of a facet with counts; what is chosen in the facet itself does not narrow them."""
        return self._terms(self._query(but=facet), {facet: facet_field(facet)})[facet]

    def _read(self, words: Sequence[str], *, slips: bool, some: bool) -> None:
        """Read the words in one way."""
        self.wanted = expand(self.look.words, words, slips=slips)
        self.some_words = some
        self._counting, self._scoring = [], []
        if words:
            counted, scored = (
                _all_of([_anywhere(each) for each in self.wanted], some=some),
                [_answers(each, FIELDS) for each in self.wanted],
            )
            owners = self._owners(counted)
            self._counting = [(Occur.Must, Query.boolean_query([(Occur.Should, counted), *owners]))]
            found = Query.boolean_query([(Occur.Should, _all_of(scored, some=some)), *owners])
            self._scoring = [(Occur.Must, found), (Occur.Should, _whole_name(words))]

    def _owners(self, words: Any) -> list[tuple[Any, Any]]:
        """Organisations also answer through what they have."""
        if self.asked.kind != "organisation":
            return []
        having = [(Occur.Must, words), _filter("kind", ["product", "need"]), *_allowed(self.audiences)]
        found = self.look.searcher.search(Query.boolean_query(having), THROUGH_MOST, count=False)
        for _, address in found.hits:
            entry = self.look.searcher.doc(address)
            if owner := entry.get_first("owner"):
                self.through.setdefault(owner, _parsed(entry))
        owners = Query.term_set_query(SCHEMA, "uid", [f"organisation:{owner}" for owner in self.through])
        return [(Occur.Should, Query.const_score_query(owners, THROUGH_SCORE))]

    def _query(self, *, scored: bool = False, kind: bool = True, but: str = "") -> Any:
        clauses = [*(self._scoring if scored else self._counting), *_allowed(self.audiences)]
        clauses += [_filter(facet_field(each), values) for each, values in self.asked.facets.items() if each != but]
        if kind and self.asked.kind:
            clauses.append(_filter("kind", [self.asked.kind]))
        if self._around:
            clauses.append(_filter("spot", self._around))
        if not any(occur == Occur.Must for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        return Query.boolean_query(clauses)

    def count(self) -> None:
        """Counts for the tabs and the facets. Those of everything there is are asked for often, and kept."""
        if self.asked.empty:
            self.kinds, self.counts = self._kept((self.asked.kind, frozenset(self.audiences)), self._counted)
        else:
            self.kinds, self.counts = self._counted()

    def _counted(self) -> tuple[dict[Kind, int], dict[str, list[tuple[str, int]]]]:
        """The tabs do not depend on which of them is open."""
        fields = {facet: facet_field(facet) for facet in FACETS if facet not in self.asked.facets}
        if self.asked.kind:
            kinds = self._terms(self._query(kind=False), {"kind": "kind"})["kind"]
            counts = self._terms(self._query(), fields)
        else:
            counts = self._terms(self._query(), fields | {"kind": "kind"})
            kinds = counts.pop("kind")
        return {kind: count for kind, count in kinds if kind in KINDS}, counts

    def _kept(self, key: Hashable, work: Callable[[], T]) -> T:
        """What is the same for many questions, as long as nothing is new in the index."""
        kept = self.look.kept
        found: T | None = kept.get(key)
        if found is None:
            if len(kept) >= KEPT_MOST:
                kept.clear()
            found = kept[key] = work()
        return found

    def _terms(self, query: Any, fields: Mapping[str, str], size: int = VALUES) -> dict[str, list[tuple[str, int]]]:
        wanted = {name: {"terms": {"field": each, "size": size, "segment_size": size}} for name, each in fields.items()}
        answer = self.look.searcher.aggregate(query, wanted) if wanted else {}
        return {name: [(each["key"], each["doc_count"]) for each in answer[name]["buckets"]] for name in wanted}

    def _search(self, query: Any, limit: int, **how: Any) -> list[Found]:
        found = self.look.searcher.search(query, limit, count=False, **how)
        return [_found(self.look.searcher, address) for _, address in found.hits]

    def _spots_around(self, place: Place, radius_km: float) -> list[str]:
        around = self._kept(("spots", place.where), lambda: self._spots(Query.all_query()))
        return [each for each, away in around if away <= radius_km] or ["nowhere"]

    def _spots(self, query: Any) -> list[tuple[str, float]]:
        """The spots of what a query finds, the nearest first, each with its distance in km."""
        assert self.place is not None
        spots = self._terms(query, {"spot": "spot"}, SPOTS_MOST)["spot"]
        away = [(each, distance_km(self.place.where, parse_spot(each))) for each, _ in spots]
        return sorted(away, key=lambda one: (one[1], one[0]))

    def _nearest(self, limit: int) -> list[Found]:
        """The best of the nearest spot first, then of the next; what has no place comes not at all."""
        wanted, found = self.asked.offset + limit, list[Found]()
        for each, _ in self._spots(self._query()):
            here = Query.boolean_query([(Occur.Must, self._query(scored=True)), _filter("spot", [each])])
            found += self._search(here, min(NEAREST_MOST, wanted - len(found)), weight_by_field="weight")
            if len(found) >= wanted:
                break
        return found[self.asked.offset :]


def _answers(wanted: Wanted, fields: Mapping[str, float]) -> Any:
    """A query for one word that was typed: the best of all ways and fields counts, the others a little."""
    parts = [part for means in wanted.means for part in _of_means(means, fields)]
    return Query.disjunction_max_query(parts, 0.1) if parts else Query.empty_query()


def _of_means(means: Means, fields: Mapping[str, float]) -> Iterable[Any]:
    if means.groups:
        yield Query.const_score_query(_having(means), means.weight * min(fields.values()))
        return
    for name, worth in fields.items():
        yield Query.const_score_query(_one_of(name, means.words), means.weight * worth)


def _anywhere(wanted: Wanted) -> Any:
    """A query for one word that was typed, wherever it stands, that does not weigh: to count."""
    alone = [word for means in wanted.means if not means.groups for word in means.words]
    together = [(Occur.Should, _having(means)) for means in wanted.means if means.groups]
    return Query.boolean_query([(Occur.Should, _one_of(ANYWHERE, alone)), *together])


def _having(means: Means) -> Any:
    """Documents that have a word of each group, wherever."""
    words = [(Occur.Must, _one_of(ANYWHERE, group)) for group in means.groups]
    return Query.const_score_query(Query.boolean_query(words), 1.0)


def _all_of(queries: Sequence[Any], *, some: bool) -> Any:
    """What answers all of these, or all but one."""
    if some:
        return Query.boolean_query([(Occur.Should, each) for each in queries], max(1, len(queries) - 1))
    return Query.boolean_query([(Occur.Must, each) for each in queries])


def _whole_name(words: Sequence[str]) -> Any:
    return Query.const_score_query(Query.term_query(SCHEMA, "key", " ".join(words), "basic"), WHOLE_NAME)


def _filter(name: str, values: Sequence[str]) -> tuple[Any, Any]:
    """Only what has one of these values; it adds nothing to what a document is worth."""
    return Occur.Must, Query.const_score_query(_one_of(name, values), 0.0)


def _one_of(name: str, values: Sequence[str]) -> Any:
    """Documents with one of these values. A set is gathered before it is looked at; one value can be skipped in."""
    if len(values) == 1:
        return Query.term_query(SCHEMA, name, values[0], "basic")
    return Query.term_set_query(SCHEMA, name, list(values))


def _allowed(audiences: Collection[str]) -> list[tuple[Any, Any]]:
    """Without what is closed to these audiences."""
    closed = Query.term_query(SCHEMA, "audience", CLOSED, "basic")
    mine = [each for each in sorted(audiences) if each != PUBLIC]
    if not mine:
        return [(Occur.MustNot, closed)]
    open_to_me = Query.term_set_query(SCHEMA, "audience", mine)
    return [(Occur.MustNot, Query.boolean_query([(Occur.Must, closed), (Occur.MustNot, open_to_me)]))]


def _found(searcher: Any, address: Any) -> Found:
    return _parsed(searcher.doc(address))


def _parsed(entry: Any) -> Found:
    kind, _, id_ = entry.get_first("uid").partition(":")
    return kind, id_
