"""How the people in a room are shown: each card is encoded once, however many are shown it. Pure."""

from collections.abc import Iterable, Mapping
from itertools import chain, islice

from server.live.grants import Present
from server.live.wire.envelope import to_json


class Faces:
    """The cards of those whom a worker has had to show in one room."""

    def __init__(self) -> None:
        self._cards: dict[str, str] = {}  # as JSON text
        self._named: dict[str, None] = {}

    def learn(self, cards: Mapping[str, Present]) -> None:
        """Keep these."""
        for person, card in cards.items():
            self._cards[person] = to_json(dict(card.card))
            if card.named:
                self._named[person] = None

    def forget(self, person: str) -> bool:
        """Somebody is gone; whether they were of those who are named."""
        self._cards.pop(person, None)
        return self._named.pop(person, self) is None

    def unknown(self, people: Iterable[str]) -> list[str]:
        """Those whose card is not known."""
        return [person for person in people if person not in self._cards]

    def named(self, people: Mapping[str, object]) -> list[str]:
        """Those of these people who are always named. Costs by their number."""
        return [person for person in self._named if person in people]

    def first(self, people: Mapping[str, object], most: int) -> list[str]:
        """At most so many of these people, first those who are always named. Costs by what is shown, not by how many
        there are."""
        named = self.named(people)
        others = (person for person in people if person not in self._named)
        return list(islice(chain(named, others), most))

    def text(self, people: Iterable[str]) -> str:
        """The cards of these people as a JSON array, without those that have none."""
        return "[" + ",".join([self._cards[person] for person in people if person in self._cards]) + "]"
