"""Greeting, subscribing, speaking: the way of a client that behaves."""

import uuid

from tests.server.live.ground import ANNA, BEN, HALL, SECRET, World


async def test_a_welcome_says_who_i_am_and_how_each_channel_stands(either: World) -> None:
    async with either.client(ANNA, [HALL, SECRET]) as anna:
        assert anna.welcome["person"] == {"id": "anna", "name": "Anna"}
        assert anna.welcome["limits"]["frame"] == 65536
        state = anna.welcome["channels"][HALL]
        assert (state["ok"], state["top"], state["recovered"]) == (True, 0, False)
        assert state["snapshot"] == {"for": "anna", "of": "hall"}


async def test_what_one_says_the_others_hear_and_the_speaker_too(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna, either.client(BEN, [HALL]) as ben:
        cid = str(uuid.uuid4())
        answer = await anna.say(HALL, "Hello", cid)
        assert answer["s"] == 1
        for client in (anna, ben):
            event = await client.event(c=HALL)
            assert event == {"c": HALL, "s": 1, "k": "said", "d": {"text": "Hello", "by": "anna"}, "cid": cid}


async def test_a_repeated_cid_gets_the_first_answer_again(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna:
        cid = str(uuid.uuid4())
        first = await anna.say(HALL, "once", cid)
        again = await anna.say(HALL, "twice", cid)
        assert again == first
        assert await anna.texts(HALL, 1) == ["once"]
        await anna.quiet()
