"""Who stands behind this network, and each partner's own landing page of the directory."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import jsonld
from directory.organisations import queries as organisations
from directory.organisations.documents import OrganisationSource
from directory.organisations.doors import found
from directory.organisations.parts import Section
from directory.organisations.queries import Seen
from directory.organisations.shown import Shown, picture
from directory.organisations.vocabulary import KINDS
from directory.partners import look, queries
from directory.partners.hosts import own_host_of, page_of
from directory.partners.model import Partner
from directory.search.documents import Viewer
from people.model import Person
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.engines import head_of, speak_as_asked
from web.i18n import LOCALES
from web.paging import offset_in
from web.render import locale_of, page

PAGE = 30  # organisations on a page
_SOURCE = OrganisationSource()


@dataclass(frozen=True)
class Face:
    """A partner in a list."""

    name: str
    path: str
    id: str
    logo: str
    count: int


async def index(request: Request) -> Response:
    """All partners."""
    speak_as_asked(request)
    person: Person | None = request.state.person
    async with kernel_of(request).database.read() as session:
        all_of_them = await queries.partners(session, person.id if person else None)
    faces = [_face(each) for each in all_of_them]
    return page(request, "partners/index.html", faces=faces, layout=layout(request), **head_of(request, "/partners"))


async def show(request: Request) -> Response:
    """A partner's landing page: who it is, and the organisations of its network."""
    speak_as_asked(request)
    person: Person | None = request.state.person
    viewer = Viewer(person.id if person else None, locale_of(request))
    async with kernel_of(request).database.read() as session:
        seen, partner = await admitted(request, session)
        kinds = await queries.kinds(session, viewer.person_id, seen.organisation.id)
        kind, after = _kind(request, kinds), offset_in(request)
        ids = await queries.network(
            session, viewer.person_id, seen.organisation.id, kind=kind, limit=PAGE + 1, after=after
        )
        cards = await _SOURCE.cards(session, viewer, ids[:PAGE])
        fields = await organisations.fields_of(session, seen.organisation.id)
        host = await queries.host_of(session, seen.organisation.id)
        works_there = await at_desk(session, seen)
    settings, here = kernel_of(request).settings, own_host_of(request)
    shown = Shown.of(seen.organisation, fields, locale_of(request))
    at_ours = f"/partners/{seen.organisation.slug}"
    path = "/" if here else at_ours
    return page(
        request,
        "partners/show.html",
        shown=shown,
        data=jsonld.script([jsonld.organisation(shown, settings.public_url)]),
        partner=partner,
        standing=seen.standing,
        at_desk=works_there,
        path=path,
        total=sum(kinds.values()),
        kinds=[(KINDS.name(each, locale_of(request)), f"{path}?kind={each}", number) for each, number in kinds.items()],
        kind=f"{path}?kind={kind}" if kind else path,
        cards=[cards[each] for each in ids[:PAGE] if each in cards],
        first=after == 0,
        onward=f"{path}?{'kind=' + kind + '&' if kind else ''}after={after + PAGE}" if len(ids) > PAGE else "",
        # At its own host links lead to ours, where accounts are.
        site=settings.public_url if here else "",
        at_ours=at_ours,
        canonical=page_of(settings, seen.organisation, host),
        asked_lang=request.query_params.get("lang", ""),
        locales=LOCALES,
        layout=layout(request),
    )


async def sheet(request: Request) -> Response:
    """The style sheet with a partner's look: the content security policy lets no style stand in a page."""
    async with kernel_of(request).database.read() as session:
        _, partner = await admitted(request, session)
    if not (partner.accent or partner.face):
        raise not_found()
    headers = {"cache-control": "public, max-age=300"}
    return Response(look.stylesheet(partner.accent, partner.face), media_type="text/css", headers=headers)


async def section(request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """On an organisation's page: whose networks it belongs to; on a partner's: the way to its network."""
    person: Person | None = request.state.person
    networks = await queries.networks_of(session, person.id if person else None, seen.organisation.id)
    partner = await queries.partner(session, seen.organisation.id)
    may_appoint = seen.standing.admin
    if not networks and partner is None and not may_appoint:
        return None
    context = {"faces": [_face(each) for each in networks], "is_partner": partner is not None, "admin": may_appoint}
    return Section("partners/section.html", context)


async def admitted(request: Request, session: AsyncSession) -> tuple[Seen, Partner]:
    """The partner that the address names, as far as the viewer may see it. Raises ProblemError 404."""
    seen = await found(request, session)
    partner = await queries.partner(session, seen.organisation.id)
    if partner is None or seen.removed is not None or seen.moved_to is not None:
        raise not_found()
    return seen, partner


async def at_desk(session: AsyncSession, seen: Seen) -> bool:
    """Whether the viewer works at the partner's desk: its editors, and those whom it has named to care for its
    network."""
    person_id = seen.standing.person_id
    if seen.standing.edits or person_id is None:
        return seen.standing.edits
    return await queries.moderates(session, seen.organisation.id, person_id)


def layout(request: Request) -> str:
    """The frame for who is signed in, the plain one for everybody else."""
    return "layouts/app.html" if request.state.person else "layouts/plain.html"


def _face(shown: queries.PartnerShown) -> Face:
    return Face(shown.name, f"/partners/{shown.slug}", shown.id, picture(shown.logo), shown.count)


def _kind(request: Request, kinds: dict[str, int]) -> str:
    wanted = request.query_params.get("kind", "")
    return wanted if wanted in kinds else ""


routes = [
    Route("/partners", index, name="partners"),
    Route("/partners/{slug}", show, name="partner"),
    Route("/partners/{slug}/look.css", sheet, name="partner_look"),
]
