import asyncio
import email
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import func, select

from server.kernel.clock import FrozenClock
from server.kernel.jobs import AT_ONCE as HANDS
from server.kernel.mail import AT_ONCE, compose, kept, one_address, one_line, smtp_options
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel
from tests.support.backend import settings_with
from tests.support.mail_server import MailServer, a_mail_server
from tests.support.patience import PATIENCE_S

LETTER = {"id": "01a", "to": "ada@example.org", "subject": "Hello", "text": "plain text\n", "html": "<p>rich text</p>"}


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    """The kernel with templates that say their own name."""

    def render(name: str, locale: str, context: dict[str, Any]) -> str:
        if name.endswith(".html"):
            return f"<style>p {{ color: red }}</style><p>{locale} {context['link']}</p>"
        return f"{name} {locale} {context['link']}\n"

    kernel.mail.render = render
    return kernel


async def send(kernel: Kernel, to: str = "ada@example.org", subject: str = "Your sign-in link") -> None:
    async with kernel.database.write() as uow:
        context = {"link": "http://localhost:8000/sign-in/link?token=very-secret"}
        await kernel.mail.send(uow, to=to, subject=subject, template="sign_in", context=context, locale="de")


def read(kernel: Kernel) -> list[EmailMessage]:
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in kept(kernel.mail.folder)]
    return [message for message in found if isinstance(message, EmailMessage)]


async def test_without_a_mail_server_a_mail_becomes_a_file(kernel: Kernel) -> None:
    await send(kernel)
    await kernel.jobs.run_due()

    [message] = read(kernel)
    plain, rich = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert (message["To"], message["Subject"]) == ("ada@example.org", "Your sign-in link")
    assert message["From"] == kernel.settings.mail_from
    assert message["Date"].datetime == kernel.clock.now()
    assert plain is not None
    assert rich is not None
    assert plain.get_content().startswith("mail/sign_in.txt de http://localhost:8000/sign-in/link?token=very-secret")
    assert 'style="color: red' in rich.get_content()


async def test_a_mail_of_a_change_that_is_taken_back_is_never_sent(kernel: Kernel) -> None:
    async def changes_its_mind() -> None:
        async with kernel.database.write() as uow:
            await kernel.mail.send(uow, to="a@b.org", subject="", template="x", context={"link": ""}, locale="en")
            raise LookupError

    with pytest.raises(LookupError):
        await changes_its_mind()

    await kernel.jobs.run_due()
    assert kept(kernel.mail.folder) == []


async def test_what_was_sent_is_no_longer_in_the_database(kernel: Kernel) -> None:
    await send(kernel)
    await kernel.jobs.run_due()

    async with kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 0


async def test_no_link_and_no_subject_stands_in_a_log(kernel: Kernel, capsys: pytest.CaptureFixture[str]) -> None:
    await send(kernel)
    await kernel.jobs.run_due()

    said = capsys.readouterr().out
    assert "very-secret" not in said
    assert "Your sign-in link" not in said


async def test_several_mails_at_one_moment_are_several_files(kernel: Kernel) -> None:
    for number in range(3):
        await send(kernel, subject=f"number {number}")
    await kernel.jobs.run_due()

    assert sorted(message["Subject"] for message in read(kernel)) == ["number 0", "number 1", "number 2"]


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: eve@example.org", "Hi\nX: y", "Hi\u2028Bcc: eve@example.org", "Hi\0"])
async def test_a_subject_cannot_add_headers(kernel: Kernel, subject: str) -> None:
    await send(kernel, subject=subject)
    await kernel.jobs.run_due()

    [message] = read(kernel)
    assert {"bcc", "x"}.isdisjoint(name.lower() for name in message)
    assert message["Subject"].startswith("Hi")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "ada@example.org, eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "Ada <ada@example.org>",
        "ada@example.org (eve)",
        "ada@",
        "@example.org",
    ],
)
def test_a_receiver_is_exactly_one_address(address: str) -> None:
    with pytest.raises(ValueError, match="not one mail address"):
        one_address(address)


