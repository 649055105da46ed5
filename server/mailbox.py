"""The mails that landed in the data folder, to be read at /dev/mail: in development and in the demo only."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.kernel.http import not_found
from server.kernel.mail import kept
from server.kernel.parts import kernel_of
from web.render import page

# The newest ones; a demo's folder only ever grows.
SHOWN = 100
_NAME = re.compile(r"[A-Za-z0-9@._+-]{1,160}\.eml")
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")  # a full stop after an address is not part of it
# The mail as its readers see it: its own styles, and nothing that could do or load anything; its links lead out of
# the frame.
_SHOWN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)


@dataclass(frozen=True)
class Letter:
    """A mail as a list shows it."""

    name: str
    to: str
    subject: str
    at: datetime
    message: EmailMessage

    @property
    def text(self) -> Markup:
        """What it says as text, with its addresses as links."""
        return _linked(self._part("plain"))

    @property
    def html(self) -> str:
        """What it says as HTML."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found else ""


async def box(request: Request) -> Response:
    """All mails, the newest first."""
    letters = await run_in_threadpool(_read_all, kernel_of(request).mail.folder)
    return page(request, "dev/mail.html", letters=letters)


async def letter(request: Request) -> Response:
    """One mail, as text and as its readers see it."""
    return page(request, "dev/letter.html", letter=await _asked_for(request))


async def shown(request: Request) -> Response:
    """One mail's HTML, for the frame in which it is shown."""
    found = await _asked_for(request)
    headers = {"content-security-policy": _SHOWN_POLICY}
    return Response(f'<base target="_top">{found.html}', media_type="text/html", headers=headers)


async def _asked_for(request: Request) -> Letter:
    name = request.path_params["name"]
    path = kernel_of(request).mail.folder / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise not_found()
    return await run_in_threadpool(read, path)


def read(path: Path) -> Letter:
    """Read a mail from its file."""
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return Letter(path.name, str(message["To"]), str(message["Subject"]), message["Date"].datetime, message)


def _read_all(folder: Path) -> list[Letter]:
    return [read(path) for path in kept(folder)[:SHOWN]]


def _linked(text: str) -> Markup:
    parts, at = [], 0
    for found in _LINK.finditer(text):
        url = escape(found[0])
        parts += [escape(text[at : found.start()]), Markup('<a href="{0}">{0}</a>').format(url)]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


routes = [
    Route("/dev/mail", box, name="mailbox"),
    Route("/dev/mail/{name}", letter, name="letter"),
    Route("/dev/mail/{name}/html", shown, name="letter_html"),
]
