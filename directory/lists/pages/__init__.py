"""The pages of lists, words and notes."""

from directory.lists.pages import about, index, one, taking

routes = [*index.routes, *taking.routes, *one.routes, *about.routes]
