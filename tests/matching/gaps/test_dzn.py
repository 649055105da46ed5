"""Files of the published form, and what is wrong with others."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.gaps.dzn import read_dzn
from matching.gaps.instance import Meeting, Session
from matching.refusal import BadInputError

GOOD = """% a comment
nBusiness = 3;
nMeetings = 2;
nTables = 2;
nTotalSlots = 4;
nMorningSlots = 2;
requested = [|1, 2,3,
|3, 1,1,
|];
meetingsxBusiness = [{1,2},{1},{2}];
forbidden = [{0}, {}, {1,4}];
fixed = [0,2];
precedences = [{},{1}];
"""


def test_everything_is_read_and_counted_from_zero():
    fair = read_dzn(GOOD)
    assert (fair.people, fair.slots, fair.morning, fair.tables, fair.fairness) == (3, 4, 2, 2, 2)
    assert fair.meetings == [Meeting(0, 1), Meeting(2, 0, Session.MORNING, fixed=1, after=frozenset({0}))]
    assert fair.forbidden == [frozenset(), frozenset(), frozenset({0, 3})]
    assert read_dzn(GOOD, fairness=0).fairness == 0


def test_what_need_not_be_said_may_be_left_out():
    short = "\n".join(line for line in GOOD.splitlines() if not line.startswith(("forbidden", "fixed", "precedences")))
    assert read_dzn(short).meetings == [Meeting(0, 1), Meeting(2, 0, Session.MORNING)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("nTables = 2;", "", "The file does not say nTables."),
        ("nTables = 2;", "nTables = -2;", "nTables is -2; it must be from 0"),
        ("nBusiness = 3;", "nBusiness = 99999999999999999999;", "nBusiness has “99999"),
        ("nBusiness = 3;", "nBusiness = 999999999;", "nBusiness is 999999999; it must be from 1"),
        ("nMeetings = 2;", "nMeetings = 3;", "requested has 2 rows, and nMeetings is 3."),
        ("nMorningSlots = 2;", "nMorningSlots = 5;", "nMorningSlots is 5; it must be from 0 to 4."),
        ("nMorningSlots = 2;", "nMorningSlots = two;", "nMorningSlots has “two” where a whole number"),
        ("nMorningSlots = 2;", "nBusiness = 2;", "The file says nBusiness twice."),
        ("nMorningSlots = 2;", "what is this;", "The file has something that is no “name = value;”"),
        ("|1, 2,3", "|1, 2", "requested has a row of 2 numbers"),
        ("|1, 2,3", "|1, 4,3", "Row 1 of requested names a participant who is not among the 3."),
        ("|1, 2,3", "|2, 2,3", "Row 1 of requested has participant 2 meet themselves."),
        ("|1, 2,3", "|1, 2,4", "Row 1 of requested has the session 4"),
        ("[|1", "[1", "requested is no table"),
        ("[{0}, {}, {1,4}]", "[{0}, {}]", "forbidden has 2 entries, and 3 are needed."),
        ("[{0}, {}, {1,4}]", "[{0}, {}, {1,5}]", "forbidden names 5; it must be from 1 to 4"),
        ("[{0}, {}, {1,4}]", "[0, {}, {1}]", "forbidden has “0” where a set such as {1,2} belongs."),
        ("[{0}, {}, {1,4}]", "3", "forbidden is no list"),
        ("[{0}, {}, {1,4}]", "[{}, {}, {1..99999999}]", "forbidden has the range 1..99999999, which is too long."),
        ("[0,2]", "[0,5]", "fixed names 5"),
        ("[0,2]", "[0]", "fixed has 1 entries"),
        ("[{},{1}]", "[{},{3}]", "precedences names 3"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(old: str, new: str, says: str):
    with pytest.raises(BadInputError) as refused:
        read_dzn(GOOD.replace(old, new))
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 30), st.text("[]{}|;,=.-0123456789nab ", max_size=6))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(start: int, length: int, put: str):
    with suppress(BadInputError):
        read_dzn(GOOD[:start] + put + GOOD[start + length :])
