"""What all answers have in common: pages, and problems."""

from typing import Annotated, Generic, TypeVar

from pydantic import ConfigDict, Field

from directory.api.shapes.values import TYPED, Given, Moment, Query, Shown, left_out
from server.kernel.paging import DEFAULT_LIMIT, MAX_CURSOR, MAX_LIMIT
from web.i18n import N_

S = TypeVar("S", bound=Shown)
G = TypeVar("G", bound=Given)
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description=N_("How many entries the page has at most.")), TYPED]
CURSOR = N_("A cursor that an earlier page gave as next.")
NEXT = N_("The cursor of the next page; null: this is the last one.")
# A moment in microseconds since 1970, and the id of the record that the page ended with.
PLACE = r"^[0-9]{1,16}\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
After = Annotated[str, Field(max_length=MAX_CURSOR, pattern=PLACE, description=CURSOR)] | None
Since = Annotated[
    Moment | None,
    Field(description=N_("Only what has changed at this moment or later (RFC 3339, with its zone).")),
]


class Onward(Query):
    """Which page of a list; what a cursor looks like is said by each."""

    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class Paged(Onward):
    """Which page of a list whose order everybody may know."""

    after: After = None


class PageOf(Shown, Generic[S]):
    """A page of a list."""

    items: list[S]
    next: str | None = Field(description=NEXT)


class InBoth(Shown, Generic[S]):
    """What is said in both languages; each may be empty."""

    de: S
    en: S


class GivenInBoth(Given, Generic[G]):
    """What somebody says in one language or both; what is left out stays."""

    de: G = left_out()
    en: G = left_out()


class Nothing(Query):
    """No parameters."""


class Refused(Shown):
    """One value that was not taken."""

    at: str = Field(description=N_("Where it stands: a JSON pointer into the body, or ?name for a parameter."))
    said: str = Field(description=N_("Why it was not taken."))


class Problem(Shown):
    """Why there is no other answer (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description=N_("Always about:blank: code says which problem it is."))
    title: str = Field(description=N_("The status in words."))
    status: int = Field(description=N_("The status."))
    code: str = Field(description=N_("Which problem it is: stable, for programs."))
    detail: str = Field(description=N_("The same for people; may be empty."))
    errors: list[Refused] = Field(default=[], description=N_("The values that were not taken."))
