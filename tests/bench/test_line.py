"""The live line's figures: they come from what was said and heard, and what gets lost is no figure."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from bench import line, starts
from bench.line import people
from bench.line.people import Listener, Talk
from bench.options import Options, UsageError
from bench.processes import ServerError
from bench.results import Result

HALL = "chat:hall"


class Spoken:
    """A speaker whose word comes to those who listen after a while, or never."""

    def __init__(self, hearers: list[Any], answers: Iterator[int | None]) -> None:
        self._hearers, self._answers = hearers, answers
        self.heard: dict[tuple[str, int], float] = {}

    async def say(self, channel: str, _text: str) -> int | None:
        number = next(self._answers)
        for each in self._hearers:
            each.heard[channel, number] = time.monotonic()
        return number


async def test_times_are_those_of_each_hearer_from_when_it_was_due() -> None:
    hearers: list[Any] = []
    speaker = Spoken(hearers, iter(range(1, 100)))
    hearers += [speaker, Spoken([], iter(()))]
    talk = Talk()
    await talk.go_on([(cast(Listener, speaker), HALL)], rate=100, seconds=0.1, text="x")
    await talk.comes_to([(cast(Listener, each), HALL) for each in hearers])
    assert (len(talk.acknowledged), len(talk.delivered)) == (10, 20)
    assert all(each > 0 for each in talk.acknowledged + talk.delivered)


async def test_what_does_not_come_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PATIENCE_S", 0.1)
    deaf, talk = Spoken([], iter(range(1, 100))), Talk()
    await talk.go_on([(cast(Listener, deaf), HALL)], rate=100, seconds=0.02, text="x")
    with pytest.raises(ServerError, match="not everything"):
        await talk.comes_to([(cast(Listener, deaf), HALL)])
    refused = Spoken([], iter([None]))
    with pytest.raises(ServerError, match="refused"):
        await Talk().go_on([(cast(Listener, refused), HALL)], rate=100, seconds=0.01, text="x")


def _figures(result: Result) -> dict[str, float]:
    assert not result.left_out
    return {f"{row.system} {row.metric}": row.value for row in result.rows}


@pytest.mark.parametrize("case", ["sqlite rooms", "sqlite stuck members"])
async def test_a_scene_has_all_its_figures(case: str) -> None:
    """A short one, with the product as it is started."""
    found = _figures(await asyncio.to_thread(line.run, Options("bench", only=case, seconds=0.3)))
    assert len(found) == 5
    assert all(value > 0 for value in found.values())


async def test_commits_are_counted_one_by_one_and_together() -> None:
    found = _figures(await asyncio.to_thread(line.run, Options("bench", only="sqlite commits", seconds=0.2)))
    assert all(value > 0 for value in found.values())
    assert found["fairmatch together_per_commit"] > 10, "which is why they are faster where the machine is quiet"


async def test_both_ends_of_the_bus_are_counted() -> None:
    found = _figures(await asyncio.to_thread(line.run, Options("bench", only="bus, sixteen at once", seconds=0.1)))
    assert found["redis-py both_us"] > found["fairmatch both_us"] > 0


@pytest.mark.parametrize("benchmark", [line, starts])
def test_a_case_that_there_is_not_is_said(benchmark: Any) -> None:
    with pytest.raises(UsageError, match="there is no case"):
        benchmark.run(Options("bench", only="nothing"))
