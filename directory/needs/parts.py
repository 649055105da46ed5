"""What needs, contacts and their news stand on besides the kernel, composed at the start."""

from dataclasses import dataclass
from typing import Self

from starlette.requests import HTTPConnection

import directory.contacts.own_data
import directory.contacts.telling
import directory.needs.own_data
import directory.needs.telling
import directory.news.own_data
import directory.news.searches
from directory.needs.cursors import Cursors
from directory.needs.fitting import Fitting, WordFitting
from directory.needs.jobs import Ends
from directory.needs.joining import join
from directory.needs.listeners import listen
from directory.news.newsroom import Newsroom
from directory.organisations.pages.engines import Sitemap
from directory.organisations.parts import Organisations
from people.own_data import OwnData
from server.kernel.parts import Kernel


@dataclass(frozen=True)
class Needs:
    """The parts. `fitting` is where real matching takes the place of the plain one."""

    newsroom: Newsroom
    ends: Ends
    cursors: Cursors
    fitting: Fitting

    @classmethod
    def build(
        cls,
        kernel: Kernel,
        own_data: OwnData,
        organisations: Organisations,
        sitemap: Sitemap,
        fitting: Fitting | None = None,
    ) -> Self:
        """Compose the parts, and say what is kept about people; registers the jobs."""
        newsroom = Newsroom.build(kernel)
        newsroom.register(directory.needs.telling.NEWS_KINDS, directory.needs.telling.put_into_words)
        newsroom.register(directory.contacts.telling.NEWS_KINDS, directory.contacts.telling.put_into_words)
        newsroom.register((directory.news.searches.FOUND,), directory.news.searches.put_into_words)
        own_data.register("needs", directory.needs.own_data.collect, directory.needs.own_data.erase)
        own_data.register("contacts", directory.contacts.own_data.collect, directory.contacts.own_data.erase)
        own_data.register("news", directory.news.own_data.collect, directory.news.own_data.erase)
        join(organisations, sitemap)
        listen(kernel)
        directory.news.searches.listen(kernel)
        return cls(newsroom, Ends(kernel), Cursors(kernel.settings.secret_bytes), fitting or WordFitting())


def needs_of(connection: HTTPConnection) -> Needs:
    """The parts that serve this request."""
    found: Needs = connection.app.state.needs
    return found
