"""Times in words, with their zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from web import when

MOMENT = datetime(2026, 12, 12, 9, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "locale", "text"),
    [
        ("Europe/Berlin", "en", "10:20 CET"),
        ("Europe/Berlin", "de", "10:20 MEZ"),
        ("UTC", "en", "09:20 UTC"),
        ("Asia/Tokyo", "de", "18:20 UTC+9"),
        ("Asia/Kolkata", "en", "14:50 UTC+5:30"),
        ("America/New_York", "de", "04:20 UTC-5"),
        ("Nowhere/Land", "en", "09:20 UTC"),
        ("../../etc/passwd", "en", "09:20 UTC"),
        ("", "en", "09:20 UTC"),
        (None, "en", "09:20 UTC"),
    ],
)
def test_a_time_says_its_zone(zone: str | None, locale: str, text: str):
    assert when.time(MOMENT, zone, locale) == f'<time datetime="2026-12-12T09:20:00Z">{text}</time>'


def test_a_time_that_one_person_looks_at_alone_needs_no_zone():
    assert when.time(MOMENT, "Europe/Berlin", "en", named=False).striptags() == "10:20"


@pytest.mark.parametrize(
    ("style", "english", "german"),
    [
        ("long", "12 December 2026", "12. Dezember 2026"),
        ("short", "12 Dec", "12. Dez."),
        ("day", "Saturday, 12 December", "Samstag, 12. Dezember"),
    ],
)
def test_a_day_is_written_as_each_language_writes_it(style: str, english: str, german: str):
    assert when.date(MOMENT, "UTC", "en", style=style).striptags() == english
    assert when.date(MOMENT, "UTC", "de", style=style).striptags() == german


def test_a_day_is_the_day_of_the_place():
    assert when.date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/Berlin", "en").striptags() == "1 January 2027"


def test_day_and_time_stand_together():
    assert when.both(MOMENT, "Europe/Berlin", "en").striptags() == "12 Dec 2026, 10:20 CET"
    assert when.both(MOMENT, "Europe/Berlin", "de").striptags() == "12. Dez. 2026, 10:20 MEZ"


@pytest.mark.parametrize(
    ("passed", "english", "german"),
    [
        (timedelta(seconds=30), "just now", "gerade eben"),
        (timedelta(minutes=5), "5 minutes ago", "vor 5 Minuten"),
        (timedelta(hours=-2), "in 2 hours", "in 2 Stunden"),
        (timedelta(days=1), "1 day ago", "vor 1 Tag"),
        (timedelta(days=8), "12 Dec", "12. Dez."),
    ],
)
def test_how_long_ago_is_said_in_words(passed: timedelta, english: str, german: str):
    assert when.ago(MOMENT, MOMENT + passed, "en").striptags() == english
    assert when.ago(MOMENT, MOMENT + passed, "de").striptags() == german


def test_the_hour_that_comes_twice_is_told_apart_by_its_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)
    assert first == second, "Python takes them for the same moment; what is kept of one must not be shown for the other"

    assert "02:30 CEST" in when.time(first, berlin, "en")
    assert "02:30 CET" in when.time(second, berlin, "en")
    assert "02:30 CET" in when.both(second, berlin, "en")
