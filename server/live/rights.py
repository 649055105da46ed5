"""Taking rights back: at once on this worker, by the bus on the others, and once a minute whatever the bus lost."""

import asyncio
import json
from collections.abc import Callable, Iterable

import structlog

from server.kernel.away import note_failure
from server.kernel.bus import Bus
from server.live.connection import Connection, Subscription
from server.live.connections import Connections
from server.live.grants import Grant, Topics
from server.live.identity import Identity, SessionCheck
from server.live.tasks import Tasks
from server.live.together import MOST
from server.live.wire.codes import Close

BUS_TOPIC = "live:rights"
# So often what somebody may is read when it changes while it is read; then what was read last counts until the next
# change, which is being looked at as well.
ASKED_MOST = 3

log = structlog.get_logger(__name__)


class Rights:
    """Who loses a session or a right is cut off. All verbs are harmless for whoever is not connected.

    Call them after the commit: a connection that asks again must get the new answer.
    """

    def __init__(
        self,
        bus: Bus,
        connections: Connections,
        topics: Topics,
        sessions: SessionCheck,
        leave: Callable[[Connection, str], None],
        tasks: Tasks,
    ) -> None:
        self._bus = bus
        self._connections = connections
        self._topics = topics
        self._sessions = sessions
        self._leave = leave
        self._tasks = tasks

    async def start(self) -> None:
        """Hear what other workers say."""
        await self._bus.subscribe(BUS_TOPIC, self._heard)

    async def stop(self) -> None:
        """Hear it no longer."""
        await self._bus.unsubscribe(BUS_TOPIC, self._heard)

    def revoke(self, person_id: str, topic: str, why: str = "") -> None:
        """The person may no longer hear the topic: cut, and told so, with a reason as in `Revoked`."""
        self._tell({"do": "revoke", "person": person_id, "topic": topic, "why": why})

    def restore(self, person_id: str, topic: str) -> None:
        """The person may hear the topic again: whoever does not is told so, and subscribes anew."""
        self._tell({"do": "restore", "person": person_id, "topic": topic})

    def refresh(self, person_id: str) -> None:
        """The person's rights have changed: ask again for all that they hear, and cut or update."""
        self._tell({"do": "refresh", "person": person_id})

    def revoke_session(self, session_id: str) -> None:
        """The session has ended: its connections are closed."""
        self._tell({"do": "session", "session": session_id})

    def revoke_person(self, person_id: str) -> None:
        """The person is gone or banned: all their connections are closed."""
        self._tell({"do": "person", "person": person_id})

    async def recheck(self) -> None:
        """Ask again for everybody: sessions in one query per 500, then what each of them hears."""
        await self.recheck_sessions()
        await self.recheck_topics(self._connections)

    async def recheck_sessions(self) -> None:
        """Close whoever's session is no longer good; note what has changed about the others."""
        connections = list(self._connections)
        ids = sorted({each.identity.session_id for each in connections if each.identity})
        good: dict[str, Identity] = {}
        for at in range(0, len(ids), MOST):
            good |= await self._sessions(ids[at : at + MOST])
        for each in connections:
            if each.identity and each.identity.session_id in ids:
                identity = good.get(each.identity.session_id)
                if identity is None:
                    each.close(Close.SESSION_ENDED)
                else:
                    each.identity = identity

    async def recheck_topics(self, connections: Iterable[Connection]) -> None:
        """Cut from topics that may no longer be heard."""
        for each in connections:
            if each.identity:
                await self._recheck(each, each.identity.id)

    async def _recheck(self, connection: Connection, person_id: str) -> None:
        for _ in range(ASKED_MOST):
            asked, revision = list(connection.topics), connection.revision
            readable = await self._topics.readable(person_id, asked)
            if revision == connection.revision:
                break  # else somebody who asked later may have their answer already
        for topic in asked:
            if topic not in readable:
                self._cut(connection, topic)
            elif topic in connection.topics:
                self._regrant(connection, topic, readable[topic])

    def _regrant(self, connection: Connection, topic: str, grant: Grant) -> None:
        """They go on hearing it, and know at once what else has become of what they may."""
        held = connection.topics[topic]
        if grant == held.grant:
            return
        connection.revision += 1  # what is under way with the former one asks again
        connection.topics[topic] = Subscription(held.room, grant)
        namespace = self._topics.of(topic)
        if namespace and namespace.regranted:
            kind, data = namespace.regranted(grant)
            connection.tell(topic, kind, dict(data))

    def _cut(self, connection: Connection, topic: str, why: str = "") -> None:
        connection.revision += 1
        if topic in connection.topics:
            self._leave(connection, topic)
            connection.tell(topic, "revoked", {"why": why} if why else {})

    def _tell(self, order: dict[str, str]) -> None:
        self._do(order)
        self._bus.publish(BUS_TOPIC, json.dumps(order).encode())

    def _heard(self, payload: bytes) -> None:
        try:
            self._do(json.loads(payload))
        except (ValueError, KeyError, TypeError):
            log.warning("bus_nonsense", topic=BUS_TOPIC)

    def _do(self, order: dict[str, str]) -> None:
        """Carry an order out. Twice is harmless: one's own comes back over the bus."""
        now = asyncio.get_running_loop().time()
        if order["do"] == "session":
            self._connections.note_end(order["session"], now)
            self._close(each for each in self._connections if each.session_id == order["session"])
        elif order["do"] == "person":
            self._connections.note_end(order["person"], now)
            self._close(self._connections.of(order["person"]))
        elif order["do"] == "revoke":
            for each in self._connections.of(order["person"]):
                self._cut(each, order["topic"], order.get("why", ""))  # older workers give none
        elif order["do"] == "restore":
            for each in self._connections.of(order["person"]):
                if order["topic"] not in each.topics:
                    each.tell(order["topic"], "restored", {})
        elif order["do"] == "refresh":
            theirs = self._connections.of(order["person"])
            for each in theirs:
                each.revision += 1
            self._tasks.spawn(self._refreshed(theirs))

    async def _refreshed(self, connections: Iterable[Connection]) -> None:
        try:
            await self.recheck_topics(connections)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the next recheck asks again
            note_failure(log, "recheck_failed", error)

    def _close(self, connections: Iterable[Connection]) -> None:
        for each in list(connections):
            each.close(Close.SESSION_ENDED)
