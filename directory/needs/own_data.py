"""What needs and answers keep about a person: handed out, and erased."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs.model import Answer, AnswerStep, GoBetween, Need, NeedChange, NeedFile, NeedText
from directory.organisations.model import Organisation
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """The needs that somebody wrote for their organisation, what they did to needs, and what they answered."""
    written = select(
        Need.id, Need.state, Need.created_at, NeedText.locale, NeedText.title, NeedText.text, NeedText.gets
    )
    written = written.join(NeedText, NeedText.need_id == Need.id).where(Need.author_id == person_id)
    chosen = select(GoBetween.need_id, Organisation.name.label("institution"), GoBetween.since)
    chosen = chosen.join(Organisation, Organisation.id == GoBetween.partner_id).where(GoBetween.by_id == person_id)
    done = select(NeedChange.need_id, NeedChange.deed, NeedChange.at).where(NeedChange.by_id == person_id)
    files = select(NeedFile.need_id, NeedFile.name, NeedFile.added_at).where(NeedFile.added_by_id == person_id)
    steps = select(Answer.need_id, AnswerStep.kind, AnswerStep.text, AnswerStep.reason, AnswerStep.at)
    steps = steps.join(Answer, Answer.id == AnswerStep.answer_id).where(AnswerStep.by_id == person_id)
    parts = {
        "written": written.order_by(Need.created_at, Need.id, NeedText.locale),
        "done": done.order_by(NeedChange.at),
        "files": files.order_by(NeedFile.added_at),
        "answered": steps.order_by(AnswerStep.at),
        "go_betweens": chosen.order_by(GoBetween.since),
    }
    return {name: [dict(row) for row in (await session.execute(query)).mappings()] for name, query in parts.items()}


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Take out what somebody wrote to others, and who wrote a need. The need itself is their organisation's, and stays
    as it is for whoever looks after it now."""
    mine = AnswerStep.by_id == person_id
    await uow.session.execute(update(AnswerStep).where(mine).values(text=""))
    await uow.session.execute(update(Need).where(Need.author_id == person_id).values(author_id=None))
    await uow.session.execute(update(NeedFile).where(NeedFile.added_by_id == person_id).values(added_by_id=None))
    await uow.session.execute(update(GoBetween).where(GoBetween.by_id == person_id).values(by_id=None))
