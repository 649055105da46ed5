"""Answering a need, the owner's triage, and the thread of one answer up to the conversation."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.needs import answering, forms, ladder, queries, threads
from directory.needs.actions import RefusedError
from directory.needs.answering import Reply
from directory.needs.pages.common import ANSWERS, STEPS, around, coming, may, need_id_in, need_in, problem_of
from directory.needs.pages.one import context_of
from directory.needs.seen import Seen
from directory.needs.telling import other_side
from directory.needs.threads import Thread
from directory.news import newsroom
from people.forms import Form
from people.text import paragraphs
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.paging import offset_in
from web.render import locale_of, page, redirect

STATE_NAMES = {
    "sifting": N_("Waits for the go-between"),
    "waiting": N_("Waits for the owner"),
    "asked": N_("Waits for the other side"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
}
STATE_MARKS = dict.fromkeys(ladder.NOT_OVER, "warn") | {"accepted": "done", "declined": "idle", "withdrawn": "idle"}
_DONE = {
    "asked": N_("Your question is sent."),
    "replied": N_("Your reply is sent."),
    "revealed": N_("Both sides see each other's name now."),
    "accepted": N_("You can talk now: the conversation is among your messages."),
    "declined": N_("The answer is declined."),
    "withdrawn": N_("Your answer is withdrawn."),
}
WHY_NOT = {
    "over": N_("It does not take answers any more."),
    "own_need": N_("This is a need of your own organisation."),
    "answered_already": N_("Your organisation has answered already."),
    "no_product": N_("This product is not there any more. Choose another one, or none."),
    "not_yours": N_("You may not answer for this organisation."),
}


async def ask(request: Request) -> Response:
    """The answer as a page of its own: for who comes without scripts, or by a link."""
    return await _answer_page(request, None)


async def answer(request: Request) -> Response:
    """Say "this is us"."""
    form = await Form.of(request)
    said = form.check("reason", lambda: forms.reason(form.typed("reason")), "")
    organisation, product = form.typed("organisation"), form.typed("product")
    cid = form.typed("cid")
    if not form.good:
        return await _answer_page(request, form, 422)
    await may(request, "need answer", ANSWERS)
    try:
        async with kernel_of(request).database.write() as uow:
            made = await answering.answer(
                uow,
                need_id_in(request),
                Reply(cid if is_id(cid) else new_id(), said),
                organisation_id=organisation if is_id(organisation) else "",
                by_id=request.state.person.id,
                product_id=product if is_id(product) else None,
                blind=form.typed("blind") == "yes",
            )
    except RefusedError as error:
        if error.code not in WHY_NOT:
            raise problem_of(error) from error
        form.say(WHY_NOT[error.code])
        return await _answer_page(request, form, 409)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/answers/{made.id}", said=_("Your answer is sent. You hear from us when something happens."))


async def triage(request: Request) -> Response:
    """The answers to a need at a glance, for its owner."""
    after = offset_in(request)
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        need = await need_in(request, session, viewer)
        if not need.mine:
            raise not_found()
        total, _ = (await threads.counts(session, viewer, [need.id])).get(need.id, (0, 0))
        found = await threads.of_need(session, viewer, need.id, after=after, limit=threads.PAGE + 1)
    return page(
        request,
        "needs/triage.html",
        threads=found[: threads.PAGE],
        total=total,
        need=need,
        first=not after,
        onward=after + threads.PAGE if len(found) > threads.PAGE else 0,
        **_around(request),
    )


async def show(request: Request) -> Response:
    """One answer with all its steps, for either side."""
    one, need = await _thread(request)
    async with kernel_of(request).database.read() as session:
        unseen = await newsroom.has_unseen(session, request.state.person.id, one.id)
    if unseen:
        seeing = partial(newsroom.see, person_id=request.state.person.id, subjects=[one.id])
        await kernel_of(request).database.write_if_possible(seeing)
    return _thread_page(request, one, need, Form(None, locale_of(request)))


async def step(request: Request) -> Response:
    """Ask, reply, reveal, accept, decline or withdraw."""
    kind = request.path_params["step"]
    if kind not in ladder.LADDER:
        raise not_found()
    one, need = await _thread(request)
    form = await Form.of(request)
    said = said_with(form, kind)
    if not form.good:
        return _thread_page(request, one, need, form, tried=kind, status=422)
    await may(request, "need step", STEPS)
    try:
        async with kernel_of(request).database.write() as uow:
            await answering.step(uow, one.id, kind, said, by_id=request.state.person.id)
    except RefusedError as error:
        raise problem_of(error) from error
    done = translations(locale_of(request)).gettext(_DONE[kind])
    back = f"/needs/{need.id}/answers" if form.typed("back") == "triage" else f"/answers/{one.id}"
    return redirect(back, said=done)


def said_with(form: Form, kind: str) -> Reply:
    """What comes with a step; the form has what is wrong with it."""
    cid, reason = form.typed("cid"), ""
    text = paragraphs(ladder.TEXT_MOST)
    if kind == "declined":
        reason = form.typed("reason") if form.typed("reason") in ladder.REASONS else "own"
    if ladder.LADDER[kind].needs_text or (kind == "declined" and reason == "own"):
        text = forms.said(ladder.TEXT_MOST)
    words = form.take("text", text, "")
    return Reply(cid if is_id(cid) else new_id(), words, reason)


async def _thread(request: Request) -> tuple[Thread, Seen]:
    """The answer of the address and its need. Raises ProblemError 404 for who is on neither side."""
    answer_id = request.path_params["answer"]
    if not is_id(answer_id):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        one = await threads.thread(session, viewer, answer_id)
        need = await queries.need(session, viewer, one.need_id) if one else None
    if one is None or need is None:
        raise not_found()
    return one, need


async def _answer_page(request: Request, form: Form | None, status: int = 200) -> Response:
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        need = await need_in(request, session, viewer)
        context = await context_of(request, session, viewer, need, form)
    return page(request, "needs/answer.html", status, **context)


def _thread_page(request: Request, one: Thread, need: Seen, form: Form, tried: str = "", status: int = 200) -> Response:
    context = _around(request)
    return page(request, "needs/thread.html", status, one=one, need=need, form=form, tried=tried, **context)


def _around(request: Request) -> dict[str, Any]:
    locale = locale_of(request)
    _ = translations(locale).gettext
    return {
        "cid": new_id,
        "reasons": [(code, _(text)) for code, text in ladder.REASONS.items() if text],
        "answer_states": STATE_NAMES,
        "answer_marks": STATE_MARKS,
        "text_most": ladder.TEXT_MOST,
        "other_side": lambda one, need: other_side(one, need, locale),
        **around(request),
    }


routes = [
    Route("/needs/{need}/answer", ask, name="answer_need"),
    Route("/needs/{need}/answer", answer, methods=["POST"], name="send_answer"),
    Route("/needs/{need}/answers", triage, name="need_answers"),
    Route("/answers/{answer}", show, name="answer"),
    Route("/answers/{answer}/{step}", step, methods=["POST"], name="answer_step"),
]
