"""The checker must see what is wrong when the faults are over, and nothing where all is right."""

from dataclasses import replace

import pytest

from tests.faults.aftermath import CONVERGED_S, PRESENCE_S
from tests.faults.happened import (
    Acked,
    Applied,
    Came,
    Entry,
    FaultOver,
    Happening,
    History,
    Logged,
    Notified,
    Owed,
    Read,
    Reset,
    Shown,
    Unread,
    Used,
    Went,
)
from tests.faults.history import check

HALL = "chat:hall"
LOG = [Entry(HALL, 1, "a", "one", "aylin"), Entry(HALL, 2, "b", "two", "bernd"), Entry(HALL, 3, "", "a reaction")]
FAULT = "2026-11-26T10:02:11.5Z [error    ] it_failed  word=x\n"


def sound() -> list[Happening]:
    """Aylin and Bernd are there through a fault; by its end all is as it must be."""
    came: list[Happening] = [Came(name, name, HALL, at=0.0) for name in ("aylin", "bernd")]
    applied = [Applied(name, HALL, each.seq, each.content, at=2.0) for name in ("aylin", "bernd") for each in LOG]
    return [
        *came,
        FaultOver(at=1.0),
        *applied,
        Shown("one", HALL, frozenset({"aylin", "bernd"}), at=60.0),
        Read("aylin", HALL, 1),
        Read("aylin", HALL, 1),
        Unread("aylin", HALL, 1),
        Unread("bernd", HALL, 1),
        Owed("bernd", "a meeting"),
        Notified("bernd", "a meeting"),
        Notified("aylin", "a meeting"),
        Used("one", "tasks", before=20, after=22),
        Logged("one", FAULT + "what was said stands nowhere", faults=1),
    ]


def rules(happened: list[Happening], secrets: set[str] | None = None) -> list[str]:
    return [each.rule for each in check(History(happened, secrets or set()), LOG)]


def changed(before: Happening, after: Happening) -> list[Happening]:
    happened = sound()
    assert before in happened
    return [after if one == before else one for one in happened]


def test_a_sound_aftermath_has_no_violation() -> None:
    assert rules(sound(), {"in confidence"}) == []


def test_who_never_gets_the_last_entry_is_seen() -> None:
    assert rules([one for one in sound() if one != Applied("bernd", HALL, 3, "a reaction", at=2.0)]) == ["H7"]


def test_who_gets_it_too_late_is_seen() -> None:
    last = Applied("bernd", HALL, 3, "a reaction", at=2.0)
    assert rules(changed(last, replace(last, at=1.0 + CONVERGED_S))) == []
    assert rules(changed(last, replace(last, at=1.1 + CONVERGED_S))) == ["H7"]


def test_the_time_counts_from_the_last_acknowledgement_when_that_came_after_the_fault() -> None:
    last = Applied("bernd", HALL, 3, "a reaction", at=2.0)
    happened = changed(last, replace(last, at=8.0))
    assert rules([Acked("bernd", HALL, "b", 2, at=4.0), *happened]) == []


def test_who_begins_anew_above_the_last_entry_has_everything() -> None:
    came = Came("chloe", "chloe", HALL, at=50.0)
    assert rules([came, Reset("chloe", HALL, 3, at=2.0), *sound()]) == []
    assert rules([came, Reset("chloe", HALL, 2, at=2.0), *sound()]) == ["H7"]


def test_nothing_is_owed_to_who_went_before_it_was_due() -> None:
    there = [Came("chloe", "chloe", HALL, at=0.0), Went("chloe", HALL, at=3.0)]
    assert rules([*there, *sound()]) == []
    assert "H7" in rules([*there, Came("chloe", "chloe", HALL, at=4.0), *sound()])


def test_a_ghost_is_seen_when_it_had_its_time_to_go() -> None:
    shown = Shown("one", HALL, frozenset({"aylin", "bernd"}), at=60.0)
    ghost = changed(shown, replace(shown, people=shown.people | {"chloe"}))
    was_there = [Came("chloe", "chloe", HALL, at=0.0), Reset("chloe", HALL, 3, at=1.0)]
    assert rules([*was_there, Went("chloe", HALL, at=60.0 - PRESENCE_S), *ghost]) == ["H8"]
    assert rules([*was_there, Went("chloe", HALL, at=61.0 - PRESENCE_S), *ghost]) == []


def test_who_is_there_and_not_shown_is_seen() -> None:
    shown = Shown("one", HALL, frozenset({"aylin", "bernd"}), at=60.0)
    assert rules(changed(shown, replace(shown, people=frozenset({"aylin"})))) == ["H8"]


def test_who_is_there_by_a_second_connection_must_be_shown() -> None:
    shown = Shown("one", HALL, frozenset({"aylin", "bernd"}), at=60.0)
    happened = changed(shown, replace(shown, people=frozenset({"aylin"})))
    phone = [Came("bernd's phone", "bernd", HALL, at=0.0), Went("bernd's phone", HALL, at=30.0)]
    assert rules([*phone, Reset("bernd's phone", HALL, 3, at=1.0), *happened]) == ["H8"]


def test_who_came_a_moment_ago_need_not_be_shown_yet() -> None:
    assert rules([Came("chloe", "chloe", HALL, at=59.0), Reset("chloe", HALL, 3, at=1.0), *sound()]) == []


@pytest.mark.parametrize("count", [0, 2, 3])
def test_another_number_of_unread_messages_than_a_recount_gives_is_seen(count: int) -> None:
    assert rules(changed(Unread("bernd", HALL, 1), Unread("bernd", HALL, count))) == ["H9"]


def test_a_mark_that_goes_back_is_seen() -> None:
    assert "H9" in rules([Read("bernd", HALL, 3), Read("bernd", HALL, 1), *sound()])


def test_a_second_notification_is_seen() -> None:
    assert rules([*sound(), Notified("bernd", "a meeting")]) == ["H10"]


def test_a_notification_that_never_came_is_seen() -> None:
    assert rules([*sound(), Owed("bernd", "another meeting")]) == ["H10"]


def test_what_leaks_is_seen() -> None:
    assert rules([*sound(), Used("one", "open files", before=20, after=23)]) == ["H11"]


@pytest.mark.parametrize("line", [FAULT, '{"event": "it_failed", "level": "error"}\n'])
def test_a_fault_that_stands_in_the_log_alone_is_seen(line: str) -> None:
    assert rules([*sound(), Logged("two", line, faults=0)]) == ["H12"]


def test_a_secret_in_a_log_is_seen() -> None:
    assert rules([*sound(), Logged("two", "appended what was said", faults=0)], {"was said"}) == ["H12", "H12"]
