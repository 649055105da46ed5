"""The pages of requests for contact: those that came, those that were sent, and asking."""

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.contacts import actions, queries, rules, taking
from directory.contacts.actions import RefusedError, Wish
from directory.contacts.shown import STATE_MARKS, STATE_NAMES
from directory.news import newsroom
from directory.organisations.model import Organisation, Removal
from directory.speaking import Own, own_organisations, viewer_of
from people.forms import Form
from people.text import UnacceptableError, paragraphs
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

REQUESTS = "30 per hour"
WHY_NOT = {
    "spent": N_("Your organisation's requests for today are spent. They come back as they are answered."),
    "waits": N_("You have asked this organisation already."),
    "too_early": N_("This organisation has declined lately. It can be asked again after three months."),
    "nobody": N_("Nobody looks after this organisation here yet, so nobody could answer."),
    "not_yours": N_("Please choose one of your organisations."),
}
WHY_NOT_ANSWERED = {
    "answered": N_("This request is answered already."),
    "expired": N_("Nobody answered this request within 30 days, so it is over."),
    "nobody": N_("Whoever asked is no longer here."),
    "own": N_("You have asked this yourself: somebody else has to answer it."),
}
_DONE = {
    "accept": N_("You can talk now: the conversation is among your messages."),
    "decline": N_("The request is declined."),
    "not-relevant": N_("It is marked as not relevant. That costs its sender other requests."),
}


async def index(request: Request) -> Response:
    """The requests that came, or were sent."""
    tab = request.query_params.get("tab", "received")
    if tab not in ("received", "sent"):
        raise not_found()
    return await _index(request, tab)


async def ask(request: Request) -> Response:
    """The form that asks an organisation for contact."""
    return await _form(request, Form(None, locale_of(request)))


async def send(request: Request) -> Response:
    """Ask for contact."""
    form = await Form.of(request)
    asks = form.check("asks", lambda: a_sentence(form.typed("asks")), "")
    offers = form.check("offers", lambda: a_sentence(form.typed("offers")), "")
    if not form.good:
        return await _form(request, form, 422)
    await kernel_of(request).limiter.spend("contact request", REQUESTS, request.state.person.id)
    cid, sender = form.typed("cid"), form.typed("organisation")
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.ask(
                uow,
                Wish(cid if is_id(cid) else new_id(), asks, offers),
                from_id=sender if is_id(sender) else "",
                to_id=_organisation_id(request),
                by_id=request.state.person.id,
            )
    except RefusedError as error:
        if error.code not in WHY_NOT:
            raise not_found() from error
        form.say(WHY_NOT[error.code])
        return await _form(request, form, 409)
    return redirect("/contacts?tab=sent", said=translations(locale_of(request)).gettext("Your request is sent."))


async def answer(request: Request) -> Response:
    """Accept, decline, or say that it is not relevant."""
    request_id, deed = request.path_params["request"], request.path_params["deed"]
    if not is_id(request_id) or deed not in _DONE:
        raise not_found()
    form, by_id = await Form.of(request), request.state.person.id
    reason, words = _why(form, deed)
    if not form.good:
        return await _index(request, "received", 422, wrong=form.errors["text"])
    try:
        async with kernel_of(request).database.write() as uow:
            if deed == "accept":
                await actions.accept(uow, request_id, by_id=by_id)
            elif deed == "decline":
                await actions.decline(uow, request_id, by_id=by_id, reason=reason, text=words)
            else:
                await actions.mark_not_relevant(uow, request_id, by_id=by_id)
    except RefusedError as error:
        if error.code == "not_there":
            raise not_found() from error
        why = translations(locale_of(request)).gettext(WHY_NOT_ANSWERED[error.code])
        return await _index(request, "received", 409, wrong=why)
    return redirect("/contacts", said=translations(locale_of(request)).gettext(_DONE[deed]))


