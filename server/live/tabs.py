"""How many connections a person has over all workers. Each worker counts its own; of the others presence knows."""

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import structlog

from server.kernel.away import note_failure
from server.kernel.bus import Bus
from server.kernel.enduring import kept_going
from server.live.connections import Connections
from server.live.hub import DEAF_AFTER_S
from server.live.limits import Limits
from server.live.presence import Presence
from server.live.tasks import Tasks
from server.live.together import Together
from server.live.wire.codes import Close

BUS_TOPIC = "live:tabs"
# So long a worker may take to say whose connections it has. One that says nothing is dead or out of reach: what is
# remembered of it locks nobody out.
ANSWER_S = 2.0
TICK_S = 1.0  # how often is looked for people who came in by several workers in the same moment

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Question:
    """Asked of these workers; what they said, by person."""

    awaited: set[str]
    ids: dict[str, list[str]] = field(default_factory=dict)
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Tabs:
    """What presence remembers lets people in at once. Before anybody is turned away for it, the workers are asked:
    one that was killed is remembered for a while, and a tab that is being reloaded has only just left another one."""

    def __init__(
        self, bus: Bus, worker: str, connections: Connections, presence: Presence, tasks: Tasks, limits: Limits
    ) -> None:
        self._bus = bus
        self._worker = worker
        self._connections = connections
        self._presence = presence
        self._tasks = tasks
        self._most = limits.connections_per_person
        self._asked: dict[int, _Question] = {}
        self._numbers = count(1)
        self._elsewhere = Together(self._ask)

    async def start(self) -> None:
        """Answer the other workers."""
        await self._bus.subscribe(BUS_TOPIC, self._heard)
        self._tasks.spawn(kept_going("live_tabs", self._tick))

    async def stop(self) -> None:
        """Answer no more."""
        await self._bus.unsubscribe(BUS_TOPIC, self._heard)

    async def full(self, person: str) -> bool:
        """Whether one more connection of a person would be too many."""
        if self._presence.connections(person) < self._most:
            return False
        others = await self._elsewhere.get(person) or []
        return len(self._connections.of(person)) + len(others) >= self._most

    # -- those who came in by several workers in the same moment -------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.close_excess()
            except Exception as error:  # it is looked again in a second
                note_failure(log, "tabs_failed", error)

    async def close_excess(self) -> None:
        """Send away what is above the limit here. All workers order by the same, so that each closes what another one
        does not."""
        crowds = [each for each in self._connections.people() if self._presence.connections(each) > self._most]
        for person, others in (await self._elsewhere.get_all(crowds)).items():
            own = {each.id: each for each in self._connections.of(person)}
            for id_ in sorted([*own, *others], key=_age)[self._most :]:
                if id_ in own:
                    own[id_].close(Close.TOO_MANY_CONNECTIONS)

    # -- what workers say ----------------------------------------------------------------------------------------

    async def _ask(self, people: Collection[str]) -> Mapping[str, list[str]]:
        """The ids of these people's connections on other workers, of those workers that answer."""
        awaited = self._presence.workers_of(people)
        if not awaited or self._bus.silent_for > DEAF_AFTER_S:
            return {}
        number, question = next(self._numbers), _Question(awaited)
        self._asked[number] = question
        try:
            self._say(ask=number, people=list(people))
            await asyncio.wait_for(question.answered.wait(), ANSWER_S)
        except TimeoutError:
            pass
        finally:
            del self._asked[number]
        return question.ids

    def _say(self, **said: Any) -> None:
        self._bus.publish(BUS_TOPIC, json.dumps({"w": self._worker, **said}, separators=(",", ":")).encode())

    def _heard(self, payload: bytes) -> None:
        try:
            said = json.loads(payload)
            if said["w"] == self._worker:
                return
            if "ask" in said:
                theirs = {each: [one.id for one in self._connections.of(each)] for each in said["people"]}
                self._say(to=said["w"], answer=said["ask"], theirs=theirs)
            elif said["to"] == self._worker:
                self._answered(said["w"], said["answer"], said["theirs"])
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("bus_nonsense", topic=BUS_TOPIC)

    def _answered(self, worker: str, number: int, theirs: Mapping[str, list[str]]) -> None:
        question = self._asked.get(number)
        if question is None or worker not in question.awaited:
            return
        question.awaited.discard(worker)
        for person, ids in theirs.items():
            question.ids.setdefault(person, []).extend(ids)
        if not question.awaited:
            question.answered.set()


def _age(connection: str) -> tuple[str, int]:
    """By worker, and there by age: the oldest stay."""
    worker, _, number = connection.rpartition("-")
    return worker, int(number)
