"""Mail: written in a unit of work, sent after its commit; without SMTP it lands in the data folder."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from server.kernel.clock import Clock
from server.kernel.db import UnitOfWork
from server.kernel.files import write_whole
from server.kernel.ids import new_id
from server.kernel.jobs import Jobs
from server.kernel.observe import MAILS_REFUSED
from server.kernel.settings import Settings

JOB = "mail.send"
# For the whole conversation with the mail server.
SMTP_TIMEOUT_S = 30
# Mails that one worker sends at the same time. Of its ten hands push services get two, calendars and connections
# one each: while all of those hang, one is left for what waits for nobody.
AT_ONCE = 5

# Renders a template of web/templates: (name, locale, context) -> text.
Render = Callable[[str, str, dict[str, Any]], str]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Calendar:
    """An iTIP message (RFC 5546) and its method, such as REQUEST: what a mail means to a calendar (RFC 6047)."""

    method: str
    text: str


class Mail:
    """Renders when the mail is wanted, sends when the change is committed."""

    def __init__(self, settings: Settings, clock: Clock, jobs: Jobs) -> None:
        self.settings = settings
        self.clock = clock
        self.folder = settings.data / "mail"
        self.render: Render = _nothing_to_render_with
        jobs.register(JOB, self._deliver, at_once=AT_ONCE)

    async def send(
        self,
        uow: UnitOfWork,
        *,
        to: str,
        subject: str,
        template: str,
        context: dict[str, Any],
        locale: str,
        calendar: Calendar | None = None,
        key: str | None = None,
    ) -> None:
        """Have a mail sent after the commit. `template` is the name below templates/mail, without its ending.
        `calendar` goes along as a further form of the mail; a `key` makes it the only one of its kind, for good.

        Until it is sent, the rendered mail, with the links in it, waits in the database; then the row goes.
        Raises ValueError when `to` is not one mail address.
        """
        receiver = one_address(to)
        text = self.render(f"mail/{template}.txt", locale, context)
        html = await asyncio.to_thread(_inlined, self.render(f"mail/{template}.html", locale, context))
        letter: dict[str, Any] = {
            "id": new_id(),
            "to": receiver,
            "subject": one_line(subject),
            "text": text,
            "html": html,
        }
        if calendar:
            letter["calendar"] = {"method": calendar.method, "text": calendar.text}
        uow.enqueue(JOB, letter, key=key)

    async def _deliver(self, letter: dict[str, Any]) -> None:
        message = compose(self.settings, self.clock, letter)
        if url := self.settings.smtp_url.get_secret_value():
            await _by_smtp(url, message)
        else:
            await asyncio.to_thread(self._keep, message, letter)

    def _keep(self, message: EmailMessage, letter: dict[str, Any]) -> None:
        stamp = self.clock.now().strftime("%Y%m%dT%H%M%S.%f")
        receiver = re.sub(r"[^A-Za-z0-9@._+-]", "_", letter["to"])[:80]
        write_whole(self.folder / f"{stamp}-{letter['id'][-6:]}-{receiver}.eml", message.as_bytes())


def compose(settings: Settings, clock: Clock, letter: dict[str, Any]) -> EmailMessage:
    """The message of a job's payload, as text and as HTML. The same letter always gets the same Message-ID."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = Address(addr_spec=letter["to"])
    message["Subject"] = letter["subject"]
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter['id']}@{_domain(settings)}>"
    message["Auto-Submitted"] = "auto-generated"  # asks holiday notes not to answer (RFC 3834)
    message.set_content(letter["text"])
    message.add_alternative(letter["html"], subtype="html")
    if calendar := letter.get("calendar"):
        message.add_alternative(calendar["text"], subtype="calendar", params={"method": calendar["method"]})
    return message


def one_address(text: str) -> str:
    """The one plain mail address that a text is. Raises ValueError for anything more, such as a second one."""
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, IndexError, ValueError):
        raise ValueError("not one mail address") from None
    if address.addr_spec != text or not text.isprintable():
        raise ValueError("not one mail address")
    return text


def one_line(text: str) -> str:
    """A header's value: line breaks and other controls become blanks, so nobody adds a header of their own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def kept(folder: Path) -> list[Path]:
    """The mails that landed in the data folder, the newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)


async def _by_smtp(url: str, message: EmailMessage) -> None:
    """Hand a mail to the mail server. What the receiver's side refuses for good is counted and let go."""
    import aiosmtplib

    try:
        await aiosmtplib.send(message, **smtp_options(url))
    except aiosmtplib.SMTPRecipientsRefused as refused:
        codes = [each.code for each in refused.recipients]
        if any(code < 500 for code in codes):
            raise
        MAILS_REFUSED.inc()
        log.warning("mail_refused", codes=codes)


def smtp_options(url: str) -> dict[str, Any]:
    """What smtp[s]://user:password@host:port means to the library. TLS is used wherever the server offers it."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if secure else 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": secure,
        "timeout": SMTP_TIMEOUT_S,
    }


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"


def _inlined(html: str) -> str:
    import css_inline

    return css_inline.inline(html)


def _nothing_to_render_with(name: str, locale: str, context: dict[str, Any]) -> str:
    raise RuntimeError(f"no templates to render {name} with")
