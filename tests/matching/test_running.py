"""A timetable in a process of its own: followed, stopped, killed, gone on with."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matching.plans.forms import as_json, read_timetable
from matching.plans.model import Problem, Rules
from matching.plans.rules import faults
from matching.plans.sample import sample
from matching.refusal import BadInputError
from matching.running import CrashedError, follow, running
from tests.support.patience import PATIENCE_S


def never_done() -> Problem:
    """A fair whose bound is out of reach, so that its search lasts as long as it may."""
    return replace(sample(60, 2, 8, 300), rules=Rules(tables=15, longest_streak=3))


def job(problem: Problem, seconds: float = 60.0, **more: Any) -> dict[str, Any]:
    return {"kind": "plan", "problem": as_json(problem), "seconds": seconds, "gap": 0.0} | more


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be counted out."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_job_is_followed_to_its_end():
    problem = sample(40, 1, 8, 100)
    lines = list(follow(job(problem, gap=0.01)))
    assert [line["final"] for line in lines].count(True) == 1
    assert lines[-1]["final"]
    assert lines[-1]["status"] in ("feasible", "optimal")
    assert faults(problem, read_timetable(lines[-1]["assignment"])) == []


def test_a_job_that_makes_no_sense_is_refused_in_a_sentence():
    with pytest.raises(BadInputError, match=r"^The file must hold one JSON object"):
        list(follow({"kind": "plan", "problem": [], "seconds": 1.0}))
    with pytest.raises(BadInputError, match=r"^The file does not say nBusiness"):
        list(follow({"kind": "gaps", "dzn": "", "seconds": 1.0, "workers": 1}))


async def test_who_asks_for_a_stop_gets_the_best_so_far():
    problem = never_done()
    lines = []
    async with running(job(problem)) as run:
        async for line in run.progress():
            lines.append(line)
            if line["status"] == "feasible":
                run.stop()
    assert lines[-1]["final"]
    assert lines[-1]["seconds"] < 50
    assert faults(problem, read_timetable(lines[-1]["assignment"])) == []


async def test_a_killed_process_is_said_and_its_last_copy_is_enough_to_go_on():
    problem = never_done()
    copy: dict[str, Any] = {}
    async with running(job(problem)) as run:
        async for line in run.progress():
            if "assignment" in line:
                copy = line
                break
        run.kill()
        with pytest.raises(CrashedError, match="without an answer"):
            [_ async for _ in run.progress()]
    again = next(iter(follow(job(problem, seconds=2.0, start=copy["assignment"]))))
    assert again["objective"] >= copy["objective"]


async def test_nothing_is_left_of_a_search_that_nobody_follows_any_more():
    rows = " ".join(f"|{one + 1}, {(one + step) % 40 + 1},3," for one in range(40) for step in range(1, 6))
    hard = f"nBusiness=40; nMeetings=200; nTables=18; nTotalSlots=12; nMorningSlots=6; requested=[{rows} |];"
    async with running({"kind": "gaps", "dzn": hard, "seconds": 60.0, "workers": 2}) as run:
        async for _ in run.progress():
            if family := children(run.pid):
                break
    assert family
    async with asyncio.timeout(PATIENCE_S):
        while any(alive(pid) for pid in (run.pid, *family)):  # noqa: ASYNC110 - their end rings no bell
            await asyncio.sleep(0.05)