def _why(form: Form, deed: str) -> tuple[str, str]:
    """The reason that was chosen, and the words; the form has what is wrong with them. Nobody is declined with nothing
    said by a slip: it cannot be taken back."""
    reason = form.typed("reason") if form.typed("reason") in rules.REASONS else "own"
    words = form.take("text", paragraphs(rules.WORDS_MOST), "")
    if deed == "decline" and reason == "own" and not words:
        form.refuse("text", N_("Please choose a reason, or say it in your own words."))
    return reason, words


async def _index(request: Request, tab: str, status: int = 200, wrong: str = "") -> Response:
    person_id, now, locale = request.state.person.id, kernel_of(request).clock.now(), locale_of(request)
    async with kernel_of(request).database.read() as session:
        viewer = await viewer_of(session, person_id)
        found = await queries.listed(session, person_id, viewer.organisations, now, sent=tab == "sent")
        organisations = await own_organisations(session, viewer)
        budgets = [(each, await queries.budget(session, each.id, now)) for each in organisations]
        waiting = await queries.waiting_count(session, viewer.organisations, now)
    await _seen(request, [each.id for each in found])
    _ = translations(locale).gettext
    return page(
        request,
        "contacts/index.html",
        status,
        tab=tab,
        requests=[(each, each.state(now)) for each in found],
        budgets=budgets,
        waiting=waiting,
        speaks_for=viewer.speaks_for,
        wrong=wrong,
        reasons=[(code, _(text)) for code, text in rules.REASONS.items() if text],
        words_most=rules.WORDS_MOST,
        state_names=STATE_NAMES,
        state_marks=STATE_MARKS,
        daily=rules.DAILY,
    )


async def _seen(request: Request, ids: list[str]) -> None:
    """Whoever looks at the list has seen what they were told about its requests."""
    async with kernel_of(request).database.read() as session:
        unseen = [each for each in ids if await newsroom.has_unseen(session, request.state.person.id, each)]
    if unseen:
        seeing = partial(newsroom.see, person_id=request.state.person.id, subjects=unseen)
        await kernel_of(request).database.write_if_possible(seeing)


async def _form(request: Request, form: Form, status: int = 200) -> Response:
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        receiver = await _receiver(request, session)
        viewer = await viewer_of(session, request.state.person.id)
        organisations = [each for each in await own_organisations(session, viewer) if each.id != receiver.id]
        rates = await queries.response_rates(session, [receiver.id], now)
        budgets = {each.id: await queries.budget(session, each.id, now) for each in organisations}
    return page(
        request,
        "contacts/ask.html",
        status,
        form=form,
        receiver=receiver,
        rate=rates.get(receiver.id),
        organisations=organisations,
        budgets=budgets,
        spent=bool(organisations) and not any(each.open for each in budgets.values()),
        why_spent=WHY_NOT["spent"],
        text_most=rules.TEXT_MOST,
        text_least=rules.TEXT_LEAST,
        daily=rules.DAILY,
        cid=new_id(),
        **_choices(organisations),
    )


def _choices(organisations: list[Own]) -> dict[str, Any]:
    return {"choices": [(each.id, each.name) for each in organisations]}


async def _receiver(request: Request, session: AsyncSession) -> Organisation:
    organisation_id = _organisation_id(request)
    found = await session.get(Organisation, organisation_id)
    if found is None or await session.get(Removal, organisation_id) is not None:
        raise not_found()
    return found


def _organisation_id(request: Request) -> str:
    found: str = request.path_params["organisation"]
    if not is_id(found):
        raise not_found()
    return found


def a_sentence(typed: str) -> str:
    """The rule for what is asked and offered. Raises UnacceptableError."""
    clean = paragraphs(rules.TEXT_MOST)(typed)
    if len(clean) < rules.TEXT_LEAST:
        raise UnacceptableError(N_("A sentence, please: at least %(least)s characters."), least=rules.TEXT_LEAST)
    return clean


routes = [
    *taking.routes,
    Route("/contacts", index, name="contacts"),
    Route("/contacts/to/{organisation}", ask, name="ask_for_contact"),
    Route("/contacts/to/{organisation}", send, methods=["POST"], name="send_contact_request"),
    Route("/contacts/{request}/{deed}", answer, methods=["POST"], name="answer_contact_request"),
]
