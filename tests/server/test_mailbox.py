import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from server.kernel.clock import FrozenClock
from server.kernel.mail import JOB
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of, started
from tests.support.backend import Backend

LETTER = {
    "id": "01a20926-0000-7000-8000-00000000abcd",
    "to": "ada@example.org",
    "subject": "Your <link>",
    "text": "Hello <b>Ada</b>\nhttp://localhost:8000/sign-in/link?token=abc&x=1.\n",
    "html": "<style>p { color: red }</style><p>Hello Ada</p><script>alert(1)</script>",
}


@pytest.fixture
async def letter(kernel: Kernel) -> str:
    """A mail that landed in the data folder; its address on the server."""
    async with kernel.database.write() as uow:
        uow.enqueue(JOB, LETTER)
    await kernel.jobs.run_due()
    [path] = kernel.mail.folder.glob("*.eml")
    return f"/dev/mail/{path.name}"


async def test_the_mails_are_listed(client: httpx2.AsyncClient, letter: str) -> None:
    page = (await client.get("/dev/mail")).text

    assert letter in page
    assert "Your &lt;link&gt;" in page
    assert "ada@example.org" in page


async def test_an_empty_box_says_how_to_fill_it(client: httpx2.AsyncClient) -> None:
    assert "No mails yet" in (await client.get("/dev/mail")).text


async def test_a_mail_is_shown_as_text_with_its_links(client: httpx2.AsyncClient, letter: str) -> None:
    page = (await client.get(letter)).text

    assert "Hello &lt;b&gt;Ada&lt;/b&gt;" in page
    assert 'href="http://localhost:8000/sign-in/link?token=abc&amp;x=1"' in page


async def test_a_mails_own_html_can_do_nothing(client: httpx2.AsyncClient, letter: str) -> None:
    answer = await client.get(f"{letter}/html")

    assert "<p>Hello Ada</p>" in answer.text
    assert re.search(r"default-src 'none'.*sandbox", answer.headers["content-security-policy"])
    assert '<base target="_top">' in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nothing.eml", "..%2fsecret", "secret", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a b.eml"])
async def test_nothing_but_mails_is_shown(client: httpx2.AsyncClient, letter: str, name: str) -> None:
    assert (await client.get(f"/dev/mail/{name}")).status_code == 404
    assert (await client.get(f"/dev/mail/{name}/html")).status_code == 404


@pytest.fixture
async def public(backend: Backend, clock: FrozenClock) -> AsyncIterator[Starlette]:
    """A server as people use it."""
    async with started(backend.settings(base_url="http://localhost:8000"), clock) as app:
        yield app


async def test_outside_development_there_is_no_box(public: Starlette) -> None:
    async with browser_of(public) as client:
        assert (await client.get("/dev/mail")).status_code == 404
