"""Partner institutions for programs. The organisations of a network are a list of organisations, narrowed to it."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import Call, Operation
from directory.api.ruling import ruled
from directory.api.shapes.common import Paged
from directory.api.shapes.partners import Figures, PartnerChange, PartnerPage, PartnerShown
from directory.organisations.parts import organisations_of
from directory.organisations.policy import Standing
from directory.organisations.queries import by_id
from directory.partners import actions, host_rules, look
from directory.partners import queries as partner_queries
from directory.partners.actions import RefusedError
from directory.partners.pages.hosts import own_name
from directory.partners.statistics import statistics
from server.kernel.access import Access
from server.kernel.bearer import token_wanted
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def many(call: Call) -> Response:
    """A page of the partners that one may see."""
    query: Paged = call.query
    after = answering.mark_in(query)
    async with call.kernel.database.read() as session:
        found = await queries.partners(session, call.person_id, after.id if after else None, query.limit + 1)
    shown = [PartnerShown.of(one, call.kernel.settings) for one in found]
    return answering.page(call, shown, [answering.cursor(one.since, one.id) for one in shown])


async def one(call: Call) -> Response:
    """One partner."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _shown(call, session))


async def figures(call: Call) -> Response:
    """A partner's network in figures, for its own people."""
    if call.person is None:
        raise token_wanted()
    async with call.kernel.database.read() as session:
        await own_partner(call, session)
        counters = organisations_of(call.request).counters
        found = await statistics(session, call.by_id, call.id, counters, call.kernel.clock.now())
    return answering.record(call, Figures.of(found))


async def change(call: Call) -> Response:
    """Give a partner's pages another colour, or have them stand at a host of its own."""
    given: PartnerChange = call.body
    settings = call.kernel.settings
    async with call.kernel.database.write() as uow:
        standing = await own_partner(call, uow.session, edits=True)
        answering.check_match(call.request, await _shown(call, uow.session))
        if "accent" in given.model_fields_set:
            accent = ruled(call, "/accent", lambda: look.accent(given.accent))
            await actions.take_colour(uow, call.id, accent)
        if "face" in given.model_fields_set:
            await actions.take_face(uow, call.id, ruled(call, "/face", lambda: look.face(given.face)))
        if "host" in given.model_fields_set:
            host = ruled(call, "/host", lambda: host_rules.own_host(given.host, own_name(settings)))
            await _take_host(call, uow, standing, host)
        await uow.session.flush()
        shown = await _shown(call, uow.session)
    return answering.record(call, shown)


async def appoint(call: Call) -> Response:
    """Make an organisation a partner; one that is stays so."""
    async with call.kernel.database.write() as uow:
        await _check_appoints(call, uow.session)
        await actions.appoint(uow, call.id, by_id=call.by_id)
        shown = await _shown(call, uow.session)
    return answering.record(call, shown)


async def dismiss(call: Call) -> Response:
    """End a partnership."""
    async with call.kernel.database.write() as uow:
        await _check_appoints(call, uow.session)
        await actions.dismiss(uow, call.id, by_id=call.by_id)
    return Response(status_code=204)


async def bring(call: Call) -> Response:
    """Take an organisation into the network."""
    organisation_id = call.named("organisation")
    async with call.kernel.database.write() as uow:
        await own_partner(call, uow.session)
        if await queries.organisation(uow.session, call.person_id, organisation_id) is None:
            raise not_found()
        try:
            await actions.bring(uow, call.id, organisation_id, by_id=call.by_id)
        except RefusedError as refused:
            if refused.code == "not_a_partner":  # it ended at this moment
                raise not_found() from None
            raise ProblemError(409, refused.code, "An institution is no member of its own network.") from None
    return Response(status_code=204)


async def let_go(call: Call) -> Response:
    """Take an organisation out of the network."""
    async with call.kernel.database.write() as uow:
        await own_partner(call, uow.session)
        await actions.let_go(uow, call.id, call.named("organisation"), by_id=call.by_id)
    return Response(status_code=204)


async def _take_host(call: Call, uow: UnitOfWork, standing: Standing, host: str) -> None:
    if not standing.admin:
        raise ProblemError(403, "forbidden", "Only who runs this platform sets a partner's host.")
    try:
        await actions.take_host(uow, call.id, host, by_id=call.by_id)
    except RefusedError as refused:
        raise ProblemError(409, refused.code, "Another partner has this name.") from None


async def own_partner(call: Call, session: AsyncSession, *, edits: bool = False) -> Standing:
    """Where the program stands to the partner of the address, for whose network it cares; for its look it edits it.
    Raises ProblemError 404 and 403."""
    standing = await _standing(call, session)
    if await partner_queries.partner(session, call.id) is None:
        raise not_found()
    moderates = not edits and await partner_queries.moderates(session, call.id, call.by_id)
    if not (standing.edits or moderates):
        raise ProblemError(403, "forbidden", "You do not manage this partner.")
    return standing


async def _standing(call: Call, session: AsyncSession) -> Standing:
    seen = await by_id(session, call.id, call.person)
    if seen is None or seen.removed is not None:
        raise not_found()
    return seen.standing


async def _check_appoints(call: Call, session: AsyncSession) -> None:
    """Be sure that there is an organisation, and that who runs the platform asks. Raises ProblemError 404 and 403."""
    await _standing(call, session)
    if not call.person.admin:
        raise ProblemError(403, "forbidden", "Only who runs this platform appoints partners.")


async def _shown(call: Call, session: AsyncSession) -> PartnerShown:
    found = await queries.partner(session, call.person_id, call.id)
    if found is None:
        raise not_found()
    return PartnerShown.of(found, call.kernel.settings)


operations = [
    Operation(
        "GET", "/partners", "list_partners", Access.API, N_("Partner institutions"), many, PartnerPage, Paged,
        about=N_("For the organisations of a network, ask for organisations with the parameter partner."),
    ),
    Operation("GET", "/partners/{id}", "get_partner", Access.API, N_("One partner institution"), one, PartnerShown),
    Operation(
        "PUT", "/partners/{id}", "appoint_partner", Access.API_ORGANISATIONS,
        N_("Make an organisation a partner institution"), appoint, PartnerShown, refusals=(403,),
        about=N_("For who runs the platform."),
    ),
    Operation(
        "PATCH", "/partners/{id}", "change_partner", Access.API_ORGANISATIONS,
        N_("Change the look of a partner that you manage"), change, PartnerShown, body=PartnerChange,
        refusals=(403, 409, 412),
    ),
    Operation(
        "DELETE", "/partners/{id}", "dismiss_partner", Access.API_ORGANISATIONS, N_("End a partnership"), dismiss,
        status=204, refusals=(403,),
        about=N_("For who runs the platform. The organisations that it brought stay in the directory."),
    ),
    Operation(
        "PUT", "/partners/{id}/organisations/{organisation}", "bring_organisation", Access.API_ORGANISATIONS,
        N_("Take an organisation into the network of a partner that you manage"), bring, status=204,
        refusals=(403, 409),
    ),
    Operation(
        "DELETE", "/partners/{id}/organisations/{organisation}", "let_organisation_go", Access.API_ORGANISATIONS,
        N_("Take an organisation out of the network of a partner that you manage"), let_go, status=204,
        refusals=(403,),
    ),
    Operation(
        "GET", "/partners/{id}/statistics", "get_partner_statistics", Access.API,
        N_("The network of a partner that you manage, in figures"), figures, Figures, refusals=(403,),
    ),
]  # fmt: skip
