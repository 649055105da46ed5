"""What binds the timetable as a file: each row is judged by itself, looked at first, and taken whole or not at all."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from matching.plans.tables import read_each
from matching.refusal import BadInputError
from meetings import plans
from meetings.model import Group
from meetings.plans import GroupWish
from meetings.timetable.bindings import PAIRS_MOST, Known, as_csv, judge
from meetings.timetable.model import Pairing
from people.model import Person
from tests.meetings.scene import Scene
from tests.meetings.test_timetable import PATH, mails

RULES = f"{PATH}/rules"
HEAD = "rule,one,other,starts,group,weight"
NINE = datetime(2026, 9, 15, 7, tzinfo=UTC)
PEOPLE = {f"{name}@example.org": name for name in "abcd"}
KNOWN = Known(PEOPLE, {NINE: "slot"}, {"buyers": ["g"], "twins": ["x", "y"]}, "Europe/Berlin")
A_B, A_C = "a@example.org,b@example.org", "a@example.org,c@example.org"

# Rows, and what is wrong in which line; nothing: all is taken.
ROWS = [
    ("a pin, on the fair's clock", [f"pinned,{A_B},2026-09-15T09:00,,"], {}),
    ("a pin with its zone", [f"Pinned,{A_B},2026-09-15T08:00+01:00,,"], {}),
    ("a pin with a space and capital letters", ["pinned,A@Example.org,b@example.org,2026-09-15 09:00,,"], {}),
    ("two who are kept apart", [f"never,{A_B},,,"], {}),
    ("a short row", [f"never,{A_B}"], {}),
    ("a weight with a comma", ['weight,,,,Buyers,"2,5"'], {}),
    ("an empty line", ["", f"never,{A_B},,,"], {}),
    ("no rule", [f",{A_B},,,"], {2: "The rule must be"}),
    ("another rule", [f"perhaps,{A_B},,,"], {2: "The rule must be"}),
    ("nobody", ["never,a@example.org,,,,"], {2: "not a mail address"}),
    ("somebody else", ["never,a@example.org,z@example.org,,,"], {2: "Not at this fair"}),
    ("oneself", ["never,a@example.org,A@example.org,,,"], {2: "meet themselves"}),
    ("no time", [f"pinned,{A_B},,,"], {2: "a day and a time"}),
    ("a time that is none", [f"pinned,{A_B},2026-09-31T09:00,,"], {2: "a day and a time"}),
    ("a time beyond all calendars", [f"pinned,{A_B},0001-01-01T00:00,,"], {2: "a day and a time"}),
    ("a time without a slot", [f"pinned,{A_B},2026-09-15T09:10,,"], {2: "no meeting begins"}),
    ("the same two twice",
     [f"never,{A_B},,,", "pinned,b@example.org,a@example.org,2026-09-15T09:00,,"], {3: "these two"}),
    ("one person twice at once",
     [f"pinned,{A_B},2026-09-15T09:00,,", f"pinned,{A_C},2026-09-15T09:00,,"], {3: "pinned at this time"}),
    ("an unknown group", ["weight,,,,Sellers,1"], {2: "no such group"}),
    ("a name of two groups", ["weight,,,,Twins,1"], {2: "Several groups"}),
    ("a group twice", ["weight,,,,Buyers,1", "weight,,,,buyers,2"], {3: "a weight already"}),
    ("weights that cannot be",
     [f"weight,,,,Buyers,{one}" for one in ("", "much", "nan", "-1", "101")],
     dict.fromkeys(range(2, 7), "a number from 0 to 100")),
    ("more cells than columns", [f"never,{A_B},,,,what,else"], {2: "more cells"}),
    ("every wrong row, and the good ones between them",
     [f"no,{A_B}", f"never,{A_B}", f"pinned,{A_C},soon"], {2: "The rule must be", 4: "a day and a time"}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "wrong"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_is_judged(lines: list[str], wrong: dict[int, str]) -> None:
    rows = read_each("\n".join([HEAD, *lines]).encode(), "bindings", 100)
    found = judge(rows, KNOWN)
    assert [each.line for each in found.wrong] == list(wrong)
    for each, said in zip(found.wrong, wrong.values(), strict=True):
        assert said.casefold() in (each.text % each.params).casefold()
    assert len(found.pairs) + len(found.weights) == len(rows) - len(wrong)


def test_more_pairs_than_there_can_be_are_refused_one_by_one() -> None:
    people = {f"{number}@example.org": str(number) for number in range(PAIRS_MOST + 2)}
    rows = [
        (number + 2, {"rule": "never", "one": "0@example.org", "other": f"{number + 1}@example.org"})
        for number in range(PAIRS_MOST + 1)
    ]
    found = judge(rows, Known(people, {}, {}, "UTC"))
    assert (len(found.pairs), [each.line for each in found.wrong]) == (PAIRS_MOST, [PAIRS_MOST + 2])


def test_a_weight_comes_out_as_it_went_in_and_groups_that_are_called_alike_stay_out() -> None:
    weights = [("buyers", 12.3456789), ("Twins", 2.0), ("twins", 3.0)]
    rows = read_each(as_csv([], weights, "UTC").encode(), "bindings", 100)
    found = judge(rows, KNOWN)
    assert found.wrong == []
    assert found.weights == {"g": 12.3456789}


FOREIGN = [b"\xff\xfe", b"rule;who\n", b"one,other\n", b'rule\n"never', HEAD.encode() + b"\nnever" * 9]


@pytest.mark.parametrize("content", FOREIGN)
def test_what_is_no_such_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(BadInputError, match=r"bindings\.csv"):
        read_each(content, "bindings", 5)


async def look(there: Scene, *lines: str) -> str:
    """Edda looks at a file; the page."""
    content = "\n".join([HEAD, *lines])
    answer = await there["edda"].post(f"{RULES}/look", files={"file": ("bindings.csv", content, "text/csv")})
    assert answer.status_code in (200, 422)
    return answer.text


@pytest.mark.parametrize(
    ("page", "content", "said"),
    [
        ("rules/look", "rule;who\n", "Ihre Datei hat eine Spalte „who“; bekannt sind: rule, one"),
        ("rules/look", b"\xff", "Ihre Datei ist kein Text in UTF-8."),
        ("wishes", "of,whom\na@example.org\n", "Ihre Datei, Zeile 2: 1 Zellen statt 2."),
        ("wishes", "of\n", "Ihre Datei hat keine Spalte „whom“; nötig sind of, whom."),
    ],
)
async def test_why_a_whole_file_is_refused_is_said_in_the_readers_language(
    there: Scene, page: str, content: str | bytes, said: str
) -> None:
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["edda"])).locale = "de"
    sent = {"file": ("some.csv", content, "text/csv")}
    answer = await there["edda"].post(f"{PATH}/{page}", files=sent)
    assert answer.status_code == 422
    assert said in answer.text


async def take(there: Scene, *lines: str) -> int:
    """Edda takes a file; the answer's status."""
    return (await there["edda"].post(f"{RULES}/take", data={"content": "\n".join([HEAD, *lines])})).status_code


