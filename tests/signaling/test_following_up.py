"""Who lost a right or a session is out of their calls, also where the worker dies between the commit and what follows.

It is dropped here; what is left of it then is in the database."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette

import fairs.actions
from booths.actions import close_place
from fairs.model import Fair
from people import sessions
from rooms.actions import open_room
from rooms.model import BOOTH, MEETING, STAGE
from server.kernel.clock import FrozenClock
from server.kernel.db import OWED_AFTER, UnitOfWork
from server.kernel.jobs import FIRST_RETRY_S
from signaling import removing
from signaling.listeners import fit_rights
from signaling.parts import Calls
from signaling.protocol import Expel, MediaError, PartlyKnownError, Presence
from tests.fairs.guests import Guests, guests
from tests.signaling.dying import dying_after_commits
from tests.signaling.quiet import QuietBackEnd

OWED_S = OWED_AFTER.total_seconds()


class Scene:
    """Everybody at a fair is in the calls of a stage and of a meeting room; Edda stands at a booth, too."""

    def __init__(self, there: Guests, rooms: dict[str, str]) -> None:
        self.there = there
        self.rooms = rooms
        self.ids = there.ids
        self.calls: Calls = there.app.state.calls
        self.media = QuietBackEnd()
        self.calls.back_end = self.media
        for kind in (STAGE, MEETING):
            for person in self.ids.values():
                self.media.sits(rooms[kind], f"{person}-1", person)
        self.media.sits(rooms[BOOTH], f"{self.ids['edda']}-1", self.ids["edda"])

    async def follow_up(self, clock: FrozenClock, seconds: float = OWED_S) -> None:
        """Some worker does what is owed by then."""
        clock.advance(seconds=seconds)
        await self.there.kernel.jobs.run_due()

    def expels(self, name: str, *kinds: str) -> set[str]:
        """That somebody is put out of these calls."""
        return {f"expel {self.ids[name]} from {self.rooms[kind]}" for kind in kinds}


@pytest.fixture
async def scene(app: Starlette, clock: FrozenClock) -> AsyncIterator[Scene]:
    async with guests(app) as there:
        await app.state.calls.stop()
        async with there.kernel.database.write() as uow:
            await fairs.actions.join(uow, there.fair.id, there.ids["chloe"])
            kinds = (STAGE, MEETING, BOOTH)
            rooms = {kind: (await open_room(uow, there.fair.id, kind, kind, kind)).id for kind in kinds}
        made = Scene(there, rooms)
        await made.follow_up(clock)  # roles were given, too
        made.media.asked.clear()
        yield made


async def ban(uow: UnitOfWork, scene: Scene, name: str) -> None:
    await fairs.actions.ban(uow, scene.there.fair.id, scene.ids[name], by_id=scene.ids["edda"], reason="noise")


async def take_roles(uow: UnitOfWork, scene: Scene, name: str) -> None:
    await fairs.actions.set_roles(uow, scene.there.fair.id, scene.ids[name], [], by_id=scene.ids["edda"])


async def test_whoever_was_put_out_is_out_whatever_becomes_of_the_worker(
    scene: Scene, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Banned, gone, deprived of a role, removed from one call, in a room that was closed, signed out."""
    ids, cut = scene.ids, list[dict[str, str]]()
    monkeypatch.setattr(scene.calls.live.grants, "_tell", cut.append)
    with dying_after_commits(monkeypatch):
        async with scene.there.kernel.database.write() as uow:
            await ban(uow, scene, "aylin")
            await fairs.actions.leave(uow, scene.there.fair.id, ids["bernd"])
            await take_roles(uow, scene, "dev")
            removing.remove(uow, scene.rooms[MEETING], ids["chloe"], ids["edda"])
            fair = await uow.session.get_one(Fair, scene.there.fair.id)
            await close_place(uow, fair, scene.rooms[BOOTH], by_id=ids["edda"])
            [session, *_] = await sessions.of_person(uow.session, ids["edda"], clock.now())
            await sessions.revoke(uow, ids["edda"], session.id, by=None)
    assert scene.media.asked == []
    await scene.follow_up(clock)
    both = (STAGE, MEETING)
    out = scene.expels("aylin", *both) | scene.expels("bernd", *both) | scene.expels("chloe", MEETING)
    out |= scene.expels("edda", BOOTH) | {f"expel {session.id}"}
    less = f"set_rights {ids['dev']}-1 in {scene.rooms[STAGE]}: []"
    asked = [told(each) for each in scene.media.asked]
    assert {each for each in asked if each.startswith("expel")} == out
    assert less in asked
    assert {named for order in cut for named in order.values()} >= {*ids.values(), session.id}


def told(asked: tuple[str, Any]) -> str:
    """What the back end was asked, in short."""
    method, given = asked
    if isinstance(given, Expel):
        return f"expel {given.person or given.session}" + (f" from {given.room}" if given.room else "")
    return f"{method} {given.participant} in {given.room}: {given.rights.publish}"


async def test_a_node_that_does_not_answer_is_asked_again_until_it_has(
    scene: Scene, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other nodes have followed meanwhile."""
    aylin = scene.ids["aylin"]
    stage, meeting = (Presence(room=scene.rooms[kind], participant=f"{aylin}-1") for kind in (STAGE, MEETING))

    async def partly(_person: str) -> list[Presence]:
        raise PartlyKnownError([stage], MediaError("unavailable", "a node does not answer"))

    with monkeypatch.context() as away:
        away.setattr(scene.media, "where", partly)
        async with scene.there.kernel.database.write() as uow:
            await ban(uow, scene, "aylin")
        await scene.follow_up(clock)
    assert set(map(told, scene.media.asked)) == scene.expels("aylin", STAGE)
    scene.media.taking_part[aylin] = [meeting]
    await scene.follow_up(clock, FIRST_RETRY_S)
    assert set(map(told, scene.media.asked)) == scene.expels("aylin", STAGE, MEETING)


async def test_who_has_left_one_call_keeps_no_right_in_another(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def given(asked: Any) -> None:
        scene.media.asked.append(("set_rights", asked))
        raise MediaError("not_found", "participant")

    monkeypatch.setattr(scene.media, "set_rights", given)
    await fit_rights(scene.calls, scene.ids["dev"])
    assert {each.room for _, each in scene.media.asked} == {scene.rooms[kind] for kind in (STAGE, MEETING)}
