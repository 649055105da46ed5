"""A search over shelves that these tests fill, on either ground."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from directory.search.asking import Asked
from directory.search.documents import Catalogue, Viewer
from directory.search.folder import Written
from directory.search.parts import Page, Search
from server.kernel.parts import Kernel
from tests.directory.search.region import Shelf

ANYBODY = Viewer(None, "en")


@dataclass
class Place:
    """A search that writes only when a test says so."""

    kernel: Kernel
    search: Search
    organisations: Shelf
    products: Shelf
    written: Written

    async def follow(self) -> int:
        """Index what changed since the last time; how many rows that were."""
        return await self.search.following.sweep(self.written)

    async def page(self, words: str = "", viewer: Viewer = ANYBODY, **more: object) -> Page:
        """What a viewer finds."""
        return await self.search.page(viewer, Asked(words=words, **more))  # type: ignore[arg-type]

    async def ids(self, words: str = "", viewer: Viewer = ANYBODY, **more: object) -> list[str]:
        """The ids of what a viewer sees."""
        return [hit.card.id for hit in (await self.page(words, viewer, **more)).hits]


@pytest.fixture
async def place(bare_kernel: Kernel) -> AsyncIterator[Place]:
    """Two empty shelves, and an empty index of them."""
    catalogue = Catalogue()
    organisations, products = Shelf("organisation"), Shelf("product")
    catalogue.add(organisations)
    catalogue.add(products)
    search = Search.build(bare_kernel, catalogue)
    made = Place(bare_kernel, search, organisations, products, await search.following.opened())
    yield made
    made.written.close()
    await search.stop()


@pytest.fixture
def looks_back(place: Place) -> Callable[[], None]:
    """Have the next sweep look back, as it does now and then."""

    def now() -> None:
        place.search.following._looked_back = float("-inf")

    return now
