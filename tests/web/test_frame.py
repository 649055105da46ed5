"""What surrounds a page: entries that lead somewhere, the person, counts, the scheme."""

from types import SimpleNamespace

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.web.conftest import AYLIN, Stage
from web.frame import HUES, frame_of, hue, initials


async def test_only_entries_that_lead_somewhere_are_shown(stage: Stage, client: httpx2.AsyncClient):
    stage.viewer = AYLIN
    html = (await client.get("/messages")).text
    assert 'href="/messages"' in html
    assert 'href="/me"' in html
    assert 'href="/discover"' not in html
    assert 'href="/fairs"' not in html
    assert 'href="/me/devices"' not in html


async def test_the_fairs_entry_leads_into_the_fair_where_the_person_is(stage: Stage, client: httpx2.AsyncClient):
    stage.viewer, stage.fair_path = AYLIN, "/fairs/energietage"
    html = (await client.get("/messages")).text
    assert '<a class="rail-entry" href="/fairs/energietage"' in html


async def test_nobody_signed_in_has_no_entries_and_no_menu(client: httpx2.AsyncClient):
    html = (await client.get("/messages")).text
    assert "rail-entry" not in html
    assert "own-menu" not in html


async def test_what_is_unread_stands_beside_messages(stage: Stage, client: httpx2.AsyncClient):
    stage.viewer, stage.unread = AYLIN, 120
    assert (
        '<span class="count" data-count="unread"><span data-number>99+</span>' in (await client.get("/messages")).text
    )
    stage.unread = 0
    assert '<span class="count" data-count="unread" hidden>' in (await client.get("/messages")).text


async def test_names_and_photos_cannot_break_out_of_the_page(stage: Stage, client: httpx2.AsyncClient):
    stage.viewer = SimpleNamespace(id="1", name='<script>alert("x")</script>', photo_url='/p"onerror="alert(1)')
    html = (await client.get("/messages")).text
    assert "<script>alert" not in html
    assert '"onerror="' not in html


@pytest.mark.parametrize(
    ("cookie", "mark"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("x", "")]
)
async def test_the_chosen_scheme_is_there_before_the_first_script(client: httpx2.AsyncClient, cookie: str, mark: str):
    client.cookies.set("fairmatch_theme", cookie)
    assert f'<html lang="en"{mark}>' in (await client.get("/")).text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Aylin Yıldız", "AY"),
        ("Jo", "J"),
        ("Ana Maria da Silva", "AS"),
        ("", ""),
        ("  ", ""),
        ("(Ada) Byron", "B"),
        ("ß", "SS"),
        ("Dr. Greta Lindqvist", "GL"),
        ("Prof. Dipl.-Ing. Greta Lindqvist", "GL"),
        ("J. Lindqvist", "JL"),
        ("Dr.", "D"),
        ("Dr. K.-H. Schmidt", "KS"),
    ],
)
def test_initials_stand_for_a_name(name: str, letters: str):
    assert initials(name) == letters


def test_a_colour_belongs_to_an_id_for_good():
    assert hue("0193a1") == hue("0193a1")
    assert {hue(f"person-{number}") for number in range(100)} == set(range(HUES))


async def test_only_administrators_are_led_to_the_imports():
    app = Starlette(routes=[Route("/imports", lambda _request: Response())])

    def own(*, admin: bool) -> list[str]:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "app": app, "state": {}}
        request = Request(scope)
        request.state.person = SimpleNamespace(id="1", name="Aylin", photo_url="", admin=admin)
        return [entry.key for entry in frame_of(request).own]

    assert own(admin=True) == ["imports"]
    assert own(admin=False) == []
