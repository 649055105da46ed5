"""When a room needs a further node, and where its next viewer sits."""

import pytest

from signaling.media.dialling import ASKED_MOST, CHECK_EVERY_S, Dialling, is_numeric
from signaling.media.ice import Credentials, IceLite, IceSide
from signaling.media.spread import (
    AHEAD,
    BRANCHES_MOST,
    PARTICIPANTS_MOST,
    Budget,
    Share,
    needs_another,
    only_watches,
    seat,
)
from signaling.protocol import Join

BUDGET = Budget(people=100, bits_per_second=1_000_000)


def share(life: str, people: int = 0, load: float = 0.0, bits: float = 0.0) -> Share:
    return Share(life, people, bits, load)


def seated(*shares: Share) -> str:
    found = seat(shares, BUDGET)
    return found.life if found else ""


def test_the_least_loaded_node_within_the_budget_takes_the_next_viewer() -> None:
    assert seated(share("home", 99, 0.2), share("b", 0, 0.3)) == "home"
    assert seated(share("home", 99, 0.4), share("b", 0, 0.3)) == "b"
    assert seated(share("home", 100, 0.2), share("b", 50, 0.9)) == "b"
    assert seated(share("home", 10, 0.2, bits=1_000_000), share("b", 50, 0.9)) == "b"
    assert seated(share("home", 10, 0.5), share("b", 10, 0.5)) == "home"


def test_beyond_the_budget_the_least_loaded_with_a_place_takes_them_until_there_is_none() -> None:
    full = share("b", PARTICIPANTS_MOST, 0.1)
    assert seated(share("home", 100, 0.9), full) == "home"
    assert seated(share("home", PARTICIPANTS_MOST), full) == ""


def test_a_further_node_is_got_ready_before_the_budget_is_used_up() -> None:
    near = int(BUDGET.people * AHEAD)
    assert not needs_another([share("home", near - 1)], BUDGET)
    assert needs_another([share("home", near)], BUDGET)
    assert needs_another([share("home", 1, bits=950_000)], BUDGET)
    assert not needs_another([share("home", 100), share("b", 1)], BUDGET)
    assert not needs_another([share("home", 100)] * (BRANCHES_MOST + 1), BUDGET)


@pytest.mark.parametrize(
    ("more", "watches"),
    [
        ({"rights": {"listen": True, "publish": []}}, True),
        ({"rights": {"listen": True, "publish": ["camera"]}}, False),
        ({"rights": {"listen": True, "publish": ["camera"]}, "encoder": True}, True),
        ({"encoder": True, "publish": [{"mid": "0", "source": "camera"}]}, False),
    ],
)
def test_who_may_send_stays_at_home_and_a_player_never_sends(more: dict[str, object], watches: bool) -> None:
    assert only_watches(Join.model_validate({"room": "stage", "participant": "a", "sdp": "", **more})) is watches


def test_a_check_is_answered_by_the_node_that_has_the_password_and_by_nobody_else() -> None:
    ours, theirs = Credentials.make(), Credentials.make()
    here, there, elsewhere = ("10.0.0.1", 1), ("10.0.0.2", 2), ("10.0.0.3", 3)
    node = IceLite(lambda: 0.0)
    node.add(IceSide(theirs, ours.fragment))
    dialling = Dialling(ours.fragment, theirs, [elsewhere, there])
    (lost, _), (check, to) = dialling.due(0.0)
    assert to == there
    assert dialling.due(CHECK_EVERY_S / 2) == []
    checked = node.check(check, here)
    assert checked
    assert checked.nominated
    assert not dialling.take(checked.reply, elsewhere)
    forged = checked.reply[:-12] + bytes(12)
    assert not dialling.take(forged, there)
    assert not dialling.take(b"\x01\x01" + bytes(30), there)
    assert dialling.take(checked.reply, there)
    assert not dialling.take(checked.reply, there)
    assert dialling.found == there
    assert [address for _, address in dialling.due(1.0)] == [there]
    late = node.check(lost, here)
    assert late
    assert dialling.take(late.reply, elsewhere)
    assert dialling.found == there


def test_checks_that_nobody_answers_are_forgotten() -> None:
    dialling = Dialling("us", Credentials.make(), [("10.0.0.2", 2)])
    for at in range(3 * ASKED_MOST):
        dialling.due(float(at))
    assert len(dialling._asked) == ASKED_MOST


def test_names_of_hosts_are_not_looked_up() -> None:
    assert [is_numeric(host) for host in ("203.0.113.7", "2001:db8::1", "media.example")] == [True, True, False]
