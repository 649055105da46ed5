"""Rules of needs: states, ends, addresses, and what gives away who wrote a text."""

from datetime import UTC, date, datetime, timedelta

import pytest

from directory.needs import ladder, rules
from directory.needs.ladder import ANSWERER, OWNER, NotNowError

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
NAMES = ["Stadtwerke Hagenfeld", "Stadtwerke Hagenfeld GmbH", "stadtwerke-hagenfeld", "Bernd Kowalski"]


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        ("draft", ["publish"]),
        ("open", ["pause", "renew", "fulfil"]),
        ("paused", ["resume", "renew", "fulfil"]),
        ("expired", ["renew", "fulfil"]),
        ("fulfilled", ["reopen"]),
    ],
)
def test_each_state_offers_what_can_be_done_from_it(state: str, deeds: list[str]) -> None:
    assert rules.possible(state, None) == deeds


def test_the_last_day_is_the_chosen_one_or_the_last_of_which_half_is_left() -> None:
    day = date(2026, 10, 30)
    assert rules.last_day(rules.expiry(NOON, day)) == day
    assert rules.last_day(datetime(2026, 10, 30, 13, tzinfo=UTC)) == day
    assert rules.last_day(datetime(2026, 10, 30, 11, tzinfo=UTC)) == date(2026, 10, 29)


def test_what_ends_on_a_chosen_day_is_renewed_by_choosing_another_while_it_is_open() -> None:
    assert rules.possible("open", NOON.date()) == ["pause", "fulfil"]
    assert rules.possible("expired", NOON.date()) == ["renew", "fulfil"]


def test_every_deed_leads_into_a_state_and_every_state_can_be_reached() -> None:
    assert {target for _, target in rules.DEEDS.values()} == set(rules.STATES)


def test_without_a_deadline_a_need_stays_open_for_ninety_days() -> None:
    assert rules.expiry(NOON, None) == NOON + timedelta(days=90)


def test_the_last_day_is_over_when_it_is_over_everywhere() -> None:
    assert rules.expiry(NOON, date(2026, 9, 14)) == datetime(2026, 9, 15, 12, tzinfo=UTC)
    assert rules.can_be_open(datetime(2026, 9, 15, 11, tzinfo=UTC), date(2026, 9, 14))
    assert not rules.can_be_open(datetime(2026, 9, 15, 12, tzinfo=UTC), date(2026, 9, 14))


def test_nobody_is_reminded_of_an_end_that_is_nearer_than_the_reminder() -> None:
    assert rules.reminder(NOON, NOON + timedelta(days=10)) == NOON + timedelta(days=3)
    assert rules.reminder(NOON, NOON + timedelta(days=7)) is None


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("350 kW charging for 24 buses", "350-kw-charging-for-24-buses"),
        ("Schnellladesäulen für große Höfe", "schnellladesaeulen-fuer-grosse-hoefe"),
        ("Ładowarki — Kraków", "ladowarki-krakow"),
        ("充電", ""),
        ("a" * 80, "a" * 60),
        ("wort " * 30, "-".join(["wort"] * 12)),
    ],
)
def test_a_title_becomes_part_of_an_address(title: str, slug: str) -> None:
    assert rules.slug(title) == slug


@pytest.mark.parametrize(
    "text",
    [
        "Die Stadtwerke Hagenfeld suchen Ladesäulen",
        "STADTWERKE-HAGENFELD GMBH sucht",
        "stadtwerkehagenfeld",
        "Stadtwerke  Hágenfeld",
        "Ask Bernd Kowalski for it",
        "see https://example.org/tender",
        "look at www.unser-werk.de",
        "unser-werk.de has more",
        "write to einkauf@unser-werk",
        "call +49 2331 123 456",
        "Tel. 02331/123456",
    ],
)
def test_a_text_that_says_whose_it_is_is_noticed(text: str) -> None:
    assert rules.tells_who(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "Mid-size utility, NRW",
        "350 kW for 24 buses, 60 kW from the grid, 1.200.000 € until 2027-03-31",
        "Wir sind Stadtwerke mit 300 Leuten",
        "Version 2.4 of the standard; z.B. OCPP 1.6",
        "",
    ],
)
def test_a_text_that_says_nothing_about_its_writer_is_taken(text: str) -> None:
    assert rules.tells_who(text, NAMES) == ""


def test_words_of_the_name_are_hinted_at_and_not_refused() -> None:
    assert rules.hints_at_who(["Depot in Hagenfeld"], NAMES) == ["hagenfeld"]
    assert rules.hints_at_who(["Depot in the north"], NAMES) == []


def test_an_answer_goes_up_the_ladder_and_back_and_forth() -> None:
    taken = ["answered"]
    state = ladder.WAITING
    for kind, side, expected in (
        ("asked", OWNER, ladder.ASKED),
        ("replied", ANSWERER, ladder.WAITING),
        ("revealed", OWNER, ladder.WAITING),
        ("accepted", OWNER, ladder.ACCEPTED),
    ):
        state = ladder.state_after(state, taken, kind, side)
        assert state == expected
        taken.append(kind)


@pytest.mark.parametrize(
    ("state", "taken", "kind", "side", "code"),
    [
        (ladder.WAITING, ["answered"], "accepted", ANSWERER, "not_yours"),
        (ladder.WAITING, ["answered"], "replied", OWNER, "not_yours"),
        (ladder.DECLINED, ["answered", "declined"], "accepted", OWNER, "over"),
        (ladder.WITHDRAWN, ["answered", "withdrawn"], "replied", ANSWERER, "over"),
        (ladder.WAITING, ["answered", "revealed"], "revealed", OWNER, "already"),
        (ladder.WAITING, ["answered"] + ["asked"] * ladder.STEPS_MOST, "asked", OWNER, "too_many"),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(state: str, taken: list[str], kind: str, side: str, code: str) -> None:
    with pytest.raises(NotNowError) as refused:
        ladder.state_after(state, taken, kind, side)
    assert refused.value.code == code


def test_only_known_codes_are_tags_each_once_and_not_too_many() -> None:
    assert rules.allowed(["b", "a", "b", "x"], {"a", "b"}) == ["b", "a"]
    assert len(rules.allowed(map(str, range(40)), {str(n) for n in range(40)})) == rules.TAGS_MOST
