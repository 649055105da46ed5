"""The directory as one feature: its parts in order, joined where one stands on another, and what they show.

Everything else in this package is a part, and knows nothing of this file.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from starlette.routing import BaseRoute

import directory.connectors.pages
import directory.contacts.pages
import directory.imports.actions
import directory.imports.pages
import directory.lists.own_data
import directory.lists.pages
import directory.lists.pages.about
import directory.needs.documents
import directory.needs.pages
import directory.needs.today
import directory.news.pages
import directory.news.taking
import directory.organisations.documents
import directory.organisations.own_data
import directory.organisations.pages
import directory.organisations.queries
import directory.partners.carrying
import directory.partners.pages
import directory.partners.pages.landing
import directory.products.pages
import directory.products.parts
import directory.search.pages
import directory.search.saved
import directory.search.taking
from directory.connectors.parts import Connectors
from directory.imports.parts import Imports
from directory.needs.parts import Needs
from directory.news.searches import tell_found
from directory.organisations.pages.engines import LISTS_LISTED, ORGANISATIONS_LISTED, Listed, Sitemap
from directory.organisations.parts import Organisations
from directory.partners import queries as partner_queries
from directory.partners.hosts import Hosts
from directory.products.documents import ProductSource
from directory.products.listeners import wake_search
from directory.search.alerts import Alerts
from directory.search.documents import Catalogue, Source
from directory.search.parts import Search
from people.parts import People
from server.kernel.parts import Kernel


@dataclass(frozen=True)
class Directory:
    """The parts that others ask for."""

    organisations: Organisations
    sitemap: Sitemap
    needs: Needs
    search: Search
    alerts: Alerts
    imports: Imports
    hosts: Hosts

    @classmethod
    def build(cls, kernel: Kernel, persons: People, catalogue: Catalogue) -> Self:
        """Compose the parts. `catalogue` holds all that can be found, theirs and others': see `everything`."""
        organisations, sitemap = Organisations.build(kernel), Sitemap()
        sitemap.add(LISTS_LISTED)
        sitemap.add(ORGANISATIONS_LISTED)
        sitemap.add(Listed("partners", partner_queries.count_public, partner_queries.public_paths))
        organisations.sections.extend((directory.lists.pages.about.section, directory.partners.pages.landing.section))
        organisations.carriers.extend(
            (
                directory.lists.own_data.carry,
                directory.partners.carrying.carry,
                directory.imports.actions.carry,
                directory.search.saved.carry,
            )
        )
        persons.acquaintances.register(directory.organisations.queries.colleagues, talk=False)
        persons.affiliations.register(directory.organisations.queries.affiliations)
        data = persons.own_data
        for name, kept in (
            ("organisations", directory.organisations.own_data),
            ("partners", directory.partners.carrying),
            ("lists", directory.lists.own_data),
            ("search", directory.search.saved),
        ):
            data.register(name, kept.collect, kept.erase)
        directory.products.parts.join(kernel, data, organisations, sitemap)
        needs = Needs.build(kernel, data, organisations, sitemap)
        Connectors.build(kernel, data, organisations)
        search = Search.build(kernel, catalogue)
        wake_search(kernel, search.following.ring)
        return cls(
            organisations,
            sitemap,
            needs,
            search,
            Alerts(kernel, search, tell_found),
            Imports.build(kernel),
            Hosts(kernel),
        )

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of all parts."""
        return [
            *directory.organisations.pages.routes,
            *directory.needs.pages.routes,
            *directory.imports.pages.routes,
            *directory.contacts.pages.routes,
            *directory.news.pages.routes,
            *directory.news.taking.routes,
            *directory.connectors.pages.routes,
            *directory.lists.pages.routes,
            *directory.partners.pages.routes,
            *directory.search.pages.routes,
            *directory.search.taking.routes,
            *directory.products.pages.routes,
        ]

    @property
    def today(self) -> list[Callable[..., Any]]:
        """What its parts bring to the first page."""
        return [directory.needs.today.part]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Between its start and its end."""
        async with AsyncExitStack() as ending:
            ending.push_async_callback(self.organisations.stop)
            ending.push_async_callback(self.search.stop)
            await self.search.start()
            ending.push_async_callback(self.alerts.stop)
            await self.alerts.start()
            yield


def everything(kernel: Kernel, elsewhere: Iterable[Source]) -> Catalogue:
    """All that can be found: what is in the directory, and what other features have."""
    catalogue = Catalogue()
    catalogue.add(directory.organisations.documents.OrganisationSource())
    catalogue.add(ProductSource())
    catalogue.add(directory.needs.documents.NeedSource(kernel.clock))
    for source in elsewhere:
        catalogue.add(source)
    directory.organisations.documents.name_facets(catalogue)
    directory.needs.documents.name_facets(catalogue)
    return catalogue
