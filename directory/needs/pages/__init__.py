"""The pages of needs. The order counts: what is named comes before what is any need."""

from directory.needs.pages import answers, between, desk_taking, ends, lists, one, taking, writing

routes = [
    *lists.routes,
    *taking.routes,
    *desk_taking.routes,
    *ends.routes,
    *writing.routes,
    *between.routes,
    *answers.routes,
    *one.routes,
]
