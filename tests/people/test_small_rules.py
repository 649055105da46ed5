"""Where to go afterwards, languages, zones, browsers, and how complete a profile is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people import browsers, languages, zones
from people.completeness import BASIS, STEPS, completeness
from people.model import Person
from people.seals import Seal
from people.text import UnacceptableError
from people.ways import onward

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize("path", ["/", "/me", "/fairs/autumn?tab=people", "/people/0190#photo"])
def test_a_path_of_this_server_is_kept(path: str):
    assert onward(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://example.org/",
        "//example.org",
        "///example.org",
        "/\\example.org",
        "\\\\example.org",
        "/\t/example.org",
        "/ /example.org",
        "/\n",
        "javascript:alert(1)",
        " /me",
        "me",
        "/sign-out",
        "/sign-in?next=/sign-in",
        "/register",
        "/" + "a" * 500,
        "/ä",
    ],
)
def test_every_other_place_becomes_the_start_page(path: str | None):
    assert onward(path) == "/"


def test_languages_are_chosen_once_each_and_from_the_list():
    assert languages.chosen(["de", "en", "de"]) == ["de", "en"]
    for codes in (["xx"], languages.CODES[:13], ["<b>"]):
        with pytest.raises(UnacceptableError):
            languages.chosen(codes)


def test_languages_are_named_in_the_readers_language():
    assert languages.name("de", "de") == "Deutsch"
    assert languages.name("de", "en") == "German"
    assert {code for code, _ in languages.choices("en")} == set(languages.CODES)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Asia/Kolkata"])
def test_places_have_zones(name: str):
    assert zones.zone(name) == name


@pytest.mark.parametrize("name", ["", "Factory", "localtime", "../../etc/passwd", "Europe/", "Mars/Olympus", "EST5EDT"])
def test_what_is_no_place_has_no_zone(name: str):
    with pytest.raises(UnacceptableError):
        zones.zone(name)


def test_zones_to_choose_from_are_all_known_and_include_the_default():
    offered = [zone for _, pairs in zones.choices("de") for zone, _ in pairs]
    assert zones.DEFAULT in offered
    assert all(zones.known(zone) for zone in offered)
    assert len(offered) == len(set(offered)) > 300


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
            "Safari/537.36 Edg/129.0.0.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
            "Mobile Safari/537.36",
            "Chrome · Android",
        ),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_recognised_in_two_words(user_agent: str, words: str):
    assert browsers.summary(user_agent) == words
    assert browsers.is_phone(words) == words.endswith(("iPhone", "Android"))


def test_a_profile_is_complete_when_every_step_is_done():
    full: dict[str, Any] = {step.field: "x" for step in STEPS} | {"languages": ["de"]}
    assert completeness(_person(**full)).percent == 100
    assert completeness(_person(**full)).next is None


def test_the_next_step_is_the_one_that_helps_most():
    assert completeness(_person()).percent == BASIS
    assert completeness(_person()).next == STEPS[0]
    seeking = completeness(_person(seeks="charging"))
    assert seeking.percent == BASIS + STEPS[0].weight
    assert seeking.next is not None
    assert seeking.next.field == "offers"


def test_a_sealed_value_opens_until_its_time_is_over():
    seal = Seal(b"secret", "tea", timedelta(minutes=5))
    text = seal.close({"cups": 2}, NOON)
    assert seal.open(text, NOON + timedelta(minutes=4)) == {"cups": 2}
    assert seal.open(text, NOON + timedelta(minutes=5)) is None


def test_a_sealed_value_opens_with_its_own_seal_alone():
    text = Seal(b"secret", "tea", timedelta(minutes=5)).close({"cups": 2}, NOON)
    for other in (Seal(b"secret", "coffee", timedelta(minutes=5)), Seal(b"other", "tea", timedelta(minutes=5))):
        assert other.open(text, NOON) is None


@pytest.mark.parametrize("text", [None, "", ".", "a.b", "ä.b", "W10=." + "0" * 64, "x" * 9000 + ".y"])
def test_what_was_never_sealed_does_not_open(text: str | None):
    assert Seal(b"secret", "tea", timedelta(minutes=5)).open(text, NOON) is None


def _person(**given: Any) -> Person:
    blank: dict[str, Any] = {step.field: "" for step in STEPS} | {"languages": []}
    return Person(name="Aylin", **(blank | given))
