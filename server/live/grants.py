"""Who may hear what. Features say it for their namespace; here it is asked together, kept, and taken back."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.live.together import Together
from server.live.topics import Topic
from server.live.wire.envelope import JsonText

Ask = tuple[str, str]  # a person's id and an id within the namespace


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to hear a topic, and what else a feature wants at hand in its methods."""

    roles: frozenset[str] = frozenset()  # in the fair that the topic belongs to
    write: bool = True
    fair: str | None = None
    data: Any = None


@dataclass(frozen=True, slots=True)
class Present:
    """How a person in a room is shown; `named`: also where only a number is given of the others."""

    card: Mapping[str, Any]
    named: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who is about to hear a topic, by which right, and above which number of its log."""

    person_id: str
    id: str  # within the namespace
    grant: Grant
    top: int


Readable = Callable[[Collection[Ask]], Awaitable[Mapping[Ask, Grant]]]
Snapshot = Callable[[Arrival], Awaitable[Mapping[str, Any] | JsonText]]  # JSON text where many get nearly the same
People = Callable[[str, Collection[str]], Awaitable[Mapping[str, Present]]]  # of (the room's id, people's ids)
Regranted = Callable[[Grant], tuple[str, Mapping[str, Any]]]  # the kind and the data of a passing event
Arrived = Callable[[str, str], Awaitable[None]]  # the room's id, the person's; again with every tab, and every return


@dataclass(frozen=True, slots=True)
class Namespace:
    """A kind of topic. With `people`, subscribing to a topic means being present there."""

    durable: bool
    readable: Readable
    snapshot: Snapshot | None = None
    people: People | None = None
    regranted: Regranted | None = None  # what somebody is told whose grant is another one now
    arrived: Arrived | None = None  # told of everybody who is present from now on, beside what they are answered


@dataclass(slots=True)
class Topics:
    """The namespaces, each registered by the feature that owns it."""

    _namespaces: dict[str, Namespace] = field(default_factory=dict)
    _asked: dict[str, Together[Ask, Grant]] = field(default_factory=dict)

    def register(self, name: str, namespace: Namespace) -> None:
        """Add a namespace. Raises ValueError on a name that is taken."""
        if name in self._namespaces:
            raise ValueError(f"the namespace {name} is registered twice")
        self._namespaces[name] = namespace
        self._asked[name] = Together(namespace.readable)

    def of(self, topic: str) -> Namespace | None:
        """The namespace of a topic; None when there is none."""
        parsed = Topic.parse(topic)
        return self._namespaces.get(parsed.namespace) if parsed else None

    def is_durable(self, topic: str) -> bool:
        """Whether the topic has a log."""
        namespace = self.of(topic)
        return namespace is not None and namespace.durable

    async def readable(self, person_id: str, topics: Iterable[str]) -> dict[str, Grant]:
        """Of these topics, those that the person may hear. Asked together with what others ask right now."""
        found: dict[str, Grant] = {}
        for name, ids in _by_namespace(topics).items():
            if name in self._asked:
                grants = await self._asked[name].get_all([(person_id, each) for each in ids])
                found |= {str(Topic(name, each)): grant for (_, each), grant in grants.items()}
        return found


def _by_namespace(topics: Iterable[str]) -> dict[str, Sequence[str]]:
    ids: dict[str, list[str]] = {}
    for each in topics:
        if topic := Topic.parse(each):
            ids.setdefault(topic.namespace, []).append(topic.id)
    return dict(ids)


async def own_topic(asked: Collection[Ask]) -> Mapping[Ask, Grant]:
    """The rule of the namespace `person`: everybody hears their own topic."""
    return {(person, each): Grant() for person, each in asked if person == each}
