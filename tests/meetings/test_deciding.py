"""What binds the timetable, and whom people wish to meet."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from fairs.model import Ban
from meetings import plans
from meetings.plans import GroupWish
from meetings.timetable import building
from meetings.timetable.model import Pairing, TimetableEntry, TimetableRun
from people.model import Person
from server.kernel.ids import new_id
from tests.meetings.scene import Scene
from tests.meetings.test_timetable import PATH, bring, four, mails, make

OWN = "/fairs/ruhr/meetings/wishes"


async def decide(there: Scene, one: str, other: str, slot: str) -> int:
    """Edda decides about two people; the answer's status."""
    mail = await mails(there)
    data = {"one": mail[there.ids[one]], "other": mail[there.ids[other]], "slot": slot}
    return (await there["edda"].post(f"{PATH}/pairings", data=data)).status_code


async def test_pinned_pairs_meet_at_their_time_and_forbidden_ones_never(there: Scene) -> None:
    await bring(there, *await four(there))
    slot = (await there.slots())[3]
    assert await decide(there, "edda", "dev", slot.id) == 303
    assert await decide(there, "aylin", "bernd", "never") == 303
    assert await decide(there, "edda", "chloe", slot.id) == 422  # Edda is pinned at this time
    assert await decide(there, "edda", "edda", slot.id) == 422
    assert await decide(there, "aylin", "dev", "noon") == 422
    run = await make(there)
    async with there.kernel.database.read() as session:
        rows = await session.scalars(select(TimetableEntry).where(TimetableEntry.timetable_id == run.id))
        found = {frozenset((each.one_id, each.other_id)): each.slot_id for each in rows}
    assert found[frozenset((there.ids["edda"], there.ids["dev"]))] == slot.id
    assert frozenset((there.ids["aylin"], there.ids["bernd"])) not in found
    page = (await there["edda"].get(f"{PATH}/rules")).text
    assert "Dev Patel" in page
    one, other = sorted((there.ids["aylin"], there.ids["bernd"]))
    assert (await there["edda"].post(f"{PATH}/pairings/{one}/{other}/undo")).is_redirect
    async with there.kernel.database.read() as session:
        assert len((await session.scalars(select(Pairing))).all()) == 1


async def test_people_are_named_or_given_by_their_address_and_namesakes_by_it_alone(there: Scene) -> None:
    page = (await there["edda"].get(f"{PATH}/rules")).text
    assert '<option value="Dev Patel">' in page
    mail = await mails(there)

    async def paired(one: str, other: str) -> tuple[int, str]:
        data = {"one": one, "other": other, "slot": "never"}
        answer = await there["edda"].post(f"{PATH}/pairings", data=data)
        return answer.status_code, answer.text

    assert (await paired("dev patel", " Chloé  Martin "))[0] == 303
    assert (await paired("Dev Patel", mail[there.ids["aylin"]]))[0] == 303
    for wrong in ("Dev", "", "1", "dev@", "Nobody Else", "Dev\x00Patel"):
        status, text = await paired(wrong, "Chloé Martin")
        assert (status, 'id="one-error"' in text, 'id="other-error"' in text) == (422, True, False), wrong
    async with there.kernel.database.write() as uow:
        namesake = await uow.session.get_one(Person, there.ids["aylin"])
        namesake.name, namesake.organisation = "Dev Patel", ""
    status, text = await paired("Dev Patel", "Chloé Martin")
    assert (status, "Several people here have this name." in text) == (422, True)
    assert f'<option value="{mail[there.ids["aylin"]]}">Dev Patel</option>' in text
    assert f'<option value="{mail[there.ids["dev"]]}">Dev Patel' in text
    assert (await paired(mail[there.ids["dev"]], mail[there.ids["aylin"]]))[0] == 303


async def test_who_is_shut_out_or_gone_is_neither_offered_nor_found_by_name(there: Scene) -> None:
    now = there.clock.now()
    async with there.kernel.database.write() as uow:
        ban = Ban(
            id=new_id(), fair_id=there.fair.id, person_id=there.ids["dev"], by_id=there.ids["edda"], at=now, reason=""
        )
        uow.session.add(ban)
        (await uow.session.get_one(Person, there.ids["aylin"])).erased_at = now
    page = (await there["edda"].get(f"{PATH}/rules")).text
    for name in ("Dev Patel", "Aylin Demir"):
        assert f'<option value="{name}">' not in page
        data = {"one": name, "other": "Chloé Martin", "slot": "never"}
        assert (await there["edda"].post(f"{PATH}/pairings", data=data)).status_code == 422