@pytest.mark.parametrize("address", ["ada@example.org", "a.b+c@sub.example.org", "o'neil@example.org"])
def test_ordinary_addresses_are_fine(address: str) -> None:
    assert one_address(address) == address


def test_a_header_is_one_line() -> None:
    assert one_line("  a\r\nb\tc\x00d  ") == "a b c d"


def test_the_same_letter_always_is_the_same_message(clock: FrozenClock) -> None:
    settings = settings_with(mail_from="Our fair <fair@example.org>")

    first, again = (compose(settings, clock, LETTER) for _ in range(2))

    assert first["Message-ID"] == again["Message-ID"] == "<01a@example.org>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_letters_of_all_scripts_survive(clock: FrozenClock) -> None:
    letter = LETTER | {"subject": "Grüße, 你好 😀", "text": "Grüße 你好 😀\n" + "x" * 2000 + "\n"}

    sent = email.message_from_bytes(compose(settings_with(), clock, letter).as_bytes(), policy=default)

    assert isinstance(sent, EmailMessage)
    body = sent.get_body(("plain",))
    assert body is not None
    assert sent["Subject"] == letter["subject"]
    assert body.get_content().replace("\r\n", "\n") == letter["text"]


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://mail:587", {"hostname": "mail", "port": 587, "use_tls": False, "username": None}),
        ("smtps://mail", {"port": 465, "use_tls": True}),
        ("smtp://mail", {"port": 25}),
        ("smtp://me%40here:p%2Fw@mail", {"username": "me@here", "password": "p/w"}),
    ],
)
def test_the_mail_servers_address_says_everything(url: str, options: dict[str, Any]) -> None:
    assert options.items() <= smtp_options(url).items()


@pytest.fixture
async def mail_server(kernel: Kernel) -> AsyncIterator[MailServer]:
    """A mail server that the kernel sends by."""
    async with a_mail_server() as (server, url):
        kernel.mail.settings = settings_with(smtp_url=url)
        yield server


async def test_a_mail_goes_to_the_mail_server(kernel: Kernel, mail_server: MailServer) -> None:
    await send(kernel)
    await kernel.jobs.run_due()

    [received] = mail_server.received
    assert "Subject: Your sign-in link" in received
    assert kept(kernel.mail.folder) == []


async def test_a_mail_server_that_hangs_keeps_no_other_job_waiting(kernel: Kernel, mail_server: MailServer) -> None:
    done = asyncio.Event()

    async def greet(_payload: dict[str, Any]) -> None:
        done.set()

    kernel.jobs.register("greet", greet)
    mail_server.lets.clear()
    for _ in range(2 * HANDS):
        await send(kernel)
    async with asyncio.timeout(PATIENCE_S):
        await mail_server.got(AT_ONCE)
        async with kernel.database.write() as uow:
            uow.enqueue("greet", {})
        await done.wait()
    assert len(mail_server.received) == AT_ONCE
    mail_server.lets.set()
    await kernel.jobs.run_due()
    assert len(mail_server.received) == 2 * HANDS


async def test_a_receiver_who_is_refused_for_good_is_let_go(kernel: Kernel, mail_server: MailServer) -> None:
    mail_server.refuse = "550 no such user"

    await send(kernel)
    await kernel.jobs.run_due()

    async with kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 0


async def test_a_receiver_who_is_refused_for_now_is_tried_again(
    kernel: Kernel, mail_server: MailServer, clock: FrozenClock
) -> None:
    mail_server.refuse = "450 come back later"
    await send(kernel)
    await kernel.jobs.run_due()
    assert mail_server.received == []

    mail_server.refuse = ""
    clock.advance(minutes=1)
    await kernel.jobs.run_due()

    assert len(mail_server.received) == 1


async def test_a_mail_waits_for_a_mail_server_that_is_away(kernel: Kernel, clock: FrozenClock) -> None:
    kernel.mail.settings = settings_with(smtp_url="smtp://127.0.0.1:9")

    await send(kernel)
    await kernel.jobs.run_due()

    async with kernel.database.read() as session:
        waiting = await session.scalar(select(OutboxRow))
    assert waiting is not None
    assert waiting.due_at is not None
    assert waiting.due_at > clock.now()
