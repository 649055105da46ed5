"""What the people of an organisation are told about cards at its stands: one line for all since they looked last.

Such a line begins with a card, whose id is in its subject, and counts those that came from then on: ids sort by time.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import pairwise

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from booths.cards import queries
from booths.cards.model import VisitingCard
from directory.news import newsroom
from directory.news.model import News
from directory.news.newsroom import Line
from directory.organisations.model import Member, Organisation
from directory.speaking import SPEAKING, viewer_of
from fairs.model import Membership
from people.model import Person
from server.kernel.db import Database, UnitOfWork
from web.i18n import N_, translations

KIND = "card.left"
NEWS_KINDS = (KIND,)
_BETWEEN = ":"
_ONE = N_("%(who)s left a card at the stand of %(name)s")
# Beyond any id: it has no line after it.
_END = "~"


async def tell_of(uow: UnitOfWork, card: VisitingCard) -> None:
    """Tell of a new card, unless somebody has not looked at those before it yet: it is counted there."""
    people = await _people(uow.session, card.fair_id, card.organisation_id)
    waiting = select(News.person_id).where(News.person_id.in_(people), *_unseen(card.organisation_id))
    # Held until the commit: whoever looks in this moment waits, and has this card in the list.
    known = set(await uow.session.scalars(waiting.with_for_update()))
    subject = f"{card.organisation_id}{_BETWEEN}{card.id}"
    await newsroom.tell(uow, [each for each in people if each not in known], KIND, subject, f"{KIND}:{card.id}")


async def seen(database: Database, person_id: str, organisation_id: str) -> None:
    """Whoever looks at an organisation's cards has seen what they were told about them. Said before the cards are read:
    what comes in between is told anew."""
    async with database.read() as session:
        mine = select(News.subject).where(News.person_id == person_id, *_unseen(organisation_id))
        subjects = (await session.scalars(mine)).all()
    if subjects:
        await database.write_if_possible(partial(newsroom.see, person_id=person_id, subjects=subjects))


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Have what was told of the cards of one organisation be about another one."""
    told = update(News).where(News.kind == KIND, News.subject.startswith(from_id + _BETWEEN))
    await uow.session.execute(
        told.values(subject=func.replace(News.subject, from_id, into_id)).execution_options(synchronize_session=False)
    )


async def put_into_words(
    session: AsyncSession, person: Person, asked: Collection[tuple[str, str]], locale: str
) -> Mapping[tuple[str, str], Line]:
    """News about cards for one reader; without those that were taken back, and of organisations that are not theirs."""
    own = (await viewer_of(session, person.id)).organisations
    lines: dict[tuple[str, str], Line] = {}
    for organisation_id in {subject.partition(_BETWEEN)[0] for _kind, subject in asked} & set(own):
        organisation = await session.get_one(Organisation, organisation_id)
        begun = await _begun(session, person.id, organisation_id)
        for first, end in pairwise([*begun, _END]):
            if (key := (KIND, f"{organisation_id}{_BETWEEN}{first}")) in asked:
                number, who = await queries.number_between(session, organisation_id, first, end)
                if number:
                    said = _said(number, who, organisation.name, locale)
                    lines[key] = Line(said, f"/o/{organisation.slug}/cards")
    return lines


def _said(number: int, who: str, organisation: str, locale: str) -> str:
    told = translations(locale)
    if number == 1:
        return told.gettext(_ONE) % {"who": who, "name": organisation}
    ngettext, several = told.ngettext, {"num": number, "name": organisation}
    return (
        ngettext(
            "%(num)s person left a card at the stand of %(name)s",
            "%(num)s people left a card at the stand of %(name)s",
            number,
        )
        % several
    )


async def _begun(session: AsyncSession, person_id: str, organisation_id: str) -> list[str]:
    """The cards with which the lines of one reader about an organisation begin, by time."""
    theirs = News.kind == KIND, News.person_id == person_id, News.subject.startswith(organisation_id + _BETWEEN)
    subjects = await session.scalars(select(News.subject).where(*theirs))
    return sorted(each.partition(_BETWEEN)[2] for each in subjects)


def _unseen(organisation_id: str) -> Sequence[ColumnElement[bool]]:
    return News.kind == KIND, News.subject.startswith(organisation_id + _BETWEEN), News.seen_at.is_(None)


async def _people(session: AsyncSession, fair_id: str, organisation_id: str) -> Sequence[str]:
    """Those of an organisation who are at the fair, and those who speak for it."""
    here = exists().where(Membership.person_id == Member.person_id, Membership.fair_id == fair_id)
    theirs = select(Member.person_id).where(Member.organisation_id == organisation_id)
    return (await session.scalars(theirs.where(or_(here, Member.role.in_(SPEAKING))).order_by(Member.person_id))).all()
