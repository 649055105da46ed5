"""Telling people what happened, and gathering it into mails: never more than one an hour."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from directory.news.model import MailSilence, News
from directory.search.documents import Mark
from people.model import Person
from people.seals import Seal
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.parts import Kernel
from web.i18n import N_, translations

MAIL_JOB = "directory.news_mail"
# News of one hour come in one mail at its end: soon enough to answer on the same day, and no flood.
GATHERED = timedelta(hours=1)
# What is committed a moment after the hour still belongs to it.
GRACE = timedelta(minutes=1)
# Lines of a mail, and of a list in the app.
LINES_MOST = 20
# Links in mails to stop them, in old mails too.
STOP_LINK = timedelta(days=400)
KEPT = timedelta(days=180)


@dataclass(frozen=True)
class Line:
    """News in words for one reader: what happened, and where to see it."""

    text: str
    path: str


@dataclass(frozen=True)
class Item:
    """A line with when it happened, and when its reader has looked at it."""

    line: Line
    at: datetime
    seen_at: datetime | None
    id: str


# (session, reader, [(kind, subject)], language) -> lines; what a reader may not see any more is missing.
Tell = Callable[[AsyncSession, Person, Collection[tuple[str, str]], str], Awaitable[Mapping[tuple[str, str], Line]]]


@dataclass
class Newsroom:
    """Who puts news into words, and the mails."""

    kernel: Kernel
    stop: Seal
    _tellers: dict[str, Tell]

    @classmethod
    def build(cls, kernel: Kernel) -> Self:
        """Compose it; registers the job."""
        made = cls(kernel, Seal(kernel.settings.secret_bytes, "stop news mails", STOP_LINK), {})
        kernel.jobs.register(MAIL_JOB, made._mail)
        return made

    def register(self, kinds: Collection[str], tell: Tell) -> None:
        """Have `tell` put news of these kinds into words."""
        self._tellers |= dict.fromkeys(kinds, tell)

    async def unseen(self, session: AsyncSession, person: Person, locale: str, limit: int = LINES_MOST) -> list[Item]:
        """What somebody has not looked at yet, the latest first, in the language in which they read now."""
        query = select(News).where(News.person_id == person.id, News.seen_at.is_(None))
        found = (await session.scalars(query.order_by(News.at.desc(), News.id).limit(limit))).all()
        return await self.told(session, person, found, locale)

    async def told(self, session: AsyncSession, person: Person, news: Sequence[News], locale: str) -> list[Item]:
        """News in words for their reader, without those that they may not see any more."""
        lines: dict[tuple[str, str], Line] = {}
        for tell in dict.fromkeys(self._tellers.values()):
            asked = [(one.kind, one.subject) for one in news if self._tellers.get(one.kind) is tell]
            if asked:
                lines |= await tell(session, person, asked, locale)
        shown = [(one, lines.get((one.kind, one.subject))) for one in news]
        return [Item(line, one.at, one.seen_at, one.id) for one, line in shown if line is not None]

    async def _mail(self, payload: dict[str, Any]) -> None:
        """Send what somebody has neither seen nor been sent. The rows are marked with the commit that sends the mail,
        so nothing comes twice, however often the job runs."""
        async with self.kernel.database.write() as uow:
            person = await uow.session.get(Person, payload["person_id"])
            fresh = await _take(uow, payload["person_id"])
            if person is None or person.email is None or not fresh:
                return
            if await is_silent(uow.session, person.id):
                return
            items = await self.told(uow.session, person, fresh[:LINES_MOST], person.locale)
            if items:
                await self._send(uow, person, person.email, items, more=len(fresh[LINES_MOST:]))

    async def _send(self, uow: UnitOfWork, person: Person, to: str, items: Sequence[Item], more: int) -> None:
        base = self.kernel.settings.public_url
        context = {
            "to": to,
            "home": base,
            "lines": [(item.line.text, base + item.line.path) for item in items],
            "more": more,
            "stop": f"{base}/news/mails/{self.stop.close({'person': person.id}, uow.clock.now())}",
        }
        told = translations(person.locale)
        subject = told.gettext(N_("News from Fairmatch: %(first)s")) % {"first": items[0].line.text}
        await self.kernel.mail.send(uow, to=to, subject=subject, template="news", context=context, locale=person.locale)


def newsroom_of(connection: HTTPConnection) -> Newsroom:
    """The newsroom that serves this request."""
    found: Newsroom = connection.app.state.needs.newsroom
    return found


async def tell(
    uow: UnitOfWork, person_ids: Collection[str], kind: str, subject: str, key: str, *, mails: bool = True
) -> None:
    """Tell people that something happened, each once by `key`; by mail at the end of the hour if unseen by then.

    Without `mails` in the app alone: for what has a mail of its own.
    """
    now = uow.clock.now()
    mailed = None if mails else now
    known = select(News.person_id).where(News.person_id.in_(person_ids), News.key == key)
    told = set(await uow.session.scalars(known)) if person_ids else set()
    for person_id in dict.fromkeys(person_ids):
        if person_id not in told:
            one = News(id=new_id(), person_id=person_id, kind=kind, subject=subject, key=key, at=now, mailed_at=mailed)
            uow.session.add(one)
            if mails:
                _mail_later(uow, person_id, now)


async def see(uow: UnitOfWork, person_id: str, subjects: Collection[str]) -> None:
    """Note that somebody has looked at what these news are about."""
    mine = update(News).where(News.person_id == person_id, News.subject.in_(subjects), News.seen_at.is_(None))
    await uow.session.execute(mine.values(seen_at=uow.clock.now()))


async def settle(uow: UnitOfWork, kind: str, subject: str) -> None:
    """Note that what people were told about something is so no longer: nobody has to look at it any more."""
    unseen = update(News).where(News.kind == kind, News.subject == subject, News.seen_at.is_(None))
    await uow.session.execute(unseen.values(seen_at=uow.clock.now()))


async def kept(session: AsyncSession, person_id: str, *, after: int, limit: int) -> Sequence[News]:
    """What somebody was told, the latest first; `after` so many."""
    query = select(News).where(News.person_id == person_id).order_by(News.at.desc(), News.id)
    return (await session.scalars(query.offset(after).limit(limit))).all()


async def kept_beyond(
    session: AsyncSession, person_id: str, mark: Mark | None, *, unseen: bool, limit: int
) -> Sequence[News]:
    """The same after the one of a mark (None: from the latest), also of those that they have not looked at alone."""
    query = select(News).where(News.person_id == person_id)
    if unseen:
        query = query.where(News.seen_at.is_(None))
    if mark is not None:
        query = query.where(or_(News.at < mark.at, and_(News.at == mark.at, News.id > mark.id)))
    return (await session.scalars(query.order_by(News.at.desc(), News.id).limit(limit))).all()


async def has_unseen(session: AsyncSession, person_id: str, subject: str) -> bool:
    """Whether there are news about something that somebody has not looked at."""
    query = select(News.id).where(News.person_id == person_id, News.subject == subject, News.seen_at.is_(None))
    return await session.scalar(query.limit(1)) is not None


async def is_silent(session: AsyncSession, person_id: str) -> bool:
    """Whether somebody wants no mails with news."""
    return await session.get(MailSilence, person_id) is not None


async def silence(uow: UnitOfWork, person_id: str) -> None:
    """Send somebody no more mails with news."""
    if not await is_silent(uow.session, person_id):
        uow.session.add(MailSilence(person_id=person_id, since=uow.clock.now()))


async def speak_again(uow: UnitOfWork, person_id: str) -> None:
    """Send somebody mails with news again."""
    await uow.session.execute(delete(MailSilence).where(MailSilence.person_id == person_id))


def _mail_later(uow: UnitOfWork, person_id: str, now: datetime) -> None:
    hour = int(now.timestamp() // GATHERED.total_seconds())
    end = datetime.fromtimestamp((hour + 1) * GATHERED.total_seconds(), UTC)
    uow.enqueue(MAIL_JOB, {"person_id": person_id}, at=end + GRACE, key=f"{MAIL_JOB}:{person_id}:{hour}")


async def _take(uow: UnitOfWork, person_id: str) -> list[News]:
    """What is to be sent to somebody, marked as sent; old news go."""
    now = uow.clock.now()
    await uow.session.execute(delete(News).where(News.person_id == person_id, News.at < now - KEPT))
    waiting = News.person_id == person_id, News.mailed_at.is_(None), News.seen_at.is_(None)
    found = list(await uow.session.scalars(select(News).where(*waiting).order_by(News.at.desc()).with_for_update()))
    for one in found:
        one.mailed_at = now
    return found
