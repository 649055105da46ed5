"""A part of a room on another node that answers slowly, or not at all."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from signaling.media import spreading
from tests.signaling.hall import Hall
from tests.signaling.scene import settled, until


async def test_a_branch_that_does_not_follow_gets_nothing_any_more(hall: Hall) -> None:
    anna, near = await hall.spread()
    far = await hall.watch("far", {"a": "auto"})
    anna.send_sound()
    await until(lambda: far.sound and near.sound)
    hall.deaf.add("further")
    await hall.home.node.ask("remove", {"room": "stage", "participant": "far"})
    assert not hall.home.node.rooms["stage"].branches
    came = far.peer.raw_received
    anna.send_sound()
    await until(lambda: len(near.sound) == 2)
    assert far.peer.raw_received == came


async def test_nobody_sits_in_two_places_and_what_is_taken_from_who_is_just_coming_is_taken(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A branch answers slowly, and the same browser asks again meanwhile."""
    await hall.spread()
    others, answers = hall.home.others, asyncio.Event()
    ask = others.ask

    async def slow(life: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = await ask(life, method, params)
        if method == "seat":
            await answers.wait()
        return answer

    monkeypatch.setattr(others, "ask", slow)
    hall.deaf.add("home")  # it does not hear either who sits there
    first = asyncio.create_task(hall.watch("far", connect=False))
    await until(lambda: hall.sits("further") == ["far"])
    await hall.home.node.ask("remove", {"room": "stage", "participant": "near"})
    again = asyncio.create_task(hall.watch("far", generation=1, connect=False))  # there is a place at home by now
    await settled()
    nothing = {"room": "stage", "participant": "far", "rights": {"listen": False, "publish": []}}
    await hall.home.node.ask("set_rights", nothing)
    answers.set()
    await asyncio.gather(first, again)
    assert (hall.sits("home"), hall.sits("further")) == (["anna"], ["far"])
    [far] = hall.nodes["further"].node.rooms["stage"].participants.values()
    assert (far.generation, far.rights.listen, far.slots) == (1, False, {})


async def test_who_is_expelled_while_they_are_being_seated_does_not_stay(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The further node is asked to put them out before it is asked to let them in."""
    await hall.spread()
    others, passed = hall.home.others, asyncio.Event()
    ask, further = others.ask, hall.nodes["further"].node

    async def slow(life: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        if method in ("seat", "remove"):
            await passed.wait()  # both wait in one line, and come in their order
        return await ask(life, method, params)

    monkeypatch.setattr(others, "ask", slow)
    coming = asyncio.create_task(hall.watch("far", connect=False))
    await settled()
    await further.ask("expel", {"person": "far"})
    expelled = asyncio.create_task(hall.home.node.ask("expel", {"person": "far"}))
    await settled()
    passed.set()
    await asyncio.gather(coming, expelled)
    assert hall.sits("further") == []
    assert await hall.listed() == ["anna", "near"]


async def test_a_node_that_redis_does_not_reach_is_left_though_packets_still_go_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those who sat there are shown as being there, nor does anybody wait for it who comes in to speak."""
    monkeypatch.setattr("signaling.media.trunk.TELL_AGAIN_S", 0.1)
    await hall.spread()
    await hall.watch("far")
    [branch] = hall.home.node.rooms["stage"].branches.values()
    told = set[float]()
    await until(lambda: told.add(branch.heard_at) or len(told) > 6)  # it says that it is there, however little happens
    assert await hall.listed() == ["anna", "far", "near"]
    hall.deaf |= {"home", "further"}
    monkeypatch.setattr(spreading, "SILENT_S", 1.0)
    await until(lambda: not hall.home.node.rooms["stage"].branches)
    assert await hall.listed() == ["anna", "near"]


async def test_who_comes_in_to_speak_does_not_wait_for_a_branch_that_does_not_answer(hall: Hall) -> None:
    await hall.spread()
    await hall.watch("far")
    hall.deaf.add("further")
    await hall.home.join("far", ("microphone",), generation=1)
    assert "far" in hall.sits("home")
    assert not hall.home.node.rooms["stage"].branches
