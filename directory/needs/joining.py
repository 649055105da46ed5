"""Where needs and contacts join in with organisations: on their pages, in merges, among their files, in the sitemap."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.contacts.model import ContactReply, ContactRequest
from directory.contacts.queries import response_rates
from directory.needs import queries
from directory.needs.jsonld import LISTED_MOST, described
from directory.needs.knowing import REVEALING, for_engines
from directory.needs.ladder import ACCEPTED, NOT_OVER
from directory.needs.model import Answer, AnswerStep, GoBetween, Need, NeedFile, Sifting
from directory.needs.seen import Seen
from directory.organisations.pages.engines import Listed, Sitemap
from directory.organisations.parts import Counter, Organisations, Section
from directory.organisations.queries import Seen as Organisation
from directory.search.changes import touched
from directory.speaking import NOBODY, viewer_of
from server.kernel.db import UnitOfWork
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of


def join(organisations: Organisations, sitemap: Sitemap) -> None:
    """Take part in what organisations show and do. Called at the start."""
    organisations.sections.append(section)
    organisations.carriers.append(carry)
    organisations.counters.append(Counter("needs", N_("Open needs and offers"), queries.count_on))
    organisations.kernel.kept.register(uses_file)
    sitemap.add(Listed("needs", _count, _paths))


async def section(request: Request, session: AsyncSession, seen: Organisation) -> Section | None:
    """An organisation's open needs, never a blind one; how it answers; and the way to ask it for contact."""
    person, now = request.state.person, kernel_of(request).clock.now()
    viewer = await viewer_of(session, person.id if person else None)
    found = await queries.of_organisation(session, viewer, seen.organisation.id, now)
    rate = (await response_rates(session, [seen.organisation.id], now)).get(seen.organisation.id)
    may_ask = any(each != seen.organisation.id for each in viewer.speaks_for)
    if not found and rate is None and not may_ask:
        return None
    context = {"needs": found, "rate": rate, "may_ask": may_ask}
    return Section("needs/section.html", context, _jsonld(request, found))


def _jsonld(request: Request, needs: Sequence[Seen]) -> list[dict[str, object]]:
    base = kernel_of(request).settings.public_url
    return [described(need, locale_of(request), base, LISTED_MOST) for need in needs if need.visibility == "public"]


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Needs, answers and requests of one organisation belong to another one from now on. Where both have answered the
    same need, the one that got further stays, else the earlier one; a request or an answer to oneself goes, too."""
    await touched(
        uow, "need", (await uow.session.scalars(select(Need.id).where(Need.organisation_id == from_id))).all()
    )
    await uow.session.execute(update(Need).where(Need.organisation_id == from_id).values(organisation_id=into_id))
    await _drop_answers(uow, from_id, into_id)
    await uow.session.execute(update(Answer).where(Answer.organisation_id == from_id).values(organisation_id=into_id))
    for stands in (GoBetween, Sifting):
        await uow.session.execute(update(stands).where(stands.partner_id == from_id).values(partner_id=into_id))
    await _carry_requests(uow, from_id, into_id)


async def _drop_answers(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    own = select(Need.id).where(Need.organisation_id == into_id)
    theirs = Answer.organisation_id.in_((from_id, into_id))
    ids = list(await uow.session.scalars(select(Answer.id).where(theirs, Answer.need_id.in_(own))))
    kept: set[str] = set()
    # The furthest first: of each need one stays. Talking, or a name that was shown, is not to be undone by a merge.
    rows = select(Answer.id, Answer.need_id).where(theirs, Answer.need_id.not_in(own)).order_by(_how_far(), Answer.at)
    for id_, need_id in await uow.session.execute(rows):
        ids += [id_] if need_id in kept else []
        kept.add(need_id)
    for hanging in (AnswerStep, Sifting):
        await uow.session.execute(delete(hanging).where(hanging.answer_id.in_(ids)))
    await uow.session.execute(delete(Answer).where(Answer.id.in_(ids)))


def _how_far() -> ColumnElement[int]:
    shown = select(AnswerStep.id).where(AnswerStep.answer_id == Answer.id, AnswerStep.kind.in_(REVEALING)).exists()
    return case((Answer.state == ACCEPTED, 0), (shown, 1), (Answer.state.in_(NOT_OVER), 2), else_=3)


async def _carry_requests(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    pair = (from_id, into_id)
    between = select(ContactRequest.id).where(ContactRequest.from_id.in_(pair), ContactRequest.to_id.in_(pair))
    ids = list(await uow.session.scalars(between))
    await uow.session.execute(delete(ContactReply).where(ContactReply.request_id.in_(ids)))
    await uow.session.execute(delete(ContactRequest).where(ContactRequest.id.in_(ids)))
    for side in (ContactRequest.from_id, ContactRequest.to_id):
        moved = update(ContactRequest).where(side == from_id)
        await uow.session.execute(moved.values({side: into_id}))


async def uses_file(session: AsyncSession, name: str) -> bool:
    """Whether a file hangs on a need."""
    return await session.scalar(select(NeedFile.id).where(NeedFile.file == name).limit(1)) is not None


async def _count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Need).where(for_engines())) or 0


async def _paths(session: AsyncSession, offset: int, limit: int) -> list[tuple[str, datetime]]:
    query = select(Need.id).where(for_engines()).order_by(Need.id).offset(offset).limit(limit)
    ids = list(await session.scalars(query))
    found = await queries.by_ids(session, NOBODY, ids)
    return [(found[each].path(), found[each].updated_at) for each in ids if each in found]
