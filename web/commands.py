"""What one can do, and where one can go, by typing it into the search: as much of it as the person may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from server.kernel.access import Access, allows
from web.frame import SIGN_OUT, Entry, frame_of
from web.i18n import LOCALES, N_, translations
from web.render import locale_of

# So many fairs have their commands: the latest ones, for whoever is at more.
FAIRS_MOST = 5


@dataclass(frozen=True)
class FairAt:
    """A fair that the person is at; noted at the request as `fairs`, the latest first."""

    slug: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Command:
    """Something to do: a page to go to, or a button of the page's own forms to press."""

    label: str  # the msgid; translated by `commands_of`
    icon: str
    path: str = ""  # as in the table of access; `commands_of` fills in the fair
    presses: str = ""  # a selector of the button
    also: str = ""  # the msgid of other words for it
    fair: str = ""  # the name of the fair that it belongs to
    words: str = ""  # what finds it, in every language
    first: bool = False  # shown before anything is typed


# Other words for what the rail and one's own menu lead to.
_ALSO = {
    "today": N_("home start page"),
    "discover": N_("search find directory"),
    "needs": N_("sought offers tenders"),
    "messages": N_("chat conversations inbox"),
    "meetings": N_("appointments calendar day"),
    "fair": N_("fairs halls"),
    "profile": N_("name photo account"),
    "devices": N_("sessions settings password passkeys security"),
    "notices": N_("notifications push settings"),
    "data": N_("privacy export erase account"),
}
_FIRST = frozenset({"messages", "meetings"})
_GO = (
    Command(N_("Write a need"), "puzzle", "/needs/new", also=N_("new seek offer create"), first=True),
    Command(N_("Add an organisation"), "building-2", "/organisations/new", also=N_("new company exhibitor create")),
    Command(N_("Saved searches"), "bookmark", "/discover/saved", also=N_("alerts")),
    Command(N_("Requests for contact"), "contact", "/contacts"),
    Command(N_("Your calendar"), "calendar-clock", "/meetings/calendar", also=N_("feed subscribe")),
    Command(N_("Camera, sound and connection"), "video", "/check", also=N_("check test microphone")),
    Command(N_("A new fair"), "warehouse", "/fairs/new", also=N_("create")),
    Command(N_("Other servers"), "server", "/servers"),
    Command(N_("Taken off the directory"), "archive", "/organisations/gone", also=N_("removed organisations")),
)
# Only what every fair has: pages that need a plan of meetings are led to from "How people meet at this fair".
_AT_A_FAIR = (
    Command(N_("Programme"), "lectern", "/fairs/{fair}/programme", also=N_("talks stages stands")),
    Command(N_("People"), "users", "/fairs/{fair}/people", also=N_("attendees members")),
    Command(N_("Rooms"), "video", "/fairs/{fair}/rooms", also=N_("calls")),
    Command(N_("When you are free"), "clock", "/fairs/{fair}/meetings/availability", also=N_("availability times")),
    Command(N_("Prepare the fair"), "list-checks", "/fairs/{fair}/desk", also=N_("organiser desk steps")),
    Command(N_("Edit the fair"), "pencil", "/fairs/{fair}/plan", also=N_("organiser settings")),
    Command(N_("Make the programme"), "pencil", "/fairs/{fair}/programme/desk", also=N_("organiser desk")),
    Command(
        N_("How people meet at this fair"),
        "sliders-horizontal",
        "/fairs/{fair}/meetings/plan",
        also=N_("organiser rules timetable slots results"),
    ),
    Command(N_("Connections"), "gauge", "/fairs/{fair}/connections", also=N_("organiser network")),
)
_IN = Command(N_("Sign in"), "log-in", "/sign-in", also=N_("log in register"), first=True)
_OUT = Command(N_("Sign out"), "log-out", presses=f'form[action="{SIGN_OUT}"] button', also=N_("log out leave"))
_THEME = "[data-theme-switch] button[value={!r}]"
_LANGUAGE = 'form[action="/language"] button[value={!r}]'
_CHOICES = (
    Command(N_("Dark appearance"), "moon", presses=_THEME.format("dark"), also=N_("theme mode night"), first=True),
    Command(N_("Light appearance"), "sun", presses=_THEME.format("light"), also=N_("theme mode day bright")),
    Command(N_("Appearance as the device"), "contrast", presses=_THEME.format(""), also=N_("theme mode system")),
    Command(N_("In German"), "languages", presses=_LANGUAGE.format("de"), also=N_("language Deutsch")),
    Command(N_("In English"), "languages", presses=_LANGUAGE.format("en"), also=N_("language English")),
)


def commands_of(request: Request) -> list[Command]:
    """All that the person may do, in their language. Who may call what is said by the application's `access`."""
    person, locale = getattr(request.state, "person", None), locale_of(request)
    table: Mapping[tuple[str, str], Access] = getattr(request.app.state, "access", {})
    admin, signed_in = bool(getattr(person, "admin", False)), person is not None

    def may(path: str, roles: frozenset[str]) -> bool:
        level = table.get(("GET", path))
        return level is not None and allows(level, signed_in=signed_in, admin=admin, roles=roles, dev=False)

    found: list[Command] = []
    if signed_in:
        frame = frame_of(request)
        found += map(_entry, (*frame.entries, *frame.own))
        found += (one for one in _GO if may(one.path, frozenset()))
        for fair in _fairs(request):
            found += (_at(fair, one) for one in _AT_A_FAIR if may(one.path, fair.roles))
    found += (one for one in _CHOICES if one.presses != _LANGUAGE.format(locale))
    found.append(_OUT if signed_in else _IN)
    return [_said(one, locale) for one in found]


def _fairs(request: Request) -> Sequence[FairAt]:
    fairs: Sequence[FairAt] = getattr(request.state, "fairs", ())
    return fairs[:FAIRS_MOST]


def _entry(entry: Entry) -> Command:
    also = _ALSO.get(entry.key, "")
    return Command(entry.label, entry.icon, entry.path, also=also, first=entry.key in _FIRST)


def _at(fair: FairAt, one: Command) -> Command:
    return replace(one, path=one.path.format(fair=fair.slug), fair=fair.name)


def _said(one: Command, locale: str) -> Command:
    """In the reader's language, and found in each: whoever has changed it still knows the words of the other."""
    messages = [message for message in (one.label, one.also) if message]
    words = [translations(each).gettext(message) for each in LOCALES for message in messages]
    return replace(one, label=translations(locale).gettext(one.label), words=" ".join(words))
