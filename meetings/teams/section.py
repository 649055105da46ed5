"""The way to an organisation's team, on the page of the organisation."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.organisations.parts import Section
from directory.organisations.queries import Seen
from meetings.teams.queries import to_ask


async def bring(request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """Ask the team for a meeting, at the latest fair at which the viewer is and the team takes meetings."""
    person = request.state.person
    slug = await to_ask(session, person.id, seen.organisation.id) if person else ""
    if not slug:
        return None
    return Section("meetings/team_section.html", {"path": f"/fairs/{slug}/meetings/with-team/{seen.organisation.id}"})
