"""The organiser's plan: times, groups, and who may meet whom."""

import asyncio
import re
from typing import Any

import pytest

from meetings import plans
from meetings.between import between
from meetings.model import Plan
from meetings.plans import GroupWish
from meetings.rules import Mode, WhyNot
from tests.meetings.scene import Scene

DAY, NEXT = "2026-09-15", "2026-09-16"
GOOD: dict[str, Any] = {
    "mode": "request", "length": "30", "gap": "0", "most_per_day": "9", "longest_streak": "9", "open_requests": "5",
    "answer_within": "24", f"day.{DAY}": "yes", f"opens.{DAY}": "09:00", f"closes.{DAY}": "12:00",
    f"opens.{NEXT}": "09:00", f"closes.{NEXT}": "12:00", "from.0": "10:00", "to.0": "10:30",
}  # fmt: skip


async def test_the_plan_is_set_on_a_page_and_lays_its_times(there: Scene) -> None:
    assert "14 times are laid" in (await there["edda"].get("/fairs/ruhr/meetings/plan")).text
    assert (await there["edda"].post("/fairs/ruhr/meetings/plan", data=GOOD)).is_redirect
    assert [f"{slot.starts_at:%H:%M}" for slot in await there.slots()] == ["07:00", "07:30", "08:30", "09:00", "09:30"]
    assert "5 times are laid" in (await there["edda"].get("/fairs/ruhr/meetings/plan")).text


