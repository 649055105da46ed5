"""Whom needs and answers are told to, and in which words. The words are made where they are read: what a reader may
not know of the other side is not in them."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs import queries, threads
from directory.needs.ladder import OWNER
from directory.needs.model import Answer, Need
from directory.needs.seen import Seen
from directory.needs.threads import Thread
from directory.news.newsroom import Line, tell
from directory.organisations.vocabulary import KINDS, country_name
from directory.speaking import speakers, viewer_of
from people.model import Person
from server.kernel.db import UnitOfWork
from web.i18n import N_, translations

ENDING, TO_SIFT, SIFT_LATE = "need.ending", "need.sift", "need.sift_late"
_SAID = {
    "answer.answered": N_("%(who)s says “This is us”: %(need)s"),
    "answer.passed": N_("Your answer has been passed on to the owner: %(need)s"),
    "answer.released": N_("Your answer has gone to the owner, past the go-between: %(need)s"),
    "answer.returned": N_("Your answer was returned by the go-between: %(need)s"),
    "answer.asked": N_("%(who)s asks you something: %(need)s"),
    "answer.replied": N_("%(who)s has replied: %(need)s"),
    "answer.revealed": N_("%(who)s shows you who they are: %(need)s"),
    "answer.accepted": N_("%(who)s wants to talk with you: %(need)s"),
    "answer.declined": N_("%(who)s has declined: %(need)s"),
    "answer.withdrawn": N_("%(who)s has withdrawn the answer: %(need)s"),
}
_TO_SIFT = {
    TO_SIFT: N_("An answer waits for you as the go-between: %(need)s"),
    SIFT_LATE: N_("An answer still waits for you as the go-between: %(need)s"),
}
NEWS_KINDS = (*_SAID, ENDING, *_TO_SIFT)


async def tell_owner(uow: UnitOfWork, answer: Answer, kind: str, key: str) -> None:
    """Tell those who speak for the need's owner what the other side did."""
    need = await uow.session.get_one(Need, answer.need_id)
    await tell(uow, await owners(uow.session, need), f"answer.{kind}", answer.id, key)


async def tell_answerer(uow: UnitOfWork, answer: Answer, kind: str, key: str) -> None:
    """Tell whoever answered what the owner did; when they may not speak any more, those who may."""
    known = await speakers(uow.session, answer.organisation_id)
    told = [answer.person_id] if answer.person_id in known else known
    await tell(uow, told, f"answer.{kind}", answer.id, key)


async def owners(session: AsyncSession, need: Need) -> list[str]:
    """Who is told about a need: who wrote it, and while they do not speak for the organisation, all who do."""
    known = await speakers(session, need.organisation_id)
    return [need.author_id] if need.author_id in known else known


async def put_into_words(
    session: AsyncSession, person: Person, asked: Collection[tuple[str, str]], locale: str
) -> Mapping[tuple[str, str], Line]:
    """News about needs and answers for one reader."""
    viewer = await viewer_of(session, person.id)
    about_needs = {ENDING, *_TO_SIFT}
    answers = {subject for kind, subject in asked if kind not in about_needs}
    found = {each: await threads.thread(session, viewer, each) for each in sorted(answers)}
    ids = {one.need_id for one in found.values() if one} | {subject for kind, subject in asked if kind in about_needs}
    needs = await queries.by_ids(session, viewer, ids)
    sifted = await queries.stood_between(session, viewer, ids) if {kind for kind, _ in asked} & _TO_SIFT.keys() else ()
    lines = {}
    for kind, subject in asked:
        line = _ending(needs.get(subject), locale) if kind == ENDING else None
        if kind in _TO_SIFT and subject in sifted and subject in needs:
            line = _to_sift(kind, needs[subject], locale)
        one = found.get(subject)
        if one is not None and one.need_id in needs:
            line = _moved(kind, one, needs[one.need_id], locale)
        if line is not None:
            lines[kind, subject] = line
    return lines


def other_side(one: Thread, need: Seen, locale: str) -> str:
    """What the other side of an answer is called before a reader, as far as they may know."""
    if one.other is not None:
        return one.other.name
    if one.side == OWNER:
        kind = KINDS.name(one.other_kind, locale)
        return f"{kind}, {country_name(one.other_country, locale)}" if one.other_country else kind
    return need.said(locale).shown_as or translations(locale).gettext("Shown without a name")


def _moved(kind: str, one: Thread, need: Seen, locale: str) -> Line:
    text = translations(locale).gettext(_SAID[kind])
    return Line(text % {"who": other_side(one, need, locale), "need": need.said(locale).title}, f"/answers/{one.id}")


def _ending(need: Seen | None, locale: str) -> Line | None:
    if need is None or not need.mine:
        return None
    text = translations(locale).gettext("Soon runs out: %(need)s") % {"need": need.said(locale).title}
    return Line(text, need.path(locale))


def _to_sift(kind: str, need: Seen, locale: str) -> Line:
    """For who speaks for the go-between."""
    text = translations(locale).gettext(_TO_SIFT[kind])
    return Line(text % {"need": need.said(locale).title}, "/between")
