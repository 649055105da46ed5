"""What binds a timetable as one table: pinned pairs, pairs that are kept apart, and what groups count. Pure."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from matching.plans.tables import Row, table_csv
from people.addresses import normalise
from people.text import UnacceptableError
from web.i18n import N_

PINNED, NEVER, WEIGHT = "pinned", "never", "weight"
COLUMNS = ("rule", "one", "other", "starts", "group", "weight")
# Decisions about pairs of one fair: a page that can be read, and far more than anybody decides by hand.
PAIRS_MOST = 500
# A group whose wishes count a hundred times as much leaves nothing to the others.
WEIGHT_MOST = 100.0
# Rows of a file: all pairs, all groups, and some that are wrong.
ROWS_MOST = 600

Pair = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """What a fair has: people by their mail address, slots by their beginning in UTC, the ids of groups by their name
    in small letters; and its zone."""

    people: Mapping[str, str]
    slots: Mapping[datetime, str]
    groups: Mapping[str, Sequence[str]]
    zone: str


@dataclass(frozen=True)
class Wrong:
    """A row that is not taken: its line, and why, as a message id with its parameters."""

    line: int
    text: str
    params: Mapping[str, Any]


@dataclass
class Judged:
    """What a file says: for each pair (by id) a slot or, with None, never; for each group its weight; what is wrong."""

    pairs: dict[Pair, str | None] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What taking a file does to what was decided before, in numbers. Groups that it does not name stay as they are."""

    new: int
    changed: int
    same: int
    gone: int


def judge(rows: Sequence[tuple[int, Row]], known: Known) -> Judged:
    """Every row by itself and against those before it: the first of two that contradict each other is taken."""
    found = Judged()
    busy: set[tuple[str, str]] = set()
    for line, row in rows:
        try:
            _take(row, known, found, busy)
        except UnacceptableError as refused:
            found.wrong.append(Wrong(line, refused.text, refused.params))
    return found


def change(judged: Judged, pairs: Mapping[Pair, str | None], weights: Mapping[str, float]) -> Change:
    """What a file changes."""
    after: Mapping[Any, Any] = {**judged.pairs, **judged.weights}
    before: Mapping[Any, Any] = {**pairs, **weights}
    same = sum(key in before and before[key] == value for key, value in after.items())
    new = sum(key not in before for key in after)
    return Change(new, len(after) - new - same, same, len(pairs.keys() - judged.pairs.keys()))


def addresses(rows: Sequence[tuple[int, Row]]) -> list[str]:
    """The mail addresses that a file names, as they are kept; what is none is left to `judge`."""
    found = set()
    for _line, row in rows:
        for column in ("one", "other"):
            try:
                found.add(normalise(row.get(column, "")))
            except UnacceptableError:
                continue
    return sorted(found)


def as_csv(
    pairs: Collection[tuple[str, str, datetime | None]], weights: Collection[tuple[str, float]], zone: str
) -> str:
    """The same as a file: pairs by their mail addresses with a time or, without one, never; weights by group. Groups
    that are called alike are left out: a file cannot tell them apart, and what it does not name stays."""
    place = ZoneInfo(zone)

    def row(one: str, other: str, at: datetime | None) -> tuple[str, ...]:
        if at is None:
            return NEVER, one, other, "", "", ""
        return PINNED, one, other, at.astimezone(place).isoformat(timespec="minutes"), "", ""

    alike = Counter(name.casefold() for name, _ in weights)
    counts = [(WEIGHT, "", "", "", name, weight_text(one)) for name, one in weights if alike[name.casefold()] == 1]
    return table_csv(COLUMNS, [*(row(*each) for each in pairs), *counts])


def weight_of(text: str) -> float:
    """What a group counts, with a comma or a point. Raises UnacceptableError."""
    try:
        weight = float(text.strip().replace(",", "."))
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= WEIGHT_MOST:
        raise UnacceptableError(N_("Please give a number from %(least)s to %(most)s."), least=0, most=int(WEIGHT_MOST))
    return weight


def weight_text(weight: float) -> str:
    """What a group counts, with all its digits, as `weight_of` reads it."""
    return repr(weight).removesuffix(".0")


def _take(row: Row, known: Known, found: Judged, busy: set[tuple[str, str]]) -> None:
    if row.get(""):
        raise UnacceptableError(N_("There are more cells than columns."))
    rule = row.get("rule", "").lower()
    if rule == WEIGHT:
        _take_weight(row, known, found)
    elif rule in (PINNED, NEVER):
        _take_pair(row, rule, known, found, busy)
    else:
        raise UnacceptableError(N_("The rule must be pinned, never or weight."))


def _take_weight(row: Row, known: Known, found: Judged) -> None:
    name = row.get("group", "")
    ids = known.groups.get(name.casefold(), ())
    if len(ids) != 1:
        text = N_("Several groups are called so: %(name)s") if ids else N_("There is no such group: %(name)s")
        raise UnacceptableError(text, name=name[:60])
    if ids[0] in found.weights:
        raise UnacceptableError(N_("This group has a weight already, further up."))
    found.weights[ids[0]] = weight_of(row.get("weight", ""))


def _take_pair(row: Row, rule: str, known: Known, found: Judged, busy: set[tuple[str, str]]) -> None:
    one, other = (_person(row.get(column, ""), known) for column in ("one", "other"))
    if one == other:
        raise UnacceptableError(N_("Somebody is to meet themselves."))
    pair = min(one, other), max(one, other)
    if pair in found.pairs:
        raise UnacceptableError(N_("These two are decided already, further up."))
    if len(found.pairs) >= PAIRS_MOST:
        raise UnacceptableError(N_("There are as many decisions as there can be: %(most)s."), most=PAIRS_MOST)
    slot = _slot(row.get("starts", ""), known) if rule == PINNED else None
    if slot is not None:
        if (one, slot) in busy or (other, slot) in busy:
            raise UnacceptableError(N_("One of the two is pinned at this time already, further up."))
        busy.update({(one, slot), (other, slot)})
    found.pairs[pair] = slot


def _person(text: str, known: Known) -> str:
    address = normalise(text)
    if address not in known.people:
        raise UnacceptableError(N_("Not at this fair: %(names)s"), names=address)
    return known.people[address]


def _slot(text: str, known: Known) -> str:
    """A time with its zone, or one on the fair's clock."""
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(known.zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnacceptableError(N_("Please give a day and a time such as 2027-03-02T09:30.")) from None
    if at not in known.slots:
        raise UnacceptableError(N_("At this time no meeting begins: %(time)s"), time=text[:40])
    return known.slots[at]
