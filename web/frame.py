"""What surrounds every page: who looks at it, and where one can go from here."""

import re
from dataclasses import dataclass
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Match

from web.i18n import N_

HUES = 12  # colours that an avatar without a photo can have; as many as kit/avatar.css has classes

THEMES = ("light", "dark")
THEME_COOKIE = "fairmatch_theme"
LOCALE_COOKIE = "fairmatch_locale"
SAID_COOKIE = "fairmatch_said"
AT_COOKIE = "fairmatch_at"
REFUSED = "!"  # before what the cookie says: it was not done; never the first letter of a quoted line


@dataclass(frozen=True)
class Entry:
    """One way out of the rail or the tabs."""

    key: str  # pages say which is theirs: {% set here = "messages" %}
    label: str  # the msgid; translated where it is shown
    icon: str
    path: str
    live: str = ""  # the count that the browser keeps true here: data-count="..."
    phone: bool = True  # whether it is one of the five tabs of a phone
    under: str = ""  # the entry that is no tab of a phone, and whose pages belong under this one there


# In the order of the rail. An entry is shown as soon as its page exists.
_ENTRIES = (
    Entry("today", N_("Today"), "sun", "/"),
    Entry("discover", N_("Discover"), "compass", "/discover", under="needs"),
    # On a phone needs are a tab of Discover, and those that fit stand on the start page.
    Entry("needs", N_("Needs"), "puzzle", "/needs", phone=False),
    Entry("messages", N_("Messages"), "messages-square", "/messages", "unread"),
    Entry("meetings", N_("Meetings"), "calendar-clock", "/meetings", "meetings"),
    Entry("fair", N_("Fair"), "warehouse", "/fairs"),
)
_OWN = (
    Entry("profile", N_("Your profile"), "id-card-lanyard", "/me"),
    Entry("lists", N_("Lists"), "list", "/lists"),
    Entry("cards", N_("Your cards"), "contact", "/cards"),
    Entry("organisations", N_("Your organisations"), "building-2", "/organisations/mine"),
    Entry("devices", N_("Your devices"), "monitor-smartphone", "/me/devices"),
    Entry("notices", N_("Notices"), "bell", "/me/notices"),
    Entry("tokens", N_("API access"), "square-terminal", "/me/tokens"),
    Entry("data", N_("Your data"), "archive", "/me/data"),
)
# Only for those who run the platform.
_ADMINS = (Entry("imports", N_("Imports"), "upload", "/imports"),)
SIGN_OUT = "/sign-out"


@dataclass(frozen=True)
class Viewer:
    """The person who looks at the page, as the frame shows them."""

    id: str
    name: str
    photo: str  # its address, or ""


@dataclass(frozen=True)
class Frame:
    """The entries that lead somewhere for this person, and the person."""

    viewer: Viewer | None
    entries: tuple[Entry, ...]
    own: tuple[Entry, ...]
    unread: int
    waiting: int  # requests for meetings, and to step in, that wait for an answer
    theme: str  # "light", "dark", or "" for what the system says
    said: str  # what the page before has done, in one line; or ""
    refused: bool  # that line says why nothing was done
    at: str  # the id of the part of the page that a form led back to; or ""
    back: str  # the address to come back to from a choice of language or appearance


def frame_of(request: Request) -> Frame:
    """Everything that the layouts need to know about a request; sound for anonymous people and bare requests."""
    person = getattr(request.state, "person", None)
    viewer = viewer_of(person)
    own = (*_OWN, *_ADMINS) if getattr(person, "admin", False) else _OWN
    theme, said = request.cookies.get(THEME_COOKIE, ""), request.cookies.get(SAID_COOKIE, "")
    return Frame(
        viewer=viewer,
        entries=tuple(_leading_somewhere(request, _with_fair(request, _ENTRIES))) if viewer else (),
        own=tuple(_leading_somewhere(request, own)) if viewer else (),
        unread=getattr(request.state, "unread", 0),
        waiting=getattr(request.state, "waiting", 0),
        theme=theme if theme in THEMES else "",
        said=unquote(said.removeprefix(REFUSED))[:200],
        refused=said.startswith(REFUSED),
        at=unquote(request.cookies.get(AT_COOKIE, ""))[:200],
        back=_address(request),
    )


def _address(request: Request) -> str:
    """The page's own address with what was searched and chosen on it, unless that names another host; of a form that
    was refused, the form's."""
    query = request.url.query if request.method in {"GET", "HEAD"} else ""
    if re.search(r"[/\\]{2}", unquote(query)):
        return request.url.path
    return f"{request.url.path}?{query}" if query else request.url.path


def viewer_of(person: object | None) -> Viewer | None:
    """A person of whatever kind, as the frame shows them."""
    if person is None:
        return None
    name, photo = getattr(person, "name", ""), getattr(person, "photo_url", "")
    return Viewer(str(getattr(person, "id", "")), str(name or ""), str(photo or ""))


def initials(name: str) -> str:
    """Up to two letters that stand for a name: first and last word. A title (Dr.) stands for none; J. and K.-H. do."""
    words = [word for word in name.split() if word[0].isalnum()]
    words = [word for word in words if len(word) <= len("J.") or word[1:3] == ".-" or not word.endswith(".")] or words
    picked = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in picked)


def hue(id: str) -> int:
    """Which of the avatar colours stands for an id; `hue` in js/kit/avatar.js computes the same."""
    return sum(id.encode()) % HUES


def _with_fair(request: Request, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The fair's entry leads into the fair that the person is at, where the request knows one."""
    fair_path = getattr(request.state, "fair_path", "")
    return tuple(
        Entry(one.key, one.label, one.icon, fair_path, one.live) if one.key == "fair" and fair_path else one
        for one in entries
    )


def _leading_somewhere(request: Request, entries: tuple[Entry, ...]) -> list[Entry]:
    return [one for one in entries if isinstance(request.app, Starlette) and _is_page(request.app, one.path)]


def answers(app: Starlette, path: str) -> bool:
    """Whether an application answers GET at a path."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)


def _is_page(app: Starlette, path: str) -> bool:
    """The same, asked for each page of the frame's few paths, so remembered as long as the application lives."""
    known = _pages.setdefault(app, {})
    if path not in known:
        known[path] = answers(app, path)
    return known[path]


_pages: WeakKeyDictionary[Starlette, dict[str, bool]] = WeakKeyDictionary()
