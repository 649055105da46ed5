"""Who a token speaks for, and what it opens."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.shapes.values import Id, Moment, Shown, coded
from directory.organisations import queries
from directory.organisations.rules import ROLES, may_edit
from server.kernel.access import SCOPES, Access
from web.i18n import N_


class OwnOrganisation(Shown):
    """An organisation of the one whose token it is."""

    id: Id
    name: str
    kind: str
    role: Annotated[str, coded(ROLES)]
    manages: bool = Field(description=N_("Whether the token may change it, where its scopes allow that."))


class Token(Shown):
    """The token of the request."""

    name: str
    scopes: list[Annotated[str, coded(SCOPES.values())]]
    expires_at: Moment


class Me(Shown):
    """The one whose token it is."""

    id: Id
    name: str
    token: Token
    organisations: list[OwnOrganisation]


async def me(call: Call) -> Response:
    """Who the token speaks for."""
    async with call.kernel.database.read() as session:
        ours = await queries.ours(session, call.by_id)
    holder = call.request.state.token
    expires_at: datetime = holder.expires_at
    shown = Me(
        id=call.by_id,
        name=call.person.name,
        token=Token(name=holder.name, scopes=sorted(holder.scopes), expires_at=expires_at),
        organisations=[
            OwnOrganisation(id=one.id, name=one.name, kind=one.kind, role=one.role, manages=may_edit(one.role))
            for one in ours
        ],
    )
    return answering.record(call, shown)


operations = [Operation("GET", "/me", "get_me", Access.API_TOKEN, N_("Whose token it is, and what it opens"), me, Me)]
