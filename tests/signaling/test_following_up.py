"""Who lost a right or a session is out of their calls, also where the worker dies between the commit and what follows.

It is dropped here; what is left of it then is in the database."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.applications import Starlette

import fairs.actions
from booths.actions import close_place
from people import sessions
from rooms.actions import open_room
from rooms.model import MEETING, STAGE
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
Deed = Callable[["Scene", UnitOfWork], Awaitable[object]]


class Scene:
    """Dev, who moderates the fair, is in the calls of a stage and of a meeting room."""

    def __init__(self, there: Guests, rooms: dict[str, str], session: str) -> None:
        self.there = there
        self.rooms = rooms
        self.session = session
        self.dev, self.edda = there.ids["dev"], there.ids["edda"]
        self.calls: Calls = there.app.state.calls
        self.media = QuietBackEnd()
        self.calls.back_end = self.media
        for room in rooms.values():
            self.media.sits(room, f"{self.dev}-1", self.dev)


@pytest.fixture
async def scene(app: Starlette) -> AsyncIterator[Scene]:
    async with guests(app) as there:
        await app.state.calls.stop()
        async with there.kernel.database.write() as uow:
            kinds = (STAGE, MEETING)
            rooms = {kind: (await open_room(uow, there.fair.id, kind, kind, kind)).id for kind in kinds}
            [signed_in, *_] = await sessions.of_person(uow.session, there.ids["dev"], there.kernel.clock.now())
        yield Scene(there, rooms, signed_in.id)


async def ban(scene: Scene, uow: UnitOfWork) -> None:
    await fairs.actions.ban(uow, scene.there.fair.id, scene.dev, by_id=scene.edda, reason="noise")


async def leave(scene: Scene, uow: UnitOfWork) -> None:
    await fairs.actions.leave(uow, scene.there.fair.id, scene.dev)


async def take_role(scene: Scene, uow: UnitOfWork) -> None:
    await fairs.actions.set_roles(uow, scene.there.fair.id, scene.dev, [], by_id=scene.edda)


async def remove(scene: Scene, uow: UnitOfWork) -> None:
    removing.remove(uow, scene.rooms[MEETING], scene.dev, scene.edda)


async def sign_out(scene: Scene, uow: UnitOfWork) -> None:
    await sessions.revoke(uow, scene.dev, scene.session, by=None)


async def shut_room(scene: Scene, uow: UnitOfWork) -> None:
    await close_place(uow, scene.there.fair, scene.rooms[STAGE], by_id=scene.edda)


def out_of(kind: str) -> Callable[[Scene], list[str]]:
    return lambda scene: [f"expel {scene.dev} from {scene.rooms[kind]}"]


def out_of_both(scene: Scene) -> list[str]:
    return [f"expel {scene.dev} from {room}" for room in scene.rooms.values()]


@pytest.mark.parametrize(
    ("deed", "follows"),
    [
        (ban, out_of_both),
        (leave, out_of_both),
        (take_role, lambda _scene: ["set_rights []"]),
        (remove, out_of(MEETING)),
        (shut_room, out_of(STAGE)),
        (sign_out, lambda scene: [f"expel {scene.session}"]),
    ],
)
async def test_whoever_was_put_out_is_out_whatever_becomes_of_the_worker(
    scene: Scene,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    deed: Deed,
    follows: Callable[[Scene], list[str]],
) -> None:
    cut: list[dict[str, str]] = []
    monkeypatch.setattr(scene.calls.live.grants, "_tell", cut.append)
    with dying_after_commits(monkeypatch):
        async with scene.there.kernel.database.write() as uow:
            await deed(scene, uow)
    assert scene.media.asked == []
    clock.advance(seconds=OWED_S)
    await scene.there.kernel.jobs.run_due()
    assert sorted(set(map(told, scene.media.asked)) & set(follows(scene))) == sorted(follows(scene))
    assert {scene.dev, scene.session} & {named for order in cut for named in order.values()}


def told(asked: tuple[str, object]) -> str:
    """What the back end was asked, in short."""
    method, given = asked
    if isinstance(given, Expel):
        return f"expel {given.person or given.session}" + (f" from {given.room}" if given.room else "")
    return f"{method} {given.rights.publish}"  # type: ignore[attr-defined]


async def test_a_node_that_does_not_answer_is_asked_again_until_it_has(
    scene: Scene, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other nodes have followed meanwhile."""
    stage, meeting = (Presence(room=scene.rooms[kind], participant=f"{scene.dev}-1") for kind in (STAGE, MEETING))

    async def partly(_person: str) -> list[Presence]:
        raise PartlyKnownError([stage], MediaError("unavailable", "a node does not answer"))

    with monkeypatch.context() as away:
        away.setattr(scene.media, "where", partly)
        async with scene.there.kernel.database.write() as uow:
            await ban(scene, uow)
        assert list(map(told, scene.media.asked)) == out_of(STAGE)(scene)
        clock.advance(seconds=OWED_S)
        await scene.there.kernel.jobs.run_due()
    scene.media.taking_part[scene.dev] = [meeting]
    await scene.there.kernel.jobs.run_due()
    assert out_of(MEETING)(scene)[0] not in map(told, scene.media.asked), "it is not due yet"
    clock.advance(seconds=FIRST_RETRY_S)
    await scene.there.kernel.jobs.run_due()
    assert out_of(MEETING)(scene)[0] in map(told, scene.media.asked)


async def test_who_has_left_one_call_keeps_no_right_in_another(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def given(asked: object) -> None:
        scene.media.asked.append(("set_rights", asked))
        raise MediaError("not_found", "participant")

    async with scene.there.kernel.database.write() as uow:
        other = (await open_room(uow, scene.there.fair.id, STAGE, "other", "Other")).id
        await fairs.actions.set_roles(uow, scene.there.fair.id, scene.dev, [], by_id=scene.edda)
    scene.media.sits(other, f"{scene.dev}-1", scene.dev)
    scene.media.asked.clear()
    monkeypatch.setattr(scene.media, "set_rights", given)
    await fit_rights(scene.calls, scene.dev)
    assert {each.room for _, each in scene.media.asked} == {*scene.rooms.values(), other}
