"""Who of a team gets a request. Pure: language first, then what they know and how much they have to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from meetings.fitting import in_common

# Words in common that count. Each is worth one request or meeting: who knows most gets up to so many more than others.
WORDS_MOST = 5
# What it is worth to have been asked by name.
NAMED = 2


@dataclass(frozen=True)
class Colleague:
    """One of a team. `text`: topics, and what they seek and offer; `load`: their open requests and meetings ahead;
    `free`: the times asked for at which they and the one who asks could meet."""

    id: str
    name: str
    languages: frozenset[str]
    text: str
    load: int
    free: int


@dataclass(frozen=True)
class Need:
    """What is asked, by whom: their languages, what they write, and the id of whom they named (empty: the team)."""

    languages: frozenset[str]
    text: str
    named: str = ""


@dataclass(frozen=True)
class Route:
    """To whom a request goes, and what speaks for it."""

    to_id: str
    languages: tuple[str, ...]
    words: tuple[str, ...]  # of the colleague's text, that are in the request as well
    load: int
    fullest: int


def route(need: Need, team: Sequence[Colleague]) -> Route | None:
    """The colleague who answers best; None where nobody has time.

    Only who is free at a time asked for counts. Those who have a language in common with the one who asks go before
    the others (who names no language is not judged by it). Among them a word in common counts one, having been asked
    by name two, and each request or meeting more than the least busy one has counts one against. Where that is even,
    who has less to do goes first, then by name.
    """
    able = [each for each in team if each.free]
    if not able:
        return None
    least = min(each.load for each in able)

    def order(one: Colleague) -> tuple[bool, int, int, str, str]:
        points = len(_words(need, one)) + (NAMED if one.id == need.named else 0) - (one.load - least)
        return not _understand(need.languages, one.languages), -points, one.load, one.name.casefold(), one.id

    chosen = min(able, key=order)
    languages = tuple(sorted(need.languages & chosen.languages))
    return Route(chosen.id, languages, _words(need, chosen), chosen.load, max(each.load for each in able))


def _understand(one: Collection[str], other: Collection[str]) -> bool:
    return not one or not other or bool(set(one) & set(other))


def _words(need: Need, colleague: Colleague) -> tuple[str, ...]:
    return tuple(sorted(in_common(colleague.text, need.text))[:WORDS_MOST])
