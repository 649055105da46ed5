"""The checker must see every kind of broken promise, and none in a sound history."""

from dataclasses import replace

import pytest

from tests.faults.happened import Acked, Applied, Entry, Happening, History, Refused, Reset, Sent
from tests.faults.history import check

LOBBY = "chat:lobby"
LOG = [Entry(LOBBY, 1, "a", "one"), Entry(LOBBY, 2, "b", "two"), Entry(LOBBY, 3, "c", "three")]


def sound() -> list[Happening]:
    """Aylin sends three messages one after the other; both she and Bernd see them."""
    happened: list[Happening] = []
    for number, entry in enumerate(LOG):
        happened.append(Sent("aylin", LOBBY, entry.cid, entry.content, at=number + 0.0))
        happened.append(Acked("aylin", LOBBY, entry.cid, entry.seq, at=number + 0.5))
    for client in ("aylin", "bernd"):
        happened += [Applied(client, LOBBY, entry.seq, entry.content) for entry in LOG]
    return happened


def rules(happened: list[Happening], log: list[Entry]) -> set[str]:
    return {violation.rule for violation in check(History(happened), log)}


def without(happened: list[Happening], unwanted: Happening) -> list[Happening]:
    return [one for one in happened if one != unwanted]


def test_a_sound_history_has_no_violation() -> None:
    assert check(History(sound()), LOG) == []


def test_a_client_that_begins_in_the_middle_is_sound() -> None:
    happened = [*sound(), Reset("clara", LOBBY, 2), Applied("clara", LOBBY, 3, "three")]
    assert check(History(happened), LOG) == []


def test_an_acknowledged_message_that_is_missing_is_seen() -> None:
    assert "H1" in rules(sound(), LOG[:2])


def test_an_acknowledgement_with_another_number_than_the_logs_is_seen() -> None:
    happened = [replace(one, seq=7) if isinstance(one, Acked) and one.cid == "b" else one for one in sound()]
    assert "H1" in rules(happened, LOG)


def test_a_hole_in_the_log_is_seen() -> None:
    assert "H2" in rules([], [LOG[0], LOG[2]])


def test_a_client_that_misses_an_entry_is_seen() -> None:
    assert rules(without(sound(), Applied("bernd", LOBBY, 2, "two")), LOG) == {"H3"}


def test_a_client_that_shows_an_entry_twice_is_seen() -> None:
    assert rules([*sound(), Applied("bernd", LOBBY, 3, "three")], LOG) == {"H3"}


def test_a_client_that_shows_other_words_than_the_log_is_seen() -> None:
    happened = [replace(one, content="x") if isinstance(one, Applied) and one.seq == 3 else one for one in sound()]
    assert rules(happened, LOG) == {"H3"}


def test_two_clients_that_disagree_on_the_order_are_seen() -> None:
    swapped = [Applied("clara", LOBBY, 1, "two"), Applied("clara", LOBBY, 2, "one")]
    assert rules([*sound(), *swapped], LOG) == {"H3"}


def test_a_later_send_before_an_earlier_acknowledgement_is_seen() -> None:
    happened: list[Happening] = [
        Sent("aylin", LOBBY, "b", "two", at=0.0),
        Acked("aylin", LOBBY, "b", 2, at=1.0),
        Sent("bernd", LOBBY, "a", "one", at=2.0),
        Acked("bernd", LOBBY, "a", 1, at=3.0),
    ]
    assert rules(happened, LOG) == {"H4"}


def test_messages_of_one_sender_in_the_wrong_order_are_seen() -> None:
    happened: list[Happening] = [
        Sent("aylin", LOBBY, "b", "two", at=0.0),
        Acked("aylin", LOBBY, "b", 2, at=1.0),
        Sent("aylin", LOBBY, "a", "one", at=2.0),
    ]
    assert rules(happened, LOG) == {"H5"}


def test_a_message_that_stands_twice_is_seen() -> None:
    assert "H6" in rules(sound(), [*LOG, Entry(LOBBY, 4, "c", "three")])


def test_a_refused_message_that_stands_in_the_log_is_seen() -> None:
    assert rules([*sound(), Refused("bernd", LOBBY, "c", at=9.0)], LOG) == {"H6"}


@pytest.mark.parametrize("seconds", [0.0, 0.4])
def test_sends_that_overlap_may_stand_in_either_order(seconds: float) -> None:
    happened: list[Happening] = [
        Sent("aylin", LOBBY, "b", "two", at=0.0),
        Sent("bernd", LOBBY, "a", "one", at=seconds),
        Acked("aylin", LOBBY, "b", 2, at=0.5),
        Acked("bernd", LOBBY, "a", 1, at=0.9),
    ]
    assert check(History(happened), LOG) == []
