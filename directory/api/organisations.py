"""Organisations for programs: read as anybody may, changed by those who manage them, by the rules of the forms."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import by_rules, text_fields
from directory.api.shapes.organisations import (
    LISTS,
    Organisation,
    OrganisationChange,
    OrganisationNew,
    OrganisationPage,
    OrganisationQuery,
)
from directory.contacts.queries import response_rates
from directory.organisations import actions
from directory.organisations import queries as organisation_queries
from directory.organisations.domains import domain_of, is_claimable
from directory.organisations.fields import RULES
from directory.organisations.model import Organisation as Row
from directory.organisations.pages.edit import MADE
from people.limits import may
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def many(call: Call) -> Response:
    """A page of the organisations that one may see."""
    query: OrganisationQuery = call.query
    wanted = queries.WantedOrganisations(query.updated_since, query.kind, query.country, query.industry, query.partner)
    async with call.kernel.database.read() as session:
        found = await queries.organisations(session, call.person_id, wanted, answering.mark_in(query), query.limit + 1)
        fields = await queries.organisation_fields(session, [one.id for one in found])
        sources = await organisation_queries.sources_of(session, found)
        licences = await organisation_queries.licences_of(session, [each for kept in sources.values() for each in kept])
        rates = await response_rates(session, [one.id for one in found], call.kernel.clock.now())
    shown = [
        Organisation.of(one, fields[one.id], sources[one.id], licences, rates.get(one.id), call.site) for one in found
    ]
    return answering.page(call, shown, [answering.cursor(one.updated_at, one.id) for one in found])


async def one(call: Call) -> Response:
    """One organisation."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await shown_of(call, session, call.id))


async def create(call: Call) -> Response:
    """Make one, unless its website is known already."""
    given: OrganisationNew = call.body
    values = _clean(call, given)
    if not given.another:
        await _refuse_known(call, values.get("website", ""))
    await may(call.request, "organisation", MADE)
    async with call.kernel.database.write() as uow:
        slug = await actions.create(uow, values, by_id=call.by_id)
        seen = await organisation_queries.by_slug(uow.session, slug, call.person)
        if seen is None:
            raise not_found()
        shown = await shown_of(call, uow.session, seen.organisation.id)
    return answering.record(call, shown, 201, f"{VERSION}/organisations/{shown.id}")


async def change(call: Call) -> Response:
    """Change one."""
    given: OrganisationChange = call.body
    values = _clean(call, given)
    async with call.kernel.database.write() as uow:
        row = await edited(call, uow, call.id)
        answering.check_match(call.request, await shown_of(call, uow.session, row.id))
        await actions.edit(uow, row.id, values, by_id=call.by_id)
        await uow.session.refresh(row)
        shown = await shown_of(call, uow.session, row.id)
    return answering.record(call, shown)


async def edited(call: Call, uow: UnitOfWork, organisation_id: str) -> Row:
    """An organisation that is about to be changed, locked. Raises ProblemError 404 where it is not there for the one
    whose token it is, 403 where they do not edit it."""
    row = await queries.organisation(uow.session, call.person_id, organisation_id, locked=True)
    if row is None:
        raise not_found()
    seen = await organisation_queries.by_slug(uow.session, row.slug, call.person)
    if seen is None or not seen.standing.edits:
        raise ProblemError(403, "forbidden", "You do not manage this organisation.")
    return row


async def shown_of(call: Call, session: AsyncSession, organisation_id: str) -> Organisation:
    """An organisation as its program sees it. Raises ProblemError 404."""
    row = await queries.organisation(session, call.person_id, organisation_id)
    if row is None:
        raise not_found()
    fields = await organisation_queries.fields_of(session, row.id)
    sources = (await organisation_queries.sources_of(session, [row]))[row.id]
    licences = await organisation_queries.licences_of(session, sources)
    rate = (await response_rates(session, [row.id], call.kernel.clock.now())).get(row.id)
    return Organisation.of(row, fields, sources, licences, rate, call.site)


async def _refuse_known(call: Call, website: str) -> None:
    domain = domain_of(website)
    if not is_claimable(domain):
        return
    async with call.kernel.database.read() as session:
        known = await organisation_queries.at_domain(session, call.by_id, domain)
    if known:
        found = [{"id": one.id, "name": one.name} for one in known]
        detail = "Records with this website are there already. Send another: true where it is another organisation."
        raise ProblemError(409, "known", detail, organisations=found)


def _clean(call: Call, given: OrganisationChange) -> dict[str, Any]:
    """Clean values of what was given, by the record's fields. Raises ProblemError 409."""
    return by_rules(call, _by_field(given), RULES)


def _by_field(given: OrganisationChange) -> dict[str, tuple[str, Any]]:
    """What was given: by the record's fields, where it stands in the body and its value."""
    names = given.model_fields_set - {"texts", "links", "locations", "another"}
    found = {LISTS.get(name, name): (f"/{name}", getattr(given, name)) for name in names}
    found |= text_fields(given)
    if "links" in given.model_fields_set:
        found["links"] = ("/links", [(one.label, one.url) for one in given.links])
    if "locations" in given.model_fields_set:
        found["locations"] = ("/locations", [tuple(one.model_dump().values()) for one in given.locations])
    return found


operations = [
    Operation(
        "GET", "/organisations", "list_organisations", Access.API,
        N_("Organisations, in the order in which they last changed"), many, OrganisationPage, OrganisationQuery,
        about=N_("To keep a copy, read all pages, keep the last cursor, and go on from there later."),
    ),
    Operation(
        "POST", "/organisations", "create_organisation", Access.API_ORGANISATIONS,
        N_("Make an organisation"), create, Organisation, body=OrganisationNew, status=201, refusals=(409,),
        about=N_("You become its administrator. 409 known: a record has this website already."),
    ),
    Operation(
        "GET", "/organisations/{id}", "get_organisation", Access.API,
        N_("One organisation"), one, Organisation,
    ),
    Operation(
        "PATCH", "/organisations/{id}", "change_organisation", Access.API_ORGANISATIONS,
        N_("Change an organisation that you manage"), change, Organisation, body=OrganisationChange,
        refusals=(403, 409, 412),
        about=N_("What is left out stays. What you change here, imports leave alone from then on."),
    ),
]  # fmt: skip
