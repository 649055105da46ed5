"""What people are told about requests for contact, in words."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from directory.contacts import queries
from directory.news.newsroom import Line
from directory.speaking import viewer_of
from people.model import Person
from web.i18n import N_, translations

_SAID = {
    "contact.asked": N_("%(who)s asks for contact"),
    "contact.accepted": N_("%(who)s has accepted your request for contact"),
    "contact.declined": N_("%(who)s has declined your request for contact"),
    "contact.not_relevant": N_("%(who)s found your request for contact not relevant"),
}
NEWS_KINDS = tuple(_SAID)


async def put_into_words(
    session: AsyncSession, person: Person, asked: Collection[tuple[str, str]], locale: str
) -> Mapping[tuple[str, str], Line]:
    """News about requests for contact for one reader."""
    viewer, gettext = await viewer_of(session, person.id), translations(locale).gettext
    lines = {}
    for kind, subject in asked:
        request = await queries.request(session, person.id, viewer.organisations, subject)
        if request is not None:
            text = gettext(_SAID[kind]) % {"who": request.other.name}
            lines[kind, subject] = Line(text, f"/contacts?tab={'sent' if request.mine else 'received'}#{request.id}")
    return lines
