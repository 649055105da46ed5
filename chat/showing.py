"""A conversation on a page: the server's first rows, and what the browser needs to make them live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from chat.emoji import QUICK
from chat.model import ROOM
from chat.queries import page, read_seq
from chat.rules import EDIT_WITHIN
from chat.shown import Author, Page, Shown, rights_wire
from chat.standing import Standing
from chat.texts import TEXT_MOST, called
from chat.timeline import Item, rendered, timeline
from people.model import Person
from server.kernel.http import not_found
from server.kernel.ids import new_id
from server.kernel.parts import kernel_of
from server.live import store, topics
from server.live.entries import Top
from web import when


@dataclass(frozen=True)
class Talk:
    """Everything that chat/talk.html shows of a channel. `anchored`: an older page was asked for."""

    topic: str
    kind: str
    items: Sequence[Item]
    page: Page
    state: Mapping[str, Any]
    rights: Mapping[str, Any]
    until: datetime | None  # the end of a mute
    cid: str
    anchored: bool

    @property
    def look(self) -> str:
        """Rows where many talk, bubbles between two."""
        return "row" if self.kind == ROOM else "bubble"

    def text(self, text: str) -> Markup:
        """A message's text as HTML."""
        return rendered(text, self.state["me"]["id"])

    def calls_me(self, message: Shown) -> bool:
        """Whether a message calls the reader."""
        return self.state["me"]["id"] in called(message.text)

    def reactions(self, message: Shown) -> list[tuple[str, int, bool]]:
        """Emoji, how many, and whether the reader is among them."""
        me = self.state["me"]["id"]
        return [(each.emoji, len(each.people), me in each.people) for each in message.reactions]


async def talk(
    request: Request, session: AsyncSession, me: Standing, *, partner: Author | None = None, fair: str | None = None
) -> Talk:
    """The last messages of a channel, or those before ?before=. The log's top is read first: what comes above it is
    what the browser then asks for."""
    person: Person = request.state.person
    topic = topics.chat(me.channel_id)
    before = _before(request)
    # In the same session: on SQLite it sees one moment, and a top from another one would leave a hole.
    top = (await store.tops(session, [topic]))[topic]
    found = await page(session, me.channel_id, before=before)
    mark = await read_seq(session, me.channel_id, me.me.id)
    read = top.seq if mark is None else mark
    now = kernel_of(request).clock.now()
    rights = rights_wire(me.rights, now)
    zone = when.zone(person.time_zone)
    state = _state(me, found, top) | {"read": read, "rights": rights, "zone": str(zone), "fair": fair}
    state["with"] = partner.wire() if partner else None
    items = list(timeline(found.messages, me=me.me.id, read=read, zone=zone))
    return Talk(topic, me.rights.kind, items, found, state, rights, me.rights.muted_until, new_id(), before is not None)


def _state(me: Standing, found: Page, top: Top) -> dict[str, Any]:
    return {
        "channel": topics.chat(me.channel_id),
        "kind": me.rights.kind,
        "pos": {"s": top.seq, "epoch": top.epoch},
        "me": me.me.wire(),
        "limits": {"text": TEXT_MOST, "edit_s": int(EDIT_WITHIN.total_seconds())},
        "emoji": list(QUICK),
        **found.wire(),
    }


def _before(request: Request) -> int | None:
    typed = request.query_params.get("before")
    if typed is None:
        return None
    if not typed.isdecimal() or not typed.isascii() or len(typed) > 15:
        raise not_found()
    return int(typed)
