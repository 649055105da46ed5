"""The pages of partners: all of them, each one's landing page, and its desk."""

from directory.partners.pages import desk, landing

routes = [*landing.routes, *desk.routes]
