"""Pages from templates."""

import re
from pathlib import Path

import httpx2
import pytest
from jinja2 import UndefinedError

from server.kernel.clock import SystemClock
from tests.web.conftest import AYLIN, Stage
from web.assets import Assets
from web.render import TEMPLATES, Templates

STATUSES = [400, 401, 403, 404, 405, 409, 413, 429, 500, 503]


@pytest.fixture
def scratch(assets: Assets, tmp_path: Path) -> Templates:
    """Templates that the test writes into tmp_path."""
    return Templates(assets, SystemClock(), folder=tmp_path)


def test_every_template_can_be_compiled(assets: Assets):
    environment = Templates(assets, SystemClock()).environment("en")
    names = [path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")]
    for name in names:
        environment.get_template(name)
    assert "layouts/app.html" in names


def test_what_people_type_is_escaped(scratch: Templates, tmp_path: Path):
    (tmp_path / "a.html").write_text('{{ word }}{{ _("Hello %(name)s", name=word) }}')
    assert scratch.text("a.html", word="<b>") == "&lt;b&gt;Hello &lt;b&gt;"


def test_a_misspelt_name_is_an_error(scratch: Templates, tmp_path: Path):
    (tmp_path / "a.html").write_text("{{ nmae }}")
    with pytest.raises(UndefinedError, match="nmae"):
        scratch.text("a.html", name="Aylin")


def test_a_text_is_rendered_in_the_language_asked_for(scratch: Templates, tmp_path: Path):
    (tmp_path / "a.txt").write_text('{{ _("Sign in") }} {{ locale }} {{ word }}')
    assert scratch.text("a.txt", "de", word="<b>") == "Anmelden de <b>"
    assert scratch.text("a.txt", "fr", word="<b>") == "Sign in en <b>"


def test_numbers_and_sizes_are_written_as_the_language_writes_them(scratch: Templates, tmp_path: Path):
    (tmp_path / "a.txt").write_text(
        "{{ share|tenths }} {{ large|tenths }} {{ small|filesizeformat }} {{ file|filesizeformat }}"
    )
    given = {"share": 0.04, "large": 1234.56, "small": 541, "file": 1_234_567}
    assert scratch.text("a.txt", "de", **given) == "0,0 1.234,6 541 Bytes 1,2 MB"
    assert scratch.text("a.txt", "en", **given) == "0.0 1,234.6 541 Bytes 1.2 MB"


def test_numbers_of_elements_begin_anew_in_each_page(scratch: Templates, tmp_path: Path):
    (tmp_path / "a.html").write_text('{{ unique("why") }} {{ unique("why") }}')
    assert scratch.text("a.html") == "why-1 why-2"
    assert scratch.text("a.html") == "why-1 why-2"


async def test_a_page_is_written_in_the_readers_language(client: httpx2.AsyncClient):
    german = await client.get("/", headers={"accept-language": "de"})
    assert '<html lang="de">' in german.text
    assert "Kostenlos registrieren" in german.text
    assert "Register free" in (await client.get("/")).text


async def test_a_page_is_not_kept_by_others(client: httpx2.AsyncClient):
    assert (await client.get("/")).headers.get_list("cache-control") == ["private, no-cache"]


async def test_inline_scripts_carry_the_nonce_of_the_answer(client: httpx2.AsyncClient):
    answer = await client.get("/")
    nonces = set(re.findall(r'<script[^>]* nonce="([^"]+)"', answer.text))
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/dev/kit", "/error/404"])
async def test_no_page_has_what_the_policy_forbids(stage: Stage, client: httpx2.AsyncClient, path: str):
    stage.viewer = AYLIN
    html = (await client.get(path)).text
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", html)
    assert not re.search(r"<script(?![^>]*(?:src=|importmap|application/json))", html)


async def test_a_line_said_after_a_post_is_shown_once(client: httpx2.AsyncClient):
    answer = await client.post("/save")
    assert answer.status_code == 303
    assert "Ihr Foto &lt;ist&gt; gespeichert." in (await client.get(answer.headers["location"])).text
    assert "gespeichert" not in (await client.get("/messages")).text


async def test_why_nothing_was_done_looks_unlike_what_was_done(client: httpx2.AsyncClient):
    await client.post("/save")
    assert '<p class="quiet-line" role="status">' in (await client.get("/messages")).text
    await client.post("/refuse")
    refused = (await client.get("/messages")).text
    assert '<p class="quiet-line quiet-line-refused" role="status">' in refused
    assert "<span>Das Foto ist zu groß!</span>" in refused


async def test_the_part_of_a_page_that_a_form_leads_back_to_is_said_on_that_page_once(client: httpx2.AsyncClient):
    answer = await client.post("/refuse")
    assert answer.headers["location"].endswith("#gr%C3%B6%C3%9Fe")
    assert '<meta name="fairmatch-at" content="größe">' in (await client.get("/messages")).text
    assert "fairmatch-at" not in (await client.get("/messages")).text


@pytest.mark.parametrize("status", STATUSES)
async def test_an_error_says_what_happened_what_is_safe_and_what_to_do(client: httpx2.AsyncClient, status: int):
    answer = await client.get(f"/error/{status}")
    assert answer.status_code == status
    assert answer.text.count("<h1>") == 1
    assert re.search(r"<p>[^<]+\.</p>\s*<p>[^<]+\.</p>", answer.text)
    assert 'class="button button-primary"' in answer.text
    assert f"<code>{answer.headers['x-request-id']}</code>" in answer.text


@pytest.mark.parametrize("status", [404, 405, 503])
async def test_an_error_before_anybody_asked_who_it_is_says_so(stage: Stage, client: httpx2.AsyncClient, status: int):
    """Else the browser would take it for a page of somebody who has left, and end their call."""
    parts = ('<meta name="fairmatch-person-unknown">', 'id="dock"')

    async def has(path: str) -> list[bool]:
        page = (await client.get(path)).text
        return [part in page for part in parts]

    assert await has(f"/error/{status}") == [True, True]
    assert await has("/") == [False, False], "nobody is signed in"
    stage.viewer = AYLIN
    assert await has(f"/error/{status}") == [False, True]


async def test_what_was_too_large_leads_back_to_where_the_form_was(client: httpx2.AsyncClient):
    """And nowhere else: what a browser names is a page of ours, or the start page it is."""
    host = client.base_url.netloc.decode()
    back = (await client.get("/error/413", headers={"referer": f"http://{host}/messages?x=<1>"})).text
    assert re.search(r'<a class="button button-primary" href="/messages\?x=&lt;1&gt;"', back)
    elsewhere = ["http://evil.example/messages", f"http://{host}//evil.example/", f"http://{host}/gone", "http://[", ""]
    for other in elsewhere:
        answer = await client.get("/error/413", headers={"referer": other})
        assert re.search(r'<a class="button button-primary" href="/"', answer.text)


@pytest.mark.parametrize("code", ["429", "500", "503", "full"])
async def test_what_was_sent_in_vain_leads_back_to_the_form_and_never_asks_for_the_forms_address(
    client: httpx2.AsyncClient, code: str
):
    primary, typed = re.compile(r'<a class="button button-primary" href="([^"]*)"'), "What you typed is still there"
    host = client.base_url.netloc.decode()
    sent = (await client.post(f"/send/{code}", headers={"referer": f"http://{host}/messages?x=1"})).text
    assert (primary.findall(sent), typed in sent) == (["/messages?x=1"], True)
    assert primary.findall((await client.post(f"/send/{code}")).text) == ["/"]
    asked = (await client.get(f"/error/{code}?x=1")).text
    assert primary.findall(asked) == [f"/error/{code}?x=1"]


async def test_too_many_requests_say_how_long_to_wait(client: httpx2.AsyncClient):
    answer = await client.get("/error/429", headers={"accept-language": "de"})
    assert "Bitte warten Sie 8 Sekunden." in answer.text


@pytest.mark.parametrize(("status", "like"), [(418, 400), (507, 500)])
async def test_an_unusual_error_is_told_like_its_kind(client: httpx2.AsyncClient, status: int, like: int):
    answer = await client.get(f"/error/{status}")
    assert answer.status_code == status
    title = re.compile(r"<title>(.*)</title>")
    assert title.findall(answer.text) == title.findall((await client.get(f"/error/{like}")).text)
