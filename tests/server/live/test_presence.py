"""Who is in a room, as its members see it; on one worker and on two."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.kernel.parts import Kernel
from server.live import census, presence
from tests.contract.ears import until
from tests.server.live.ground import ANNA, BEN, CARA, LOBBY, Client, Fair, World, build, serving
from tests.support.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Presence at ten times its speed."""
    monkeypatch.setattr(presence, "TICK_S", 0.1)
    monkeypatch.setattr(presence, "DELTA_S", 0.01)
    monkeypatch.setattr(presence, "ASK_S", 0.1)
    monkeypatch.setattr(census, "GRACE_S", 0.8)


@pytest.fixture
def long_grace(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    """So long that whoever comes back comes within it, however long that takes here."""
    monkeypatch.setattr(census, "GRACE_S", PATIENCE_S)


@pytest.fixture
async def two(kernel: Kernel, fair: Fair, quick: None) -> AsyncIterator[tuple[World, World]]:
    """Two workers on one bus."""
    async with serving(build(kernel, fair), fair) as one, serving(build(kernel, fair), fair) as other:
        yield one, other


class Looker:
    """What a client makes of a room: exactly what the protocol says, and it notices a hole in the versions."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.take(client.welcome["channels"][LOBBY]["snapshot"])

    def take(self, snapshot: dict[str, Any]) -> None:
        """Begin from a snapshot."""
        self.version = snapshot["v"]
        self.count = snapshot["count"]
        self.people = {each["id"]: each for each in snapshot["people"]}

    def apply(self, event: dict[str, Any]) -> None:
        """Apply a state."""
        data = event["d"]
        whole = "people" in data
        assert whole or event["v"] == self.version + 1, "a version is missing"
        self.version, self.count = event["v"], data["count"]
        if whole:
            self.people = {each["id"]: each for each in data["people"]}
        self.people |= {each["id"]: each for each in data["joined"]}
        for gone in data["left"]:
            self.people.pop(gone, None)

    async def sees(self, *names: str) -> None:
        """Wait until exactly these are seen."""
        async with asyncio.timeout(PATIENCE_S):
            while set(self.people) != set(names) or self.count != len(names):
                self.apply(await self.client.event(c=LOBBY, k="presence"))


async def test_a_newcomer_sees_who_is_there_and_is_seen(either: World) -> None:
    async with either.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        assert set(looking.people) == {ANNA}  # oneself, at once
        async with either.client(BEN, [LOBBY]) as ben:
            await looking.sees(ANNA, BEN)
            await Looker(ben).sees(ANNA, BEN)
        assert looking.people[BEN] == {"id": "ben", "name": "Ben"}


async def test_who_was_alone_and_was_away_for_a_moment_sees_who_comes_from_then_on(world: World) -> None:
    async with world.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        for _ in range(2):
            async with world.client(BEN, [LOBBY]) as ben:
                await looking.sees(ANNA, BEN)
                await ben.call("unsubscribe", channels=[LOBBY])
                await looking.sees(ANNA)
        await anna.call("unsubscribe", channels=[LOBBY])  # on another page
        await until(lambda: not world.live.present(LOBBY) and not world.live.presence._views)
        again = await anna.call("subscribe", channels={LOBBY: None})
        looking.take(again["channels"][LOBBY]["snapshot"])
        async with world.client(CARA, [LOBBY]):
            await looking.sees(ANNA, CARA)


async def test_people_on_two_workers_see_each_other(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA, [LOBBY]) as anna, other.client(BEN, [LOBBY]) as ben:
        await Looker(anna).sees(ANNA, BEN)
        await Looker(ben).sees(ANNA, BEN)
        assert one.live.present(LOBBY) == other.live.present(LOBBY) == 2
        assert one.live.presence.people(LOBBY) == [ANNA, BEN]


async def test_a_lost_connection_has_some_grace_and_leaving_has_none(world: World) -> None:
    async with world.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        async with world.client(BEN, [LOBBY]), world.client(CARA, [LOBBY]) as cara:
            await looking.sees(ANNA, BEN, CARA)
            await cara.call("unsubscribe", channels=[LOBBY])
            await looking.sees(ANNA, BEN)
            began = asyncio.get_running_loop().time()  # the grace runs from the loss, which takes its time, too
        await looking.sees(ANNA)
        assert asyncio.get_running_loop().time() - began > 0.5


@pytest.mark.usefixtures("long_grace")
async def test_a_reload_is_not_seen(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        async with one.client(BEN, [LOBBY]):
            await looking.sees(ANNA, BEN)
        async with other.client(BEN, [LOBBY]):
            await _told_of(one, {one: [ANNA], other: [BEN]})
            await _nobody_is_told(one, anna)
            assert one.live.present(LOBBY) == 2


async def test_the_end_of_a_second_tab_hides_nobody(world: World) -> None:
    async with world.client(ANNA, [LOBBY]) as anna, world.client(BEN, [LOBBY]):
        looking = Looker(anna)
        await looking.sees(ANNA, BEN)
        async with world.client(BEN, [LOBBY]) as second:
            await second.call("unsubscribe", channels=[LOBBY])
        await asyncio.sleep(1.2)
        assert world.live.present(LOBBY) == 2
        await anna.quiet()


async def test_a_worker_that_dies_takes_its_people_with_it(
    two: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    async with one.client(ANNA, [LOBBY]) as anna, other.client(BEN, [LOBBY]):
        looking = Looker(anna)
        await looking.sees(ANNA, BEN)
        monkeypatch.setattr(census, "LEASE_S", 1.4)
        other.live.presence._say = lambda what, **more: None  # type: ignore[method-assign]
        await looking.sees(ANNA)


async def test_what_the_bus_lost_is_asked_for(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        say, other.live.presence._say = other.live.presence._say, lambda what, **more: None  # type: ignore[method-assign]
        async with other.client(BEN, [LOBBY]):
            await asyncio.sleep(0.2)
            other.live.presence._say = say  # type: ignore[method-assign]
            await looking.sees(ANNA, BEN)


async def test_a_worker_that_starts_learns_who_is_there(kernel: Kernel, fair: Fair) -> None:
    async with (
        serving(build(kernel, fair), fair) as one,
        one.client(ANNA, [LOBBY]),
        serving(build(kernel, fair), fair) as late,
        late.client(BEN, [LOBBY]) as ben,
    ):
        await Looker(ben).sees(ANNA, BEN)


@pytest.mark.usefixtures("long_grace")
async def test_a_worker_that_stops_in_order_gives_its_people_time_to_come_back(
    kernel: Kernel, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(build(kernel, fair), fair) as one, one.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        async with serving(build(kernel, fair), fair) as other, other.client(BEN, [LOBBY]):
            await looking.sees(ANNA, BEN)
        async with one.client(BEN, [LOBBY]):
            await _told_of(one, {one: [ANNA, BEN], other: []})
            await _nobody_is_told(one, anna)
            monkeypatch.setattr(census, "GRACE_S", 0.8)  # it is read when somebody is lost
        await looking.sees(ANNA)


async def test_a_banned_person_is_gone_from_the_room(world: World, fair: Fair) -> None:
    async with world.client(ANNA, [LOBBY]) as anna, world.client(BEN, [LOBBY]) as ben:
        looking = Looker(anna)
        await looking.sees(ANNA, BEN)
        fair.members[LOBBY].discard(BEN)
        world.live.grants.revoke(BEN, LOBBY)
        await ben.event(k="revoked")
        await looking.sees(ANNA)


async def test_who_comes_back_from_being_hidden_sees_the_whole_room(world: World) -> None:
    async with world.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        await anna.call("visible", hidden=True)
        async with world.client(BEN, [LOBBY]) as ben:
            await Looker(ben).sees(ANNA, BEN)
            shown = (await anna.call("visible", hidden=False))["channels"]
            anna.heard.clear()
            looking.take(shown[LOBBY]["snapshot"])
            assert set(looking.people) == {ANNA, BEN}
            async with world.client(CARA, [LOBBY]):
                await looking.sees(ANNA, BEN, CARA)


async def test_who_was_slow_while_people_came_is_shown_the_whole_room(world: World) -> None:
    async with world.client(ANNA, [LOBBY]) as anna, world.client(BEN, [LOBBY]) as ben:
        looking = Looker(ben)
        room, slow = world.live.hub.rooms[LOBBY], world.live.connections.of(ANNA)[0]
        world.live.hub.slow_down(room, slow)
        async with world.client(CARA, [LOBBY]) as cara:
            await looking.sees(ANNA, BEN, CARA)
            await cara.call("unsubscribe", channels=[LOBBY])
            await looking.sees(ANNA, BEN)
        world.live.hub.catch_up(room, slow)
        async with asyncio.timeout(PATIENCE_S):
            while "people" not in (state := await anna.event(c=LOBBY, k="presence"))["d"]:
                pass
        assert [each["id"] for each in state["d"]["people"]] == [ANNA, BEN]


async def test_many_comings_and_goings_are_gathered(world: World, fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "TICK_S", 1.0)  # the product's own
    names = [f"guest{n}" for n in range(30)]
    fair.join(*names)
    time = asyncio.get_running_loop().time
    began = time()
    async with world.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        clients = [world.client(name, [LOBBY]) for name in names]
        for client in clients:  # one after the other: those who come in the same moment are told of together anyway
            await client.__aenter__()
        states = 0
        while len(looking.people) < 31:
            looking.apply(await anna.event(c=LOBBY, k="presence"))
            states += 1
        assert states <= (time() - began) / presence.TICK_S + 1, "it is a rate, however long they take to come"
        await asyncio.gather(*(client.__aexit__(None, None, None) for client in clients))


async def test_in_a_large_room_only_staff_is_named_and_the_count_is_right(
    world: World, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "NAMED", 4)
    monkeypatch.setattr(presence, "NAMED_AGAIN", 3)
    names = [f"guest{n}" for n in range(4)]
    fair.join(*names)
    fair.named.add(CARA)
    async with world.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        clients = [world.client(name, [LOBBY]) for name in [*names, CARA]]
        for client in clients:
            await client.__aenter__()
        await _until(anna, looking, lambda: looking.count == 6)
        assert set(looking.people) == {CARA}
        async with world.client(BEN, [LOBBY]) as ben:
            assert ben.welcome["channels"][LOBBY]["snapshot"]["people"][0]["id"] == CARA
            await _until(anna, looking, lambda: looking.count == 7)
            assert set(looking.people) == {CARA}
            await ben.call("unsubscribe", channels=[LOBBY])
            await _until(anna, looking, lambda: looking.count == 6)
        for client in clients[:3]:
            await client.__aexit__(None, None, None)
        await _until(anna, looking, lambda: looking.count == 3)
        assert set(looking.people) == {ANNA, CARA, names[3]}
        for client in clients[3:]:
            await client.__aexit__(None, None, None)


async def test_names_that_cannot_be_read_now_are_told_later(world: World, fair: Fair) -> None:
    async with world.client(ANNA, [LOBBY]) as anna:
        looking = Looker(anna)
        namespace = world.live.topics.of(LOBBY)
        assert namespace
        cards = namespace.people

        async def away(room: str, ids: object) -> Any:
            raise ConnectionError

        object.__setattr__(namespace, "people", away)
        connection = world.live.connections.of(ANNA)[0]
        world.live.presence._census.joined("w9", LOBBY, "c9", BEN, world.live.presence._now())
        await asyncio.sleep(0.3)
        assert connection
        object.__setattr__(namespace, "people", cards)
        await looking.sees(ANNA, BEN)


async def _told_of(world: World, people: dict[World, list[str]]) -> None:
    """Wait until a worker knows by whom of them, and by nobody else, the lobby is entered at each of these."""
    rooms_of = world.live.presence._census.rooms_of
    async with asyncio.timeout(PATIENCE_S):
        while any(  # noqa: ASYNC110 - nobody announces it
            sorted(rooms_of(each.live.hub.worker).get(LOBBY, {}).values()) != names for each, names in people.items()
        ):
            await asyncio.sleep(0.01)


async def _nobody_is_told(world: World, client: Client) -> None:
    """Nobody in the lobby is told of anybody now, nor will be once a grace has passed."""
    assert not world.live.presence._census._leaving
    await world.live.presence.tell_members()
    await client.quiet()


async def _until(client: Client, looking: Looker, holds: Any) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            looking.apply(await client.event(c=LOBBY, k="presence"))
