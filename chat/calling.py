"""Whom one can call: names by the beginning of their words, whatever the case and the accents."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from chat.queries import author_of, callable_people
from server.kernel.clock import Clock
from server.kernel.db import Database

# How long a channel's names are kept: somebody types, and asks with each letter.
KEEP_S = 30.0
# Channels whose names are kept, and people of a channel: a bound for the memory.
CHANNELS_MOST = 100
PEOPLE_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who can be called, and the beginnings by which they are found."""

    id: str
    card: dict[str, Any]  # as server.live.wire.chat.MentionablePerson
    words: str  # folded words of the name, a space before each

    def begins(self, folded: str) -> bool:
        """Whether a word of the name begins so."""
        return f" {folded}" in self.words


@dataclass
class Callables:
    """The names of the channels in which somebody types."""

    database: Database
    clock: Clock
    _kept: dict[str, tuple[float, list[Named]]] = field(default_factory=dict)

    async def find(self, channel_id: str, kind: str, typed: str, *, but: str, limit: int) -> list[dict[str, Any]]:
        """Cards of the people who are meant by what was typed, by name; `but` left out."""
        folded = fold(typed.strip())
        people = await self._people(channel_id, kind)
        return [each.card for each in people if each.id != but and each.begins(folded)][:limit]

    async def _people(self, channel_id: str, kind: str) -> list[Named]:
        now = self.clock.monotonic()
        until, people = self._kept.get(channel_id, (0.0, []))
        if until > now:
            return people
        async with self.database.read() as session:
            people = [_named(row) for row in await callable_people(session, channel_id, kind, PEOPLE_MOST)]
        self._kept = {key: value for key, value in self._kept.items() if value[0] > now}
        if len(self._kept) < CHANNELS_MOST:
            self._kept[channel_id] = (now + KEEP_S, people)
        return people


def fold(text: str) -> str:
    """A text without case and accents, for comparing."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _named(row: Any) -> Named:
    author = author_of(row)
    words = fold(author.name).replace("-", " ").split()
    card = author.wire() | {"organisation": row.organisation or None}
    return Named(author.id, card, "".join(f" {word}" for word in words))
