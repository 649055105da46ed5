"""The desk of those who stand between both sides, for programs: what waits, passed on or returned as at the page."""

from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.ruling import problem_of, ruled
from directory.api.shapes.between import Held, HeldPage, Sifted
from directory.needs import between, forms, ladder, sifting
from directory.needs.actions import RefusedError
from directory.needs.answering import Reply
from directory.needs.pages.answers import WHY_NOT
from directory.needs.pages.common import STEPS
from directory.speaking import viewer_of
from people.limits import may
from server.kernel.access import Access
from server.kernel.ids import new_id
from web.i18n import N_
from web.render import locale_of


async def waiting(call: Call) -> Response:
    """What waits for the institutions that somebody speaks for."""
    async with call.kernel.database.read() as session:
        found = await between.waiting(session, await viewer_of(session, call.by_id))
    locale = locale_of(call.request)
    return answering.whole(call, [Held.of(one, locale, call.site) for one in found])


async def sift(call: Call) -> Response:
    """Pass an answer on, or return it with a reason."""
    given: Sifted = call.body
    returned = given.do == "returned"
    text = ruled(call, "/text", lambda: forms.said(ladder.TEXT_MOST)(given.text)) if returned else ""
    await may(call.request, "need step", STEPS)
    said = Reply(given.cid or new_id(), text, "own" if returned else "")
    try:
        async with call.kernel.database.write() as uow:
            await sifting.sift(uow, call.id, given.do, said, by_id=call.by_id)
    except RefusedError as refused:
        raise problem_of(call, refused.code, WHY_NOT) from None
    return Response(status_code=204)


operations = [
    Operation("GET", "/between", "list_waiting", Access.API_CONTACTS,
              N_("The answers for which your institution stands between, and which wait"), waiting, HeldPage),
    Operation("POST", "/between/{id}", "sift_answer", Access.API_CONTACTS,
              N_("Pass an answer on to the owner of the need, or return it with a reason"), sift, status=204,
              body=Sifted, refusals=(409,)),
]  # fmt: skip
