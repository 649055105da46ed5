"""The pages of lists, words and notes."""

from directory.lists.pages import about, index, one

routes = [*index.routes, *one.routes, *about.routes]
