"""What happens to institutions and their networks ends that they stand between.

Who may know is decided in every query (`knowing.may_stand`), so nothing hangs on this coming at once, or at all: the
job that looks after waiting answers finds what was missed.
"""

from directory.needs import sifting
from directory.organisations.events import OrganisationRemoved
from directory.partners.events import NetworkLeft
from server.kernel.parts import Kernel


def listen(kernel: Kernel) -> None:
    """Have answers come to the owners when nobody stands between any more."""

    async def left(happened: NetworkLeft) -> None:
        await end(happened.partner_id, happened.by_id)

    async def removed(happened: OrganisationRemoved) -> None:
        await end(happened.organisation_id, happened.by_id)

    async def end(partner_id: str, by_id: str | None) -> None:
        async with kernel.database.write() as uow:
            await sifting.end_where_gone(uow, partner_id, by_id=by_id)

    kernel.events.on(NetworkLeft, left)
    kernel.events.on(OrganisationRemoved, removed)