async def test_a_page_offers_no_more_names_than_a_browser_should_carry(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meetings.naming.OFFERED", 2)
    assert '<datalist id="names"></datalist>' in (await there["edda"].get(f"{PATH}/rules")).text


async def test_what_is_refused_leaves_what_was_decided_and_what_was_saved(there: Scene) -> None:
    early, late = (await there.slots())[3:5]
    async with there.kernel.database.write() as uow:
        group = await plans.add_group(uow, there.fair.id, GroupWish("Buyers", None, [there.ids["aylin"]]))
    weight = {f"weight.{group.id}": "2.5", "until": "2026-09-14T18:00"}
    assert (await there["edda"].post(f"{PATH}/rules", data=weight)).is_redirect
    assert await decide(there, "edda", "dev", early.id) == 303
    assert await decide(there, "edda", "dev", early.id) == 303  # once more is no clash with itself
    assert await decide(there, "edda", "chloe", late.id) == 303
    mail = await mails(there)
    data = {"one": mail[there.ids["dev"]], "other": mail[there.ids["edda"]], "slot": late.id}
    refused = await there["edda"].post(f"{PATH}/pairings", data=data)
    assert refused.status_code == 422
    assert 'value="2.5"' in refused.text
    assert 'value="2026-09-14T18:00"' in refused.text
    async with there.kernel.database.read() as session:
        kept = {
            frozenset((each.one_id, each.other_id)): each.slot_id for each in await session.scalars(select(Pairing))
        }
    assert kept[frozenset((there.ids["edda"], there.ids["dev"]))] == early.id
    assert len(kept) == 2


async def test_a_pin_to_a_time_that_is_over_binds_nothing(there: Scene) -> None:
    await bring(there, *await four(there))
    assert await decide(there, "edda", "dev", (await there.slots())[0].id) == 303
    there.clock.advance(days=1)
    async with there.kernel.database.write() as uow:
        run = TimetableRun(fair_id=there.fair.id, tables=None, least=0)
        problem = await building.build(uow.session, there.fair, await there.plan(), run, there.clock.now())
    assert {each.kind for each in problem.wishes} == {"like"}


async def test_what_nobody_can_be_called_and_no_calendar_has_is_answered_clearly(there: Scene) -> None:
    assert (await there["aylin"].get(f"{OWN}?q=%00")).status_code == 200
    assert "Chlo\u00e9 Martin" in (await there["aylin"].get(f"{OWN}?q=Chloe%CC%81")).text  # as some keyboards write it
    assert "Chlo\u00e9 Martin" in (await there["aylin"].get(f"{OWN}?q=CHLO%C3%89")).text
    for until in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert (await there["edda"].post(f"{PATH}/rules", data={"until": until})).status_code == 422


async def test_nobody_who_is_not_there_can_be_wished_for_also_when_the_fair_is_over(there: Scene) -> None:
    for days in (0, 9):
        there.clock.advance(days=days)
        assert (await there["aylin"].post(f"{OWN}/{new_id()}", data={"wish": "like"})).status_code == 404


async def test_a_must_about_a_forbidden_pair_is_named(there: Scene) -> None:
    mail = await mails(there)
    await bring(there, f"{mail[there.ids['aylin']]},{mail[there.ids['bernd']]},must,1")
    await decide(there, "aylin", "bernd", "never")
    assert (await make(there)).status == "infeasible"
    page = (await there["edda"].get(PATH)).text
    assert "Aylin Demir" in page.split("Not everything can be kept together")[1]


async def test_ones_own_must_weighs_much_and_binds_nobody(there: Scene) -> None:
    await bring(there, *await four(there))
    await there["edda"].post(f"{OWN}/{there.ids['dev']}", data={"wish": "must"})
    for day in ("2026-09-15", "2026-09-16"):
        await there["dev"].post("/fairs/ruhr/meetings/availability/day", data={"day": day, "free": "no"})
    assert (await make(there)).status == "optimal"


async def test_the_wishes_of_a_group_count_as_the_organiser_weighs_them(there: Scene) -> None:
    await bring(there, *await four(there))
    async with there.kernel.database.write() as uow:
        group = await plans.add_group(uow, there.fair.id, GroupWish("Buyers", None, [there.ids["aylin"]]))
    path = f"{PATH}/rules"
    assert (await there["edda"].post(path, data={f"weight.{group.id}": "-1"})).status_code == 422
    assert (await there["edda"].post(path, data={f"weight.{group.id}": "2,5"})).is_redirect
    async with there.kernel.database.write() as uow:
        run = TimetableRun(fair_id=there.fair.id, tables=None, least=0)
        problem = await building.build(uow.session, there.fair, await there.plan(), run, there.clock.now())
    assert problem.groups == {group.id: 2.5}
    assert {each.id for each in problem.people if each.group} == {there.ids["aylin"]}


async def test_people_find_add_change_and_remove_their_wishes_until_these_are_closed(there: Scene) -> None:
    bernd, path = there.ids["bernd"], f"{OWN}/{there.ids['bernd']}"
    assert "No wishes yet" in (await there["aylin"].get(OWN)).text
    assert "Bernd Kowalski" in (await there["aylin"].get(f"{OWN}?q=kowal")).text
    assert "Nobody else" in (await there["aylin"].get(f"{OWN}?q=%25")).text
    for kind in ("like", "never"):
        assert (await there["aylin"].post(path, data={"wish": kind, "list": ""})).headers["location"] == OWN
    page = (await there["aylin"].get(OWN)).text
    assert 'value="never" aria-pressed="true"' in page
    assert "Bernd Kowalski" not in (await there["dev"].get(OWN)).text
    organisers = (await there["edda"].get(f"{PATH}/rules")).text
    # Counts, and no single wish: everybody's name once, to choose from, and nowhere else.
    assert organisers.count("Bernd") == organisers.count('<option value="Bernd Kowalski">') == 1
    assert (await there["aylin"].post(path, data={"wish": "", "list": ""})).is_redirect
    assert "No wishes yet" in (await there["aylin"].get(OWN)).text
    until = (there.clock.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")  # an hour from now in Bochum
    assert (await there["edda"].post(f"{PATH}/rules", data={"until": "soon"})).status_code == 422
    assert (await there["edda"].post(f"{PATH}/rules", data={"until": until})).is_redirect
    assert (await there["aylin"].post(path, data={"wish": "must", "list": ""})).is_redirect
    there.clock.advance(seconds=2 * 3_600)
    assert (await there["aylin"].post(path, data={"wish": "", "list": ""})).status_code == 409
    assert "Wishes are closed" in (await there["aylin"].get(OWN)).text
    assert bernd in (await there["aylin"].get(OWN)).text
