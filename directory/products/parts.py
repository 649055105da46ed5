"""Where products join in: on the page of their organisation, in merges, among files, own data and addresses."""

from directory.organisations.pages.engines import Listed, Sitemap
from directory.organisations.parts import Counter, Organisations
from directory.products import own_data, queries
from directory.products.actions import carry
from directory.products.listeners import listen
from directory.products.section import bring
from people.own_data import OwnData
from server.kernel.parts import Kernel
from web.i18n import N_


def join(kernel: Kernel, data: OwnData, organisations: Organisations, sitemap: Sitemap) -> None:
    """Tell everybody about products. Called at the start."""
    organisations.sections.append(bring)
    organisations.carriers.append(carry)
    organisations.counters.append(Counter("products", N_("Products"), queries.count_on))
    kernel.kept.register(queries.uses_file)
    data.register("products", own_data.collect)
    sitemap.add(Listed("products", queries.count_public, queries.public_paths))
    listen(kernel)