WRONG = [
    ({"length": "9"}, "number from 10 to 60"),
    ({"length": "a" * 5000}, "number from 10 to 60"),
    ({"gap": "-1"}, "number from 0 to 60"),
    ({"mode": "chaos"}, "how people get a meeting"),
    ({f"day.{DAY}": None}, "at least one day"),
    ({f"closes.{DAY}": "08:00"}, "before the beginning"),
    ({f"opens.{DAY}": "25:00"}, "a time such as 09:30"),
    ({"to.0": "09:00"}, "before the beginning"),
    ({"from.0": "soon"}, "a time such as 09:30"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
async def test_what_is_wrong_is_said_and_changes_nothing(there: Scene, change: dict[str, Any], said: str) -> None:
    data = {key: value for key, value in (GOOD | change).items() if value is not None}
    answer = await there["edda"].post("/fairs/ruhr/meetings/plan", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(await there.slots()) == 14


@pytest.mark.parametrize(("last", "said"), [("2026-09-28", False), ("2026-09-29", True)])
async def test_a_fair_of_more_than_two_weeks_says_that_meetings_are_planned_for_those(
    there: Scene, last: str, said: bool
) -> None:
    fair = {"name": "Ruhr", "time_zone": "Europe/Berlin", "starts_on": "2026-09-15", "ends_on": last}
    assert (await there["edda"].post("/fairs/ruhr/plan", data=fair)).status_code == 303
    page = (await there["edda"].get("/fairs/ruhr/meetings/plan")).text
    assert ("Meetings are planned for the first 14 days of a fair." in page) is said


async def test_groups_say_who_may_meet_whom_and_how(there: Scene) -> None:
    async def add(name: str, role: str = "") -> str:
        await there["edda"].post("/fairs/ruhr/meetings/groups", data={"name": name, "role": role})
        text = (await there["edda"].get("/fairs/ruhr/meetings/plan")).text
        return text.split("/meetings/groups/")[-1 if text.count("/meetings/groups/") else 0][:36]

    visitors = await add("Visitors", "attendee")
    buyers = await add("Buyers")
    async with there.kernel.database.read() as session:
        from people.model import Person

        email = (await session.get_one(Person, there.ids["bernd"])).email
    path = f"/fairs/ruhr/meetings/groups/{buyers}"
    wrong = await there["edda"].post(path, data={"members": "nobody@example.org"})
    assert "Not at this fair: nobody@example.org" in wrong.text
    assert (await there["edda"].post(path, data={"members": "no address"})).status_code == 422
    assert (await there["edda"].post(path, data={"members": f"{email}\n"})).is_redirect
    rules = {f"{visitors}.{buyers}": "never", f"{buyers}.{visitors}": "open", f"{visitors}.{visitors}": "organiser"}
    assert (await there["edda"].post("/fairs/ruhr/meetings/rules", data=rules)).is_redirect

    async def way(one: str, other: str) -> Any:
        async with there.kernel.database.read() as session:
            found = await between(session, there.fair, there.ids[one], there.ids[other], there.clock.now())
        return found.why or found.mode

    assert await way("aylin", "bernd") is WhyNot.NEVER
    assert await way("bernd", "aylin") is Mode.OPEN
    assert await way("aylin", "chloe") is WhyNot.ORGANISER_ONLY
    assert await way("aylin", "edda") is Mode.REQUEST  # the organiser is in no group: the fair's own way
    assert (
        await there["edda"].post("/fairs/ruhr/meetings/rules", data={f"{visitors}.{buyers}": "x"})
    ).status_code == 400
    assert (await there["edda"].post(path, data={"remove": "yes"})).is_redirect
    assert await way("aylin", "bernd") is WhyNot.ORGANISER_ONLY


async def test_a_group_that_is_not_taken_empties_nothing_on_the_page(there: Scene) -> None:
    def fields(text: str) -> dict[str, str]:
        return {
            name: value
            for name, value in re.findall(
                r'<input class="input" id="[^"]*" name="([^"]*)" type="number" value="([^"]*)"', text
            )
        }

    path = "/fairs/ruhr/meetings"
    before = fields((await there["edda"].get(f"{path}/plan")).text)
    assert before["length"] == "20"
    long = await there["edda"].post(f"{path}/groups", data={"name": "x" * 61, "role": "speaker"})
    assert long.status_code == 422
    assert fields(long.text) == before, "the plan is as it was"
    assert f'value="{"x" * 61}"' in long.text
    assert '<option value="speaker" selected>' in long.text
    await there["edda"].post(f"{path}/groups", data={"name": "Buyers", "role": ""})
    group = (await there["edda"].get(f"{path}/plan")).text.split("/meetings/groups/")[1][:36]
    wrong = await there["edda"].post(f"{path}/groups/{group}", data={"members": "nobody@example.org\nelse@example.org"})
    assert wrong.status_code == 422
    assert fields(wrong.text) == before
    assert "nobody@example.org\nelse@example.org</textarea>" in wrong.text, "what was typed is still there"
    assert '<details class="group" open>' in wrong.text, "and can be seen"
    assert f'href="#{group}-members"' in wrong.text
    assert f'id="{group}-members"' in wrong.text


async def test_a_tap_changes_a_slot_and_another_a_day(there: Scene) -> None:
    slots = await there.slots()
    path = "/fairs/ruhr/meetings/availability"
    await there["aylin"].post(path, data={"slot": slots[3].id, "free": "no"})
    assert (await there["aylin"].get(path)).text.count('aria-pressed="false"') == 1
    await there["aylin"].post(f"{path}/day", data={"day": NEXT, "free": "no"})
    assert (await there["aylin"].get(path)).text.count('aria-pressed="false"') == 8
    await there["aylin"].post(f"{path}/day", data={"day": DAY, "free": "yes"})
    assert (await there["aylin"].get(path)).text.count('aria-pressed="false"') == 7
    assert (await there["aylin"].post(path, data={"slot": "x", "free": "no"})).status_code == 400
    assert (await there["aylin"].post(f"{path}/day", data={"day": "2020-01-01", "free": "no"})).status_code == 400


async def test_of_two_who_make_a_group_for_one_role_at_once_one_makes_it(there: Scene) -> None:
    async with there.kernel.database.write() as uow:
        await uow.session.get_one(Plan, there.fair.id, with_for_update=True)
        await plans.add_group(uow, there.fair.id, GroupWish("Speakers", "speaker"))
        data = {"name": "Those who speak", "role": "speaker"}
        second = asyncio.create_task(there["edda"].post("/fairs/ruhr/meetings/groups", data=data))
        await asyncio.wait([second], timeout=0.3)  # it looks what there is before that is written, unless it waits
    answer = await second
    assert answer.status_code == 422
    assert "There is a group for this role already." in answer.text


async def test_of_several_who_save_a_group_or_the_rules_at_once_each_is_taken(there: Scene) -> None:
    async with there.kernel.database.write() as uow:
        one, other = [(await plans.add_group(uow, there.fair.id, GroupWish(name))).id for name in ("Buyers", "Sellers")]
    path, edda = "/fairs/ruhr/meetings", there["edda"]
    members = {"members": "Aylin Demir\nBernd Kowalski"}
    rules = {f"{one}.{other}": "open", f"{other}.{one}": "never"}
    for where, data in ((f"{path}/groups/{one}", members), (f"{path}/rules", rules)):
        answers = await asyncio.gather(*(edda.post(where, data=data) for _ in range(4)))
        assert [each.status_code for each in answers] == [303] * 4, where
