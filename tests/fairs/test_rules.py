"""Roles, days and slugs."""

from datetime import UTC, date, datetime

import pytest

from fairs.rules import Phase, highest, is_moved, is_slug, may_act_upon, phase, slug_from

FIRST, LAST = date(2026, 9, 14), date(2026, 9, 16)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 9, 13, 21, 59, tzinfo=UTC), Phase.AHEAD),
        (datetime(2026, 9, 13, 22, 0, tzinfo=UTC), Phase.RUNNING),
        (datetime(2026, 9, 16, 21, 59, tzinfo=UTC), Phase.RUNNING),
        (datetime(2026, 9, 16, 22, 0, tzinfo=UTC), Phase.OVER),
    ],
)
def test_a_fair_opens_and_closes_at_midnight_of_its_own_zone(moment: datetime, expected: Phase) -> None:
    assert phase(FIRST, LAST, moment, "Europe/Berlin") is expected


@pytest.mark.parametrize(
    ("days", "moved"),
    [
        ((14, 16), True),  # it does not differ: nothing goes anywhere
        ((15, 17), True),
        ((21, 23), True),
        ((21, 21), True),  # shorter, and somewhere else altogether
        ((1, 13), True),
        ((13, 16), False),  # a day comes in front
        ((15, 16), False),  # the first one goes
        ((14, 18), False),
        ((16, 20), False),
        ((12, 18), False),
    ],
)
def test_a_fair_is_moved_where_it_lasts_as_long_or_shares_no_day_with_before(
    days: tuple[int, int], moved: bool
) -> None:
    first, last = (date(2026, 9, day) for day in days)
    assert is_moved((FIRST, LAST), (first, last)) is moved


def test_who_has_several_roles_is_shown_by_the_most() -> None:
    assert highest({"attendee", "speaker", "exhibitor"}) == "speaker"
    assert highest(()) == "attendee"


def test_order_is_kept_downwards_only() -> None:
    assert may_act_upon({"attendee", "moderator"}, {"attendee", "speaker"})
    assert not may_act_upon({"moderator"}, {"moderator"})
    assert not may_act_upon({"moderator"}, {"organiser"})
    assert not may_act_upon({"speaker"}, {"attendee"})
    assert may_act_upon({"organiser"}, {"moderator"})


@pytest.mark.parametrize("text", ["ruhr", "ruhr-2026", "a1"])
def test_a_slug_is_small_letters_digits_and_hyphens(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize("text", ["", "Ruhr", "ruhr--2026", "-ruhr", "rühr", "new", "a" * 61, "a/b", "a\n"])
def test_what_would_not_fit_into_an_address_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Hydrogen Days 2027", "hydrogen-days-2027"),
        ("Energietage für Städte & Gemeinden!", "energietage-fuer-staedte-gemeinden"),
        ("Łódź – Réseau", "lodz-reseau"),
        ("🔋🔌", ""),
        ("能源展", ""),
        ("Wärme" * 30, ("waerme" * 30)[:60]),
    ],
)
def test_a_name_makes_a_slug(name: str, slug: str) -> None:
    assert slug_from(name) == slug
    assert is_slug(slug) or not slug
