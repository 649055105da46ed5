"""The organiser's chart of how many meetings each person has: counted, named where there are none, and read aloud."""

import re

from sqlalchemy import event

from meetings import bookings
from meetings.model import Meeting
from meetings.timetable.spread import NAMED_MOST, TOGETHER_FROM, _summed, spread
from tests.meetings.scene import Scene
from tests.meetings.test_timetable import PATH, bring, four, mails, make


async def chart(there: Scene) -> tuple[str, dict[str, int]]:
    """The page, and how many people it says to have how many meetings."""
    page = (await there["edda"].get(PATH)).text
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>.*?histogram-number">(\d+)<', page)
    return page, {word: int(number) for word, number in rows}


async def test_it_counts_what_came_out_and_names_who_has_none(there: Scene) -> None:
    left_out = await there.place.person("Nora Nobody")
    await there.place.join(there.fair, left_out)
    mail = await mails(there)
    for day in ("2026-09-15", "2026-09-16"):  # Dev is not free at all
        await there["dev"].post("/fairs/ruhr/meetings/availability/day", data={"day": day, "free": "no"})
    await bring(there, *await four(there), f"{mail[left_out]},{mail[there.ids['dev']]},like,1")
    assert "How many meetings each person has" not in (await there["edda"].get(PATH)).text, "nothing came out yet"
    run = await make(there)
    page, numbers = await chart(there)
    assert numbers == {"0": 2, "1": 0, "2": 3}
    assert "5 people have from 0 to 2 meetings; half of them have 2 or more." in page
    assert "2 people have no meeting:" in page
    for id, name in ((there.ids["dev"], "Dev Patel"), (left_out, "Nora Nobody")):
        assert re.search(rf'<a [^>]*href="/people/{id}"[^>]*>[^/]*{name}', page), "a way to them"
    await there["edda"].post(f"{PATH}/{run.id}/publish")
    await there.kernel.jobs.run_due()
    assert (await chart(there))[1] == numbers, "booked is counted once"
    async with there.kernel.database.write() as uow:
        first = (await there.meetings())[0]
        await bookings.cancel(uow, await uow.session.get_one(Meeting, first.id), by_id=there.ids["edda"], reason="Ill")
    assert (await chart(there))[1] == {"0": 2, "1": 2, "2": 1}, "what was called off is nobody's"


async def test_what_people_arranged_counts_and_who_takes_none_or_left_does_not(there: Scene) -> None:
    await bring(there, *await four(there))
    slots = await there.slots()
    await there.book(slots[0], "edda", "aylin")
    await there["dev"].post("/fairs/ruhr/meetings/retreat")
    await there["chloe"].post("/fairs/ruhr/leave")
    await make(there)
    page, numbers = await chart(there)
    assert numbers == {"0": 0, "1": 2, "2": 1}  # Edda and Bernd, and Aylin with both
    assert "no meeting:" not in page


async def test_where_all_have_as_many_one_sentence_says_so(there: Scene) -> None:
    await bring(there, *await four(there))
    await make(there)
    page, numbers = await chart(there)
    assert numbers == {"0": 0, "1": 0, "2": 0, "3": 4}
    assert "Each of these people has 3 meetings." in page


async def test_of_many_people_the_first_without_are_named_and_all_are_counted(there: Scene) -> None:
    people = [await there.place.person(f"Guest Number {number:02}") for number in range(40)]
    await there.place.join(there.fair, *people)
    mail = await mails(there)
    await bring(there, *(f"{mail[there.ids['aylin']]},{mail[each]},like,1" for each in people))
    run = await make(there)
    asked: list[str] = []
    async with there.kernel.database.read() as session:
        connection = (await session.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", lambda *what: asked.append(what[2]))
        found = await spread(session, there.fair.id, run.id)
    assert found is not None
    assert len(asked) == 2, "however many people there are"
    assert (found.people, found.half, found.least) == (41, 1 if found.most > 20 else 0, 0)
    assert found.counts[0] + found.counts[1] == 40
    assert [name for _, name in found.without] == sorted(name for _, name in found.without)
    assert len(found.without) == NAMED_MOST < found.counts[0]
    assert f"and {found.counts[0] - NAMED_MOST} more" in (await chart(there))[0]


def test_those_with_many_are_counted_together() -> None:
    found = _summed({0: 1, 3: 4, TOGETHER_FROM: 2, TOGETHER_FROM + 30: 3}, [("1", "Nora Nobody")])
    assert found.counts == [1, 0, 0, 4, *[0] * (TOGETHER_FROM - 4), 5]
    assert (found.people, found.least, found.most, found.half) == (10, 0, TOGETHER_FROM + 30, TOGETHER_FROM)
    assert _summed({2: 3}, []).counts == [0, 0, 3]
