"""What happens to an organisation happens to its needs where they are found; and what happens to institutions and
their networks ends that they stand between.

Who may know is decided in every query (`knowing.may_stand`), so nothing hangs on this coming at once, or at all: the
job that looks after waiting answers finds what was missed.
"""

from sqlalchemy import select

from directory.needs import sifting
from directory.needs.model import Need
from directory.organisations.events import OrganisationChanged, OrganisationRemoved, OrganisationReturned
from directory.partners.events import NetworkLeft
from directory.search.changes import touched
from server.kernel.parts import Kernel

# Fields of an organisation that stand with its needs where they are found, see `documents`.
SHARED = frozenset({"name", "visibility", "latitude", "longitude"})


def listen(kernel: Kernel) -> None:
    """Have the search hear of needs whose organisation is another one now, or gone, or back; and answers come to the
    owners when nobody stands between any more."""

    async def changed(happened: OrganisationChanged) -> None:
        if happened.fields & SHARED:
            await look_again(happened.organisation_id)

    async def gone_or_back(happened: OrganisationRemoved | OrganisationReturned) -> None:
        await look_again(happened.organisation_id)

    async def look_again(organisation_id: str) -> None:
        async with kernel.database.write() as uow:
            needs = await uow.session.scalars(select(Need.id).where(Need.organisation_id == organisation_id))
            await touched(uow, "need", needs.all())

    kernel.events.on(OrganisationChanged, changed)
    kernel.events.on(OrganisationRemoved, gone_or_back)
    kernel.events.on(OrganisationReturned, gone_or_back)

    async def left(happened: NetworkLeft) -> None:
        await end(happened.partner_id, happened.by_id)

    async def removed(happened: OrganisationRemoved) -> None:
        await end(happened.organisation_id, happened.by_id)

    async def end(partner_id: str, by_id: str | None) -> None:
        async with kernel.database.write() as uow:
            await sifting.end_where_gone(uow, partner_id, by_id=by_id)

    kernel.events.on(NetworkLeft, left)
    kernel.events.on(OrganisationRemoved, removed)
