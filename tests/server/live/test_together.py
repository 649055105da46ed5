"""Looking up together."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from server.kernel.patience import REQUEST_S, answer_limit
from server.live.together import MOST, Together


async def test_what_is_asked_in_one_moment_is_one_look_up() -> None:
    asked: list[set[int]] = []

    async def squares(keys: Collection[int]) -> Mapping[int, int]:
        asked.append(set(keys))
        return {key: key * key for key in keys}

    together = Together(squares)
    assert await asyncio.gather(*(together.get(each) for each in [1, 2, 2, 3])) == [1, 4, 4, 9]
    assert asked == [{1, 2, 3}]
    assert await together.get(2) == 4
    assert asked[1:] == [{2}]  # nothing is kept


async def test_a_crowd_is_asked_in_parts() -> None:
    sizes: list[int] = []

    async def look_up(keys: Collection[int]) -> Mapping[int, int]:
        sizes.append(len(keys))
        return dict.fromkeys(keys, 1)

    found = await Together(look_up).get_all(range(MOST + 1))
    assert len(found) == MOST + 1
    assert sizes == [MOST, 1]


async def test_what_is_not_found_is_left_out() -> None:
    async def look_up(keys: Collection[str]) -> Mapping[str, int]:
        return {"here": 1}

    assert await Together(look_up).get_all(["here", "gone"]) == {"here": 1}
    assert await Together(look_up).get("gone") is None


async def test_a_failure_reaches_everybody_who_asked_and_nobody_after() -> None:
    failures = [OSError("away")]

    async def look_up(keys: Collection[str]) -> Mapping[str, int]:
        if failures:
            raise failures.pop()
        return dict.fromkeys(keys, 1)

    together = Together(look_up)
    results = await asyncio.gather(together.get("a"), together.get("b"), return_exceptions=True)
    assert [type(each) for each in results] == [OSError, OSError]
    assert await together.get("a") == 1


async def test_one_who_gives_up_harms_nobody() -> None:
    may_answer = asyncio.Event()

    async def look_up(keys: Collection[str]) -> Mapping[str, int]:
        await may_answer.wait()
        return dict.fromkeys(keys, 1)

    together = Together(look_up)
    impatient = asyncio.create_task(together.get("a"))
    patient = asyncio.create_task(together.get("a"))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    may_answer.set()
    assert await patient == 1


async def test_whoever_begins_a_look_up_nobody_waits_longer_than_for_a_page() -> None:
    limits: list[float | None] = []

    async def look_up(keys: Collection[str]) -> Mapping[str, int]:
        limits.append(answer_limit())
        return dict.fromkeys(keys, 1)

    await Together(look_up).get("a")
    assert limits == [REQUEST_S]
    assert answer_limit() is None
