"""Who has answered whether they agree is told so in all their tabs, and is not asked again."""

import asyncio

import pytest

from server.live import topics
from signaling.recordings import queries
from tests.chat.lines import Lines
from tests.signaling.recordings.test_endings import begun
from tests.signaling.recordings.test_stopping import line, named

__all__ = ["line", "named"]


async def test_what_one_answers_is_known_on_the_line_at_once_and_to_whoever_comes_back(named: Lines) -> None:
    recording, path = await begun(named.there)
    call, mine = topics.call(recording.call_id), topics.person(named.there.ids["aylin"])

    async def answered() -> bool | None:
        async with named.client("aylin", call) as again:
            known: bool | None = again.welcome["channels"][call]["snapshot"]["agrees"]
            return known

    async with named.client("aylin", call) as aylin:
        assert await answered() is None
        for word, agrees in (("yes", True), ("no", False)):
            assert (await named.there["aylin"].post(f"{path}/answer", data={"agrees": word})).status_code == 303
            told = await aylin.event(k="recording.answer", c=mine)
            assert told["d"] == {"call": call, "agrees": agrees}
            assert await answered() is agrees


async def test_who_asks_has_agreed(named: Lines) -> None:
    mine = topics.person(named.there.ids["dev"])
    async with named.client("dev") as dev:
        recording, _ = await begun(named.there)
        told = await dev.event(k="recording.answer", c=mine)
        assert told["d"] == {"call": topics.call(recording.call_id), "agrees": True}


async def test_what_a_crowd_answered_is_read_for_all_who_ask_in_the_same_moment(
    named: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, path = await begun(named.there)
    await named.there["aylin"].post(f"{path}/answer", data={"agrees": "yes"})
    answers, reads = queries.answers, 0

    async def counted(*what):
        nonlocal reads
        reads += 1
        return await answers(*what)

    monkeypatch.setattr(queries, "answers", counted)
    answer_of = named.there.app.state.calls.recorded.answer_of
    people = [named.there.ids["aylin"], named.there.ids["bernd"], *(f"nobody-{number}" for number in range(300))]
    found = await asyncio.gather(*(answer_of((recording.id, each)) for each in people))
    assert (found, reads) == ([True, *[None] * 301], 1)
