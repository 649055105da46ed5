"""What can be done from the search box: as much as the person may, in both languages."""

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access import ROUTES
from web.commands import _AT_A_FAIR, _GO, FAIRS_MOST, FairAt, commands_of

FAIR = "/fairs/ruhr"
PLAN = f"{FAIR}/meetings/plan"


def paths(*roles: str, admin: bool = False) -> set[str]:
    """Where the commands of somebody at a fair lead."""
    fairs = [FairAt("ruhr", "Ruhr Energy Forum", frozenset(roles))] if roles else []
    return {one.path for one in commands_of(asked(person(admin), fairs)) if one.path}


def person(admin: bool = False) -> SimpleNamespace:
    """Somebody who is signed in."""
    return SimpleNamespace(id="1", name="Aylin", photo_url="", admin=admin)


def asked(viewer: SimpleNamespace | None, fairs: list[FairAt] | None = None, locale: str = "en") -> Request:
    """A request of somebody, to an application with a few pages and the whole table."""
    app = Starlette(routes=[Route(path, lambda _request: Response()) for path in ("/meetings", "/imports", "/me")])
    app.state.access = ROUTES
    state: dict[str, Any] = {"person": viewer, "locale": locale, "fairs": fairs or []}
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "app": app, "state": state})


def test_everything_that_a_command_leads_to_is_in_the_table() -> None:
    assert [one.path for one in (*_GO, *_AT_A_FAIR) if ("GET", one.path) not in ROUTES] == []


def test_everybody_is_led_only_where_they_may_go() -> None:
    attendee, organiser = paths("attendee"), paths("attendee", "organiser")
    assert {"/meetings", "/me", "/needs/new", f"{FAIR}/people"} <= attendee
    assert {"/imports", "/fairs/new", "/servers", PLAN, f"{FAIR}/plan", f"{FAIR}/connections"}.isdisjoint(attendee)
    assert {PLAN, f"{FAIR}/plan", f"{FAIR}/programme/desk", f"{FAIR}/connections"} <= organiser
    assert {"/imports", "/fairs/new", "/servers"}.isdisjoint(organiser)
    assert {"/imports", "/fairs/new", "/servers", PLAN} <= paths("attendee", admin=True)
    assert not any(path.startswith(FAIR) for path in paths())


def test_a_stranger_signs_in_and_chooses_how_it_looks_and_speaks() -> None:
    found = commands_of(asked(None))
    assert [one.path for one in found if one.path] == ["/sign-in"]
    assert not any("sign-out" in one.presses for one in found)
    assert sum(bool(one.presses) for one in found) == 4


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize(
    ("typed", "icon"),
    [
        ("Meetings", "calendar-clock"),
        ("Termine", "calendar-clock"),
        ("dark", "moon"),
        ("dunkel", "moon"),
        ("abmelden", "log-out"),
        ("Sign out", "log-out"),
    ],
)
def test_whichever_language_one_types_finds_the_same(locale: str, typed: str, icon: str) -> None:
    found = [one for one in commands_of(asked(person(), locale=locale)) if typed.lower() in one.words.lower()]
    assert icon in [one.icon for one in found]


def test_the_language_that_one_reads_is_not_offered_and_the_other_is_found_by_its_own_name() -> None:
    for locale, other, names in (("en", "de", ("German", "Deutsch")), ("de", "en", ("English", "Englisch"))):
        [found] = [one for one in commands_of(asked(person(), locale=locale)) if one.icon == "languages"]
        assert f"'{other}'" in found.presses
        assert all(name in found.words for name in names)


def test_of_many_fairs_the_latest_have_commands_each_with_its_name() -> None:
    fairs = [FairAt(f"fair-{number}", f"Fair {number}", frozenset({"attendee"})) for number in range(FAIRS_MOST + 3)]
    found = [one.fair for one in commands_of(asked(person(), fairs)) if one.path.endswith("/programme")]
    assert found == [f"Fair {number}" for number in range(FAIRS_MOST)]
