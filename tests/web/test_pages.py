"""The choices of language and scheme, and the pattern page."""

import re
from collections.abc import Collection

import httpx2
import pytest

from web.pages import local_path
from web.render import TEMPLATES

KIT = TEMPLATES / "dev" / "kit.html"
# What only stands with a microphone, a line and somebody else: tests/e2e shows it.
ONLY_IN_A_CALL = {"call"}


@pytest.mark.parametrize(("path", "field", "value"), [("/language", "locale", "de"), ("/theme", "theme", "dark")])
async def test_a_choice_is_kept_and_leads_back(client: httpx2.AsyncClient, path: str, field: str, value: str):
    answer = await client.post(path, data={field: value, "back": "/dev/kit?plain"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/dev/kit?plain"
    assert client.cookies[f"fairmatch_{field}"] == value
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


async def test_a_choice_leads_back_to_what_was_searched(client: httpx2.AsyncClient):
    text = (await client.get("/dev/kit?q=energy&kind=need")).text
    assert set(re.findall(r'name="back" value="([^"]*)"', text)) >= {"/dev/kit?q=energy&amp;kind=need"}


@pytest.mark.parametrize(("theme", "colour"), [("", "#fbf9f5"), ("light", "#fbf9f5"), ("dark", "#0c121b")])
async def test_the_browsers_frame_has_the_colour_of_the_chosen_scheme(
    client: httpx2.AsyncClient, theme: str, colour: str
):
    await client.post("/theme", data={"theme": theme})
    frame = re.findall(r'name="theme-color" content="(#\w+)"(?: media="([^"]*)")?', (await client.get("/dev/kit")).text)
    assert frame[0][0] == colour
    assert [bool(media) for _, media in frame] == ([False] if theme else []) + [True, True]


async def test_the_stylesheet_is_the_first_thing_that_a_page_has_fetched(client: httpx2.AsyncClient):
    """Over HTTP/2 it goes over a slow line before what is named below it, and nothing is shown without it."""
    fetched = re.findall(
        r'<(?:link rel="(stylesheet|preload|modulepreload)"|script type="(module)")', (await client.get("/")).text
    )
    assert fetched[0] == ("stylesheet", "")
    assert {kind for kinds in fetched for kind in kinds if kind} == {"stylesheet", "preload", "modulepreload", "module"}


async def test_the_chosen_language_comes_before_the_browsers(client: httpx2.AsyncClient):
    await client.post("/language", data={"locale": "de"})
    assert '<html lang="de"' in (await client.get("/", headers={"accept-language": "en"})).text


@pytest.mark.parametrize("value", ["", "klingon", "de\r\nset-cookie: x=1"])
async def test_an_unknown_choice_is_forgotten(client: httpx2.AsyncClient, value: str):
    await client.post("/theme", data={"theme": "dark"})
    await client.post("/theme", data={"theme": value})
    assert "fairmatch_theme" not in client.cookies


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "me",
        "",
        "/a\r\nb: c",
        "javascript:x",
    ],
)
def test_nobody_is_led_to_another_place(target: str):
    assert local_path(target) == "/"


def test_a_path_of_this_server_is_gone_back_to():
    assert local_path("/fairs/1?tab=people") == "/fairs/1?tab=people"


def test_the_pattern_page_shows_every_part_of_the_kit() -> None:
    """A part is there when the page calls its macro, or that of another part which is made of it."""
    kit = "\n".join(path.read_text() for path in sorted((TEMPLATES / "kit").glob("*.html")))
    page = "\n".join(path.read_text() for path in [KIT, *KIT.with_suffix("").glob("*.html")])
    body = dict(re.findall(r"{% macro (\w+)\(.*?%}(.*?){%-? endmacro %}", kit, re.DOTALL))
    shown = _called(page, body)
    while more := {each for part in shown for each in _called(body[part], body)} - shown:
        shown |= more

    assert len(body) > 50
    assert body.keys() - shown == ONLY_IN_A_CALL


def _called(text: str, names: Collection[str]) -> set[str]:
    """Which of these macros a template calls; comments, and what the page says of its parts, only name them."""
    calls = re.sub(r"{#.*?#}|'kit/[^']*'", "", text, flags=re.DOTALL)
    return {name for name in names if re.search(rf"\b{name}\(", calls)}


async def test_the_pattern_page_names_the_macro_of_each_part(client: httpx2.AsyncClient):
    html = (await client.get("/dev/kit")).text
    for macro in ("kit/button.html", "kit/field.html", "kit/card.html", "kit/chat.html", "kit/empty.html"):
        assert macro in html
