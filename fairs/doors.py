"""The way into a fair's pages: which fair an address means, and who comes."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairs import queries
from fairs.model import Fair
from fairs.rules import is_staff
from fairs.shown import FairShown
from people.model import Person
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.render import locale_of


@dataclass(frozen=True)
class Visit:
    """Somebody at a fair's page. Without roles: not in the fair, or banned."""

    fair: Fair
    shown: FairShown
    person: Person | None
    roles: frozenset[str]

    @property
    def staff(self) -> bool:
        """Whether they keep order here."""
        return is_staff(self.roles)

    @property
    def organiser(self) -> bool:
        """Whether they run the fair."""
        return "organiser" in self.roles

    @property
    def makes_programme(self) -> bool:
        """Whether they make what is on: who runs the fair, or the platform."""
        return self.organiser or bool(self.person and self.person.admin)


async def visit(request: Request, session: AsyncSession) -> Visit:
    """Who comes to which fair. Raises ProblemError 404 for a fair that is not there."""
    fair = await queries.by_slug(session, request.path_params["fair"])
    if fair is None:
        raise not_found()
    person: Person | None = request.state.person
    roles = await queries.roles_in(session, fair.slug, person.id) if person else frozenset[str]()
    if roles:
        request.state.fair_path = f"/fairs/{fair.slug}"
    return Visit(fair, FairShown.of(fair, kernel_of(request).clock.now(), locale_of(request)), person, roles)