async def stands(there: Scene) -> dict[frozenset[str], str | None]:
    """What is decided about pairs."""
    async with there.kernel.database.read() as session:
        found = await session.scalars(select(Pairing))
        return {frozenset((each.one_id, each.other_id)): each.slot_id for each in found}


async def test_a_file_is_looked_at_taken_and_comes_out_as_it_went_in(there: Scene) -> None:
    slot, mail = (await there.slots())[3], await mails(there)
    aylin, bernd, chloe, dev = (mail[there.ids[name]] for name in ("aylin", "bernd", "chloe", "dev"))
    async with there.kernel.database.write() as uow:
        group = await plans.add_group(uow, there.fair.id, GroupWish("=HYPERLINK(1)", None, [there.ids["aylin"]]))
    pinned, never = f"pinned,{aylin},{bernd},{slot.starts_at.isoformat()}", f"never,{chloe},{dev}"
    page = await look(there, pinned, never, "weight,,,,'=HYPERLINK(1),2.5")
    assert "Nothing has been changed yet." in page
    assert await stands(there) == {}
    assert await take(there, pinned, never, "weight,,,,'=HYPERLINK(1),2.5") == 303
    pair, apart = frozenset((there.ids["aylin"], there.ids["bernd"])), frozenset((there.ids["chloe"], there.ids["dev"]))
    assert await stands(there) == {pair: slot.id, apart: None}
    assert (await there.get(Group, group.id)).weight == 2.5
    file = (await there["edda"].get(f"{RULES}/bindings.csv")).text
    assert ",'=HYPERLINK(1),2.5" in file  # no spreadsheet runs it
    assert "2026-09-15T10:15+02:00" in file
    at = {(each.one_id, each.other_id): each.at for each in await rows(there)}
    there.clock.advance(seconds=60)
    page = await look(there, *file.splitlines()[1:])
    assert page.count("<dd>0</dd>") == 3  # everything is as before: nothing is new, changed or taken back
    assert await take(there, *file.splitlines()[1:]) == 303
    assert {(each.one_id, each.other_id): each.at for each in await rows(there)} == at
    # What the file does not name is taken back; groups stay
    assert await take(there, f"never,{aylin},{bernd}") == 303
    assert await stands(there) == {pair: None}
    assert (await there.get(Group, group.id)).weight == 2.5


async def rows(there: Scene) -> list[Pairing]:
    """What is decided, as it is kept."""
    async with there.kernel.database.read() as session:
        return list(await session.scalars(select(Pairing)))


async def test_a_file_with_a_wrong_row_changes_nothing_and_says_each(there: Scene) -> None:
    mail = await mails(there)
    never = f"never,{mail[there.ids['aylin']]},{mail[there.ids['bernd']]}"
    page = await look(there, never, f"never,{mail[there.ids['chloe']]},nobody@example.org", "weight,,,,Nobody,1")
    assert "2 rows cannot be taken" in page
    assert "Line 3" in page
    assert "Not at this fair: nobody@example.org" in page
    assert "There is no such group: Nobody" in page
    assert await take(there, never, "perhaps,a,b") == 409
    assert await stands(there) == {}
    assert (await there["edda"].post(f"{RULES}/take", data={"content": "who,whom\n1,2"})).status_code == 422
    assert "larger than what it can hold" in await look(there, "never," * 60_000)
    german = await there["edda"].post(
        f"{RULES}/look", files={"file": ("x.csv", f"{HEAD}\nperhaps", "text/csv")}, headers={"accept-language": "de"}
    )
    assert german.status_code == 422
    assert (await there["aylin"].get(f"{RULES}/bindings.csv")).status_code == 404
