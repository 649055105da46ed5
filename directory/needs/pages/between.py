"""The go-between's desk, and the owner's choice of one."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.needs import between, forms, ladder, queries, sifting
from directory.needs.actions import RefusedError
from directory.needs.answering import Reply
from directory.needs.between import Decided, Held
from directory.needs.pages.common import STEPS, around, coming, may, need_id_in, problem_of
from directory.news import newsroom
from directory.organisations.vocabulary import KINDS, country_name
from people.forms import Form
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

_DONE = {
    "passed": N_("The answer is passed on to the owner."),
    "returned": N_("The answer is returned with your reason."),
}


async def desk(request: Request) -> Response:
    """What waits for the institutions that somebody speaks for."""
    return await _desk(request, Form(None, locale_of(request)))


async def step(request: Request) -> Response:
    """Pass an answer on, or return it with a reason."""
    kind, answer_id = request.path_params["step"], request.path_params["answer"]
    if kind not in _DONE or not is_id(answer_id):
        raise not_found()
    form = await Form.of(request)
    text = form.take("text", forms.said(ladder.TEXT_MOST), "") if kind == "returned" else ""
    if not form.good:
        return await _desk(request, form, answer_id, 422)
    await may(request, "need step", STEPS)
    cid = form.typed("cid")
    said = Reply(cid if is_id(cid) else new_id(), text, "own" if kind == "returned" else "")
    try:
        async with kernel_of(request).database.write() as uow:
            await sifting.sift(uow, answer_id, kind, said, by_id=request.state.person.id)
    except RefusedError as error:
        raise problem_of(error) from error
    return redirect("/between", said=translations(locale_of(request)).gettext(_DONE[kind]))


async def choose(request: Request) -> Response:
    """Have a partner institution stand between, or nobody any more."""
    form, need_id = await Form.of(request), need_id_in(request)
    partner_id = form.typed("partner")
    try:
        async with kernel_of(request).database.write() as uow:
            await sifting.choose(uow, need_id, partner_id if is_id(partner_id) else None, by_id=request.state.person.id)
    except RefusedError as error:
        raise problem_of(error) from error
    done = N_("Answers go to the go-between first.") if is_id(partner_id) else N_("Answers come to you directly.")
    return redirect(f"/needs/{need_id}", said=translations(locale_of(request)).gettext(done))


async def _desk(request: Request, form: Form, tried: str = "", status: int = 200) -> Response:
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        held, decided = await between.waiting(session, viewer), await between.decided(session, viewer)
        ids = {each.need_id for each in held} | {each.need_id for each in decided}
        needs = await queries.by_ids(session, viewer, ids)
    if needs:
        seeing = partial(newsroom.see, person_id=request.state.person.id, subjects=list(needs))
        await kernel_of(request).database.write_if_possible(seeing)
    locale = locale_of(request)
    return page(
        request,
        "needs/between.html",
        status,
        headers={"cache-control": "no-store"},
        held=[(each, needs[each.need_id], called(each, locale)) for each in held if each.need_id in needs],
        decided=[(each, needs[each.need_id], called(each, locale)) for each in decided if each.need_id in needs],
        form=form,
        tried=tried,
        cid=new_id,
        text_most=ladder.TEXT_MOST,
        **around(request),
    )


def called(held: Held | Decided, locale: str) -> str:
    """Who answered, as far as the go-between may know."""
    kind = KINDS.name(held.answerer_kind, locale)
    country = country_name(held.answerer_country, locale) if held.answerer_country else ""
    return held.answerer or ", ".join(each for each in (kind, country) if each)


routes = [
    Route("/between", desk, name="between"),
    Route("/between/{answer}/{step}", step, methods=["POST"], name="between_step"),
    Route("/needs/{need}/between", choose, methods=["POST"], name="choose_between"),
]
