"""What happens to an organisation happens to its products, where it is to be found of them."""

from collections.abc import Callable

from sqlalchemy import update

from directory.organisations.events import FOUND_BY, OrganisationChanged, OrganisationRemoved, OrganisationReturned
from directory.products.events import ProductChanged, ProductMade, ProductRemoved, ProductReturned
from directory.products.model import Product
from server.kernel.parts import Kernel

# Fields of an organisation by which its products are found, too; see `documents.document`.
SHARED = frozenset(
    {
        "name",
        "kind",
        "size",
        "stage",
        "country",
        "place",
        "latitude",
        "longitude",
        "visibility",
        "industry",
        "technology",
    }
)


def listen(kernel: Kernel) -> None:
    """Have the search hear of products whose organisation is another one now, or gone, or back."""

    async def touch(organisation_id: str) -> None:
        async with kernel.database.write() as uow:
            mine = update(Product).where(Product.organisation_id == organisation_id)
            await uow.session.execute(mine.values(updated_at=uow.clock.now()))

    async def changed(happened: OrganisationChanged) -> None:
        if happened.fields & SHARED:
            await touch(happened.organisation_id)

    async def removed_or_back(happened: OrganisationRemoved | OrganisationReturned) -> None:
        await touch(happened.organisation_id)

    kernel.events.on(OrganisationChanged, changed)
    kernel.events.on(OrganisationRemoved, removed_or_back)
    kernel.events.on(OrganisationReturned, removed_or_back)


def wake_search(kernel: Kernel, ring: Callable[[], None]) -> None:
    """Have the search look at once when something of the directory is another one: it follows rows by itself, too.

    Called after `listen`, so that the products of an organisation have been touched by then.
    """

    async def woken(_happened: object) -> None:
        ring()

    for kind in (*FOUND_BY, ProductMade, ProductChanged, ProductRemoved, ProductReturned):
        kernel.events.on(kind, woken)
