"""The cast, and what people do in a browser: mails are read from the folder where they land without a mail server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx2
from starlette.applications import Starlette

from people import operators, queries, sessions
from people.model import Person
from people.sessions import Method
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of

AYLIN = "aylin.yildiz@example.org"
BEN = "ben.otto@example.org"
CLARA = "clara.weiss@example.org"
NAMES = {AYLIN: "Aylin Yıldız", BEN: "Ben Otto", CLARA: "Clara Weiß"}
PASSWORD = "three green harbours"

_LINK = re.compile(r"http://localhost:8000(/sign-in/link\?token=[\w-]{43})")


async def person(kernel: Kernel, email: str, **profile: Any) -> Person:
    """Somebody with an account."""
    async with kernel.database.write() as uow:
        await operators.add_person(uow, NAMES[email], email, **profile)
    found = await known(kernel, email)
    assert found is not None
    return found


async def known(kernel: Kernel, email: str) -> Person | None:
    """The person with this address as the database has them now."""
    async with kernel.database.read() as session:
        return await queries.by_email(session, email)


async def mails(kernel: Kernel, to: str) -> list[EmailMessage]:
    """What was sent to an address, the oldest first."""
    await kernel.jobs.run_due()
    read = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in kernel.mail.folder.glob("*.eml"))
    found = [mail for mail in read if isinstance(mail, EmailMessage) and mail["to"] == to]
    return sorted(found, key=lambda mail: str(mail["message-id"]))


async def last_mail(kernel: Kernel, to: str) -> EmailMessage:
    """The only mail to an address; removes it, so that the next one is the only one again."""
    (mail,) = await mails(kernel, to)
    for path in kernel.mail.folder.glob("*.eml"):
        if message_from_bytes(path.read_bytes())["to"] == to:
            path.unlink()
    return mail


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path of the link in a mail, which is the same in both its forms."""
    html = mail.get_body(("html",))
    assert html is not None
    (path,) = set(_LINK.findall(text_of(mail)))
    assert set(_LINK.findall(str(html.get_content()))) == {path}
    return path


async def open_link(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """Open a link of a mail in a browser, up to the page with the button."""
    moved = await client.get(path)
    assert moved.status_code == 303
    return await client.get(moved.headers["location"])


async def follow(client: httpx2.AsyncClient, path: str, **typed: str) -> httpx2.Response:
    """Open a link of a mail, and press the button on its page."""
    assert (await open_link(client, path)).status_code == 200
    return await client.post("/sign-in/link", data=typed)


async def sign_in(kernel: Kernel, client: httpx2.AsyncClient, who: Person) -> str:
    """Sign somebody in without any page; the id of the session."""
    async with kernel.database.write() as uow:
        session_id, token = await sessions.start(uow, who, Method.LINK, client.headers["user-agent"])
    client.cookies.set(sessions.cookie_name(kernel.settings), token)
    return session_id


async def is_signed_in(client: httpx2.AsyncClient) -> bool:
    """Whether a browser gets to its own profile."""
    answer = await client.get("/me")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


@asynccontextmanager
async def at_browser(app: Starlette, email: str, **profile: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, Person]]:
    """Somebody with an account, signed in at a browser of their own."""
    kernel: Kernel = app.state.kernel
    who = await person(kernel, email, **profile)
    async with browser_of(app) as client:
        await sign_in(kernel, client, who)
        yield client, who
