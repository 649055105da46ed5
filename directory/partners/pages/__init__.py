"""The pages of partners: all of them, each one's landing page, its desk, and its own host."""

from directory.partners.pages import desk, handing, hosts, landing, moderators, taking

routes = [*taking.routes, *landing.routes, *desk.routes, *handing.routes, *hosts.routes, *moderators.routes]
