"""Mail: written in a unit of work, sent after its commit; without SMTP it lands in the data folder."""

import asyncio
import re
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server.kernel.clock import Clock
from server.kernel.db import UnitOfWork
from server.kernel.files import write_whole
from server.kernel.jobs import Jobs
from server.kernel.settings import Settings

JOB = "mail.send"
SMTP_TIMEOUT_S = 20

# Renders a template of web/templates: (name, locale, context) -> text.
Render = Callable[[str, str, dict[str, Any]], str]


class Mail:
    """Renders when the mail is wanted, sends when the change is committed."""

    def __init__(self, settings: Settings, clock: Clock, jobs: Jobs) -> None:
        self.settings = settings
        self.clock = clock
        self.folder = settings.data / "mail"
        self.render: Render | None = None
        jobs.register(JOB, self._deliver)

    async def send(
        self, uow: UnitOfWork, *, to: str, subject: str, template: str, context: dict[str, Any], locale: str
    ) -> None:
        """Have a mail sent after the commit. `template` is the name below templates/mail, without its ending.

        Until it is sent, the rendered mail, with the links in it, waits in the database.
        """
        if self.render is None:
            raise RuntimeError("no templates to render a mail with")
        text = self.render(f"mail/{template}.txt", locale, context)
        html = self.render(f"mail/{template}.html", locale, context)
        html = await asyncio.to_thread(_inlined, html)
        uow.enqueue(JOB, {"to": one_line(to), "subject": one_line(subject), "text": text, "html": html})

    async def _deliver(self, payload: dict[str, Any]) -> None:
        message = compose(self.settings.mail_from, payload)
        url = self.settings.smtp_url.get_secret_value()
        if url:
            await _by_smtp(url, message)
        else:
            await asyncio.to_thread(self._keep, message, payload["to"])

    def _keep(self, message: EmailMessage, to: str) -> None:
        stamp = self.clock.now().strftime("%Y%m%d-%H%M%S-%f")
        receiver = re.sub(r"[^A-Za-z0-9@._-]", "_", to)[:80]
        write_whole(self.folder / f"{stamp}-{receiver}.eml", message.as_bytes())


def compose(sender: str, payload: dict[str, Any]) -> EmailMessage:
    """The message of a job's payload, as text and as HTML."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = payload["to"]
    message["Subject"] = payload["subject"]
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="fairmatch")
    message.set_content(payload["text"])
    message.add_alternative(payload["html"], subtype="html")
    return message


def one_line(text: str) -> str:
    """A header's value: line breaks and other controls become blanks, so nobody adds a header of their own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def kept(folder: Path) -> list[Path]:
    """The mails that landed in the data folder, the newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)


async def _by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    await aiosmtplib.send(
        message,
        hostname=parts.hostname,
        port=parts.port or (465 if secure else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        timeout=SMTP_TIMEOUT_S,
    )


def _inlined(html: str) -> str:
    import css_inline

    return css_inline.inline(html)
