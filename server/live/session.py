"""The session's own methods, after the welcome."""

from server.live.call import Call, Handler
from server.live.hub import Hub
from server.live.room import Room
from server.live.subscriptions import Subscriptions, as_object
from server.live.wire.codes import LiveError
from server.live.wire.envelope import JsonText
from server.live.wire.message import Nothing
from server.live.wire.session import Echo, EchoResult, Hello, Position, Since, Subscribe, Unsubscribe, Visible


class SessionMethods:
    """Subscribing, leaving, catching up."""

    def __init__(self, hub: Hub, subscriptions: Subscriptions) -> None:
        self._hub = hub
        self._subscriptions = subscriptions

    @property
    def handlers(self) -> dict[str, Handler]:
        """All of them, by name."""
        return {
            "hello": self.hello,
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "since": self.since,
            "visible": self.visible,
            "echo": self.echo,
        }

    async def hello(self, call: Call, params: Hello) -> Nothing:
        """Refuse: the greeting proper is over (server.live.greeting)."""
        raise LiveError("conflict", "hello was said already")

    async def subscribe(self, call: Call, params: Subscribe) -> JsonText:
        """Let the connection in; what is above each answer follows it."""
        return await self._stood(call, params.channels)

    async def unsubscribe(self, call: Call, params: Unsubscribe) -> Nothing:
        """Let it out."""
        for topic in params.channels:
            self._subscriptions.leave(call.link, topic)
        return Nothing()

    async def since(self, call: Call, params: Since) -> JsonText:
        """Answer a gap, and go on from there."""
        if params.channel not in call.link.topics:
            raise LiveError("not_found")
        standings = await self._subscriptions.standings(call.link, call.person.id, {params.channel: params.pos})
        call.afterwards.append(lambda: self._subscriptions.enter(call.link, standings))
        return JsonText(standings[params.channel].json)

    async def visible(self, call: Call, params: Visible) -> JsonText:
        """Hide: counters only from now on. Show: what was missed, in one answer."""
        link = call.link
        if params.hidden:
            link.hidden = True
            link.subscribed(lambda room: self._hub.hide(room, link))
            return JsonText('{"channels":{}}')
        link.hidden = False
        return await self._stood(call, {topic: _held(each.room, call) for topic, each in link.topics.items()})

    async def echo(self, call: Call, params: Echo) -> EchoResult:
        """The client's probe."""
        return EchoResult(now=call.clock.now().isoformat())

    async def _stood(self, call: Call, asked: dict[str, Position | None]) -> JsonText:
        standings = await self._subscriptions.standings(call.link, call.person.id, asked)
        call.afterwards.append(lambda: self._subscriptions.enter(call.link, standings))
        return JsonText(f'{{"channels":{as_object(standings)}}}')


def _held(room: Room, call: Call) -> Position | None:
    """Where a hidden page stands in a room."""
    behind = room.behind.get(call.link)
    return Position(s=max(0, behind.position), epoch=room.epoch) if behind else None
