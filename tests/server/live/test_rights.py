"""Rights that are taken back: at once, on every worker, and within a minute when the bus has lost it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping

import pytest

from server.kernel.parts import Kernel
from server.live.grants import Arrival, Grant
from server.live.identity import Identity
from server.live.limits import Limits
from tests.server.live.ground import ANNA, BEN, CARA, HALL, LOBBY, SECRET, Client, Fair, World, build, serving
from tests.support.patience import PATIENCE_S


@pytest.fixture
async def two(kernel: Kernel, fair: Fair) -> AsyncIterator[tuple[World, World]]:
    """Two workers on one bus and one database."""
    async with serving(build(kernel, fair), fair) as one, serving(build(kernel, fair), fair) as other:
        yield one, other


async def test_a_session_that_ends_closes_its_connections_on_every_worker(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA) as here, other.client(ANNA) as there, other.client(BEN) as ben:
        one.live.revoke_session("session-anna")
        assert await here.closed() == 4503
        assert await there.closed() == 4503
        await ben.call("echo")


async def test_a_person_who_is_banned_is_out_everywhere(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA) as here, other.client(ANNA) as there:
        other.live.revoke_person(ANNA)
        assert await here.closed() == 4503
        assert await there.closed() == 4503


@pytest.mark.parametrize("end", ["session", "person"])
async def test_who_ends_while_being_greeted_is_not_let_in(kernel: Kernel, fair: Fair, end: str) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()
    good = fair.sessions

    async def slow(ids: Collection[str]) -> Mapping[str, Identity]:
        found = await good(ids)  # read just before the end
        asked.set()
        await may_answer.wait()
        return found

    fair.sessions = slow  # type: ignore[method-assign]
    async with serving(build(kernel, fair), fair) as world:
        async with world.upgraded() as opened:
            anna = Client(opened, ANNA)
            await anna.send("hello", ticket=await world.ticket(ANNA), channels={})
            await asyncio.wait_for(asked.wait(), PATIENCE_S)
            if end == "session":
                world.live.revoke_session("session-anna")
            else:
                world.live.revoke_person(ANNA)
            may_answer.set()
            assert await anna.closed() == 4503
        async with world.client(ANNA) as again:  # here the session is still good: what ended was of before
            await again.call("echo")


async def test_a_right_that_is_revoked_cuts_the_topic_at_once_and_says_so(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA, [HALL]) as anna, other.client(BEN, [HALL]) as ben:
        one.fair.members[HALL].discard(BEN)
        one.live.grants.revoke(BEN, HALL)
        assert await ben.event(k="revoked") == {"c": HALL, "k": "revoked", "d": {}}
        await anna.say(HALL, "among ourselves")
        await ben.quiet()
        reply = await ben.ask("test.say", channel=HALL, cid="00000000-0000-4000-8000-000000000000", text="x")
        assert reply["e"]["code"] == "not_found"
        assert not (await ben.call("subscribe", channels={HALL: None}))["channels"][HALL]["ok"]


async def test_a_right_that_is_given_again_is_told_to_whoever_does_not_hear_the_topic(two: tuple[World, World]) -> None:
    one, other = two
    async with one.client(ANNA, [HALL]) as anna, other.client(BEN, [HALL]) as ben, one.client(BEN, [HALL]) as also_ben:
        one.fair.members[HALL].discard(BEN)
        one.live.grants.revoke(BEN, HALL)
        for client in (ben, also_ben):
            await client.event(k="revoked")
        one.fair.members[HALL].add(BEN)
        one.live.grants.restore(BEN, HALL)
        for client in (ben, also_ben):
            assert await client.event(k="restored") == {"c": HALL, "k": "restored", "d": {}}
            assert (await client.call("subscribe", channels={HALL: None}))["channels"][HALL]["ok"]
        one.live.grants.restore(ANNA, HALL)
        await anna.say(HALL, "all here")
        await ben.event(k="said")
        assert "restored" not in [each["k"] for each in anna.heard]


async def test_changed_rights_are_asked_again_and_only_what_is_lost_is_cut(two: tuple[World, World]) -> None:
    one, other = two
    async with other.client(ANNA, [HALL, SECRET]) as anna:
        one.fair.members[SECRET].clear()
        one.live.grants.refresh(ANNA)
        assert (await anna.event(k="revoked"))["c"] == SECRET
        await anna.say(HALL, "still here")


async def test_what_was_read_before_a_change_does_not_undo_what_was_read_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics, asked, may_answer = world.live.topics, asyncio.Event(), asyncio.Event()
    readable = topics.readable
    granted = {BEN: Grant(frozenset({"moderator"}))}

    async def slow_at_first(person_id: str, names: Iterable[str]) -> dict[str, Grant]:
        found = {topic: granted[person_id] for topic in await readable(person_id, names)}
        if not asked.is_set():
            asked.set()
            await may_answer.wait()
        return found

    async with world.client(BEN, [HALL]) as ben:
        [connection] = world.live.grants._connections.of(BEN)
        monkeypatch.setattr(type(topics), "readable", lambda _topics, person_id, names: slow_at_first(person_id, names))
        sweep = asyncio.create_task(world.live.grants.recheck_topics([connection]))
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
        granted[BEN] = Grant(frozenset({"attendee", "speaker"}))
        await world.live.grants.recheck_topics([connection])
        assert connection.topics[HALL].grant == granted[BEN]
        may_answer.set()
        await sweep
        assert connection.topics[HALL].grant == granted[BEN]
        await ben.call("echo")


async def test_what_was_revoked_while_it_was_being_subscribed_is_not_subscribed(world: World, fair: Fair) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()
    snapshot = fair._snapshot

    async def slow_snapshot(arrival: Arrival) -> dict[str, object]:
        asked.set()
        await may_answer.wait()
        return await snapshot(arrival)

    async with world.client(BEN) as ben:
        namespace = world.live.topics.of(HALL)
        object.__setattr__(namespace, "snapshot", slow_snapshot)
        number = await ben.send("subscribe", channels={HALL: None})
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
        fair.members[HALL].discard(BEN)
        world.live.grants.revoke(BEN, HALL)
        may_answer.set()
        state = (await ben.reply(number))["r"]["channels"][HALL]
        assert not state["ok"]
        assert world.live.viewers(HALL) == 0


async def test_what_one_may_not_see_looks_like_what_is_not_there(either: World) -> None:
    async with either.client(BEN, [SECRET, "chat:nowhere", "person:anna", "nothing:1"]) as ben:
        states = ben.welcome["channels"]
        assert {state["e"]["code"] for state in states.values()} == {"not_found"}
        assert len({str(state) for state in states.values()}) == 1


async def test_the_own_topic_is_there_unasked_and_nobody_elses(either: World) -> None:
    async with either.client(ANNA) as anna, either.client(BEN) as ben:
        either.live.publish_state("person:anna", "unread", {"n": 3})
        event = await anna.event(k="unread")
        assert (event["c"], event["d"]) == ("person:anna", {"n": 3})
        await ben.quiet()


async def test_a_session_that_ended_unheard_is_found_at_the_recheck(world: World, fair: Fair) -> None:
    async with world.client(ANNA) as anna, world.client(BEN) as ben:
        fair.ended.add("session-anna")
        await world.live.grants.recheck()
        assert await anna.closed() == 4503
        await ben.call("echo")


async def test_the_recheck_is_made_by_itself(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, Limits(recheck_seconds=0.5)), fair) as world, world.client(ANNA) as anna:
        fair.ended.add("session-anna")
        assert await anna.closed() == 4503


async def test_a_right_that_was_lost_unheard_is_found_at_the_recheck(world: World, fair: Fair) -> None:
    async with world.client(BEN, [HALL, LOBBY]) as ben:
        fair.members[HALL].discard(BEN)
        await world.live.grants.recheck()
        assert (await ben.event(k="revoked"))["c"] == HALL
        await ben.quiet()


async def test_the_recheck_of_a_crowd_is_one_query_for_sessions(world: World, fair: Fair) -> None:
    asked: list[int] = []
    sessions = fair.sessions

    async def counted(ids: object) -> object:
        asked.append(len(ids))  # type: ignore[arg-type]
        return await sessions(ids)  # type: ignore[arg-type]

    world.live.grants._sessions = counted  # type: ignore[assignment]
    async with world.client(ANNA), world.client(BEN), world.client(CARA), world.client(CARA):
        await world.live.grants.recheck()
    assert asked == [3]


async def test_a_new_name_is_known_after_the_recheck(world: World, fair: Fair) -> None:
    async with world.client(ANNA) as anna:
        fair.people[ANNA] = Identity(ANNA, "Anna Maria", "session-anna")
        await world.live.grants.recheck()
        connection = world.live.connections.of(ANNA)[0]
        assert connection.identity
        assert connection.identity.name == "Anna Maria"
        await anna.call("echo")


async def test_a_database_that_is_away_at_the_recheck_cuts_nobody(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, Limits(recheck_seconds=0.25)), fair) as world, world.client(ANNA) as anna:

        async def away(_ids: object) -> object:
            raise ConnectionError

        world.live.grants._sessions = away  # type: ignore[assignment]
        await asyncio.sleep(0.8)
        await anna.call("echo")


@pytest.mark.parametrize("nonsense", [b"", b"[]", b"{}", b'{"do":"dance"}', b'{"do":"revoke"}', b"\xff"])
async def test_nonsense_on_the_bus_harms_nobody(world: World, nonsense: bytes) -> None:
    async with world.client(ANNA, [HALL, LOBBY]) as anna:
        for topic in ("live:rights", "live:presence", f"live:{HALL}", f"live:{LOBBY}"):
            world.live.kernel.bus.publish(topic, nonsense)
        await asyncio.sleep(0)
        await anna.say(HALL, "still here")
