"""Answers to needs for programs: read through the queries of the pages, so what a side may not know yet, it does not
hear; and moved on by the same steps."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from directory.api import answering, taking
from directory.api.declared import VERSION, Call, Operation
from directory.api.needs import seen_of
from directory.api.ruling import problem_of, ruled
from directory.api.shapes.contacts import Answer, AnswerNew, AnswerPage, AnswerQuery, StepNew
from directory.needs import answering as need_answering
from directory.needs import forms, threads
from directory.needs.actions import RefusedError
from directory.needs.answering import Reply
from directory.needs.pages.answers import WHY_NOT, said_with
from directory.needs.pages.common import ANSWERS, STEPS
from directory.needs.threads import Thread
from directory.speaking import viewer_of
from people.forms import Form
from people.limits import may
from server.kernel.access import Access
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import new_id
from web.i18n import N_
from web.render import locale_of


async def given(call: Call) -> Response:
    """A page of the answers of one's organisations."""
    async with call.kernel.database.read() as session:
        return await _page(call, session)


async def of_need(call: Call) -> Response:
    """A page of the answers to a need of one's own."""
    async with call.kernel.database.read() as session:
        need = await seen_of(call, session, call.id)
        if not need.mine:
            raise ProblemError(403, "forbidden", "This is not a need of your organisations.")
        return await _page(call, session, need.id)


async def one(call: Call) -> Response:
    """One answer."""
    async with call.kernel.database.read() as session:
        return answering.record(call, _shown(call, await _thread(call, session, call.id)))


async def answer(call: Call) -> Response:
    """Say "this is us"."""
    body: AnswerNew = call.body
    reason = ruled(call, "/reason", lambda: forms.reason(body.reason))
    await may(call.request, "need answer", ANSWERS)
    try:
        async with call.kernel.database.write() as uow:
            made = await need_answering.answer(
                uow,
                call.id,
                Reply(body.cid or new_id(), reason),
                organisation_id=body.organisation,
                by_id=call.by_id,
                product_id=body.product,
                blind=body.blind,
            )
            shown = _shown(call, await _thread(call, uow.session, made.id))
    except RefusedError as refused:
        raise problem_of(call, refused.code, WHY_NOT) from None
    return answering.record(call, shown, 201, f"{VERSION}/answers/{shown.id}")


async def step(call: Call) -> Response:
    """Ask, reply, reveal, accept, decline or withdraw."""
    body: StepNew = call.body
    said = {"text": body.text, "reason": body.reason, "cid": body.cid or new_id()}
    form = Form(FormData(said), locale_of(call.request))
    reply = said_with(form, body.do)
    if not form.good:
        raise taking.against_the_rules({f"/{field}": why for field, why in form.errors.items()})
    async with call.kernel.database.read() as session:
        await _thread(call, session, call.id)
    await may(call.request, "need step", STEPS)
    try:
        async with call.kernel.database.write() as uow:
            await need_answering.step(uow, call.id, body.do, reply, by_id=call.by_id)
            await uow.session.flush()
            shown = _shown(call, await _thread(call, uow.session, call.id))
    except RefusedError as refused:
        if refused.code == "not_there":  # it is seen, by somebody who does not speak for their side
            raise ProblemError(403, "forbidden", "You do not speak for your side.") from None
        if refused.code == "not_yours":
            raise ProblemError(409, "not_yours", "That is for the other side to do.") from None
        raise problem_of(call, refused.code, WHY_NOT) from None
    return answering.record(call, shown)


async def _thread(call: Call, session: AsyncSession, answer_id: str) -> Thread:
    found = await threads.thread(session, await viewer_of(session, call.by_id), answer_id)
    if found is None:
        raise not_found()
    return found


async def _page(call: Call, session: AsyncSession, need_id: str = "") -> Response:
    query: AnswerQuery = call.query
    viewer = await viewer_of(session, call.by_id)
    found = await threads.by_age(session, viewer, need_id=need_id, after=query.after, limit=query.limit + 1)
    return answering.page(call, [_shown(call, each) for each in found], [each.id for each in found])


def _shown(call: Call, one: Thread) -> Answer:
    return Answer.of(one, locale_of(call.request), call.site)


operations = [
    Operation("GET", "/needs/{id}/answers", "list_answers_to_need", Access.API_CONTACTS,
              N_("The answers to a need of your organisations"), of_need, AnswerPage, AnswerQuery,
              refusals=(403,)),
    Operation("POST", "/needs/{id}/answers", "answer_need", Access.API_CONTACTS, N_("Answer a need: this is us"),
              answer, Answer, body=AnswerNew, status=201, refusals=(403, 409)),
    Operation("GET", "/answers", "list_answers", Access.API_CONTACTS, N_("The answers that your organisations gave"),
              given, AnswerPage, AnswerQuery),
    Operation("GET", "/answers/{id}", "get_answer", Access.API_CONTACTS, N_("One answer with its steps"), one, Answer),
    Operation("POST", "/answers/{id}/steps", "move_answer", Access.API_CONTACTS,
              N_("Ask, reply, reveal, accept, decline or withdraw"), step, Answer, body=StepNew, refusals=(403, 409),
              about=N_("possible says what you can do now.")),
]  # fmt: skip
