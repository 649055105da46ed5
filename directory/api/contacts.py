"""Requests for contact for programs, by the rules and the budget of the pages."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import problem_of, ruled
from directory.api.shapes.contacts import Budget, Contact, ContactAnswer, ContactNew, ContactPage, ContactQuery
from directory.contacts import actions, rules
from directory.contacts import queries as contact_queries
from directory.contacts.actions import RefusedError, Wish
from directory.contacts.pages import REQUESTS, WHY_NOT, WHY_NOT_ANSWERED, a_sentence
from directory.speaking import may_speak, viewer_of
from people.limits import may
from people.text import paragraphs
from server.kernel.access import Access
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import new_id
from web.i18n import N_


async def many(call: Call) -> Response:
    """The requests that came to one's organisations, or were sent by them."""
    query: ContactQuery = call.query
    async with call.kernel.database.read() as session:
        viewer, now = await viewer_of(session, call.by_id), call.kernel.clock.now()
        found = await contact_queries.listed(session, call.by_id, viewer.organisations, now, sent=query.sent)
    return answering.whole(call, [Contact.of(each, now, call.site) for each in found])


async def one(call: Call) -> Response:
    """One request."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _shown(call, session, call.id))


async def ask(call: Call) -> Response:
    """Ask an organisation for contact."""
    given: ContactNew = call.body
    asks = ruled(call, "/asks", lambda: a_sentence(given.asks))
    offers = ruled(call, "/offers", lambda: a_sentence(given.offers))
    async with call.kernel.database.read() as session:
        if await queries.organisation(session, call.by_id, given.receiver) is None:
            raise not_found()
    await may(call.request, "contact request", REQUESTS)
    wish = Wish(given.cid or new_id(), asks, offers)
    try:
        async with call.kernel.database.write() as uow:
            made = await actions.ask(uow, wish, from_id=given.sender, to_id=given.receiver, by_id=call.by_id)
            shown = await _shown(call, uow.session, made.id)
    except RefusedError as refused:
        raise problem_of(call, refused.code, WHY_NOT) from None
    return answering.record(call, shown, 201, f"{VERSION}/contacts/{shown.id}")


async def answer(call: Call) -> Response:
    """Accept a request, decline it, or say that it is not relevant."""
    given: ContactAnswer = call.body
    words = ruled(call, "/text", lambda: paragraphs(rules.WORDS_MOST)(given.text))
    try:
        async with call.kernel.database.write() as uow:
            await _shown(call, uow.session, call.id)
            if given.do == rules.ACCEPTED:
                await actions.accept(uow, call.id, by_id=call.by_id)
            elif given.do == rules.DECLINED:
                await actions.decline(uow, call.id, by_id=call.by_id, reason=given.reason, text=words)
            else:
                await actions.mark_not_relevant(uow, call.id, by_id=call.by_id)
            await uow.session.flush()
            shown = await _shown(call, uow.session, call.id)
    except RefusedError as refused:
        if refused.code == "not_there":  # it is seen, but not theirs to answer
            raise ProblemError(403, "forbidden", "You do not speak for the organisation that is asked.") from None
        raise problem_of(call, refused.code, WHY_NOT_ANSWERED) from None
    return answering.record(call, shown)


async def budget(call: Call) -> Response:
    """What an organisation can send now."""
    async with call.kernel.database.read() as session:
        if await queries.organisation(session, call.by_id, call.id) is None:
            raise not_found()
        if not await may_speak(session, call.id, call.by_id):
            raise ProblemError(403, "forbidden", "You do not speak for this organisation.")
        found = await contact_queries.budget(session, call.id, call.kernel.clock.now())
    return answering.record(call, Budget.of(found))


async def _shown(call: Call, session: AsyncSession, request_id: str) -> Contact:
    viewer = await viewer_of(session, call.by_id)
    found = await contact_queries.request(session, call.by_id, viewer.organisations, request_id)
    if found is None:
        raise not_found()
    return Contact.of(found, call.kernel.clock.now(), call.site)


operations = [
    Operation("GET", "/contacts", "list_contacts", Access.API_CONTACTS,
              N_("Requests for contact that came to your organisations, or were sent by them"), many, ContactPage,
              ContactQuery),
    Operation("POST", "/contacts", "ask_for_contact", Access.API_CONTACTS, N_("Ask an organisation for contact"), ask,
              Contact, body=ContactNew, status=201, refusals=(403, 404, 409),
              about=N_("Each takes one of a day's budget, which comes back when it is answered.")),
    Operation("GET", "/contacts/{id}", "get_contact", Access.API_CONTACTS, N_("One request for contact"), one, Contact),
    Operation("POST", "/contacts/{id}/answer", "answer_contact", Access.API_CONTACTS,
              N_("Accept it, decline it, or say that it is not relevant"), answer, Contact, body=ContactAnswer,
              refusals=(403, 409)),
    Operation("GET", "/organisations/{id}/budget", "get_budget", Access.API_CONTACTS,
              N_("How many requests for contact an organisation can send now"), budget, Budget, refusals=(403,)),
]  # fmt: skip
