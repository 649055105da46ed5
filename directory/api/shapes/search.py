"""What is found, as programs see it."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.common import CURSOR, NEXT, PageOf
from directory.api.shapes.organisations import PAGE
from directory.api.shapes.values import Address, Id, Moment, Query, Shown, coded, one_of
from directory.search.asking import PLACE_MOST, QUERY_MOST, RADII_KM, SORTS, VALUE_LENGTH_MOST, VALUES_MOST
from directory.search.documents import FACETS, Card, Catalogue
from directory.search.parts import Hit as Found
from directory.search.parts import Page
from directory.search.shown import reason
from web.i18n import N_

# People are found at the pages alone: a program that reads the directory is no way to collect them.
KINDS = ("organisation", "product", "need", "event")
Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=VALUE_LENGTH_MOST)]], Field(max_length=VALUES_MOST)
]
VALUES = N_("Codes in lower case; several: any of them.")


class SearchQuery(Query):
    """What is looked for."""

    q: Annotated[str, Field(max_length=QUERY_MOST)] = Field(
        "", description=N_("Words, in German or English; slips of the finger are forgiven.")
    )
    kind: Annotated[str, one_of(KINDS)] = "organisation"
    type: Values = Field([], description=VALUES)
    industry: Values = Field([], description=VALUES)
    technology: Values = Field([], description=VALUES)
    country: Values = Field([], description=VALUES)
    stage: Values = Field([], description=VALUES)
    size: Values = Field([], description=VALUES)
    language: Values = Field([], description=VALUES)
    near: Annotated[str, Field(max_length=PLACE_MOST)] = Field("", description=N_("A town by its name."))
    radius: Annotated[str, one_of([str(km) for km in RADII_KM])] | None = Field(
        None, description=N_("Kilometres around the town.")
    )
    sort: Annotated[str, one_of(SORTS)] = "best"
    after: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,2}|1000)$", description=CURSOR)] | None = None


class Through(Shown):
    """What of an organisation was found, where it is not the organisation itself."""

    kind: str
    id: Id
    name: str
    page: Address

    @classmethod
    def of(cls, card: Card, site: str) -> Self:
        """What a viewer may see of it."""
        return cls(kind=card.kind, id=card.id, name=card.name, page=site + card.path)


class Fresh(Through):
    """Something that is new in a search."""


class FreshPage(PageOf[Fresh]):
    """What is new in a search and was not looked at, the latest first: it is one page."""


class Hit(Shown):
    """Something that was found, in the language of the request."""

    kind: Annotated[str, coded(KINDS)]
    id: Id
    page: Address = Field(description=PAGE)
    name: str
    line: str = Field(description=N_("One line."))
    by: str = Field(description=N_("Whose it is, or empty."))
    facts: list[str]
    starts_at: Moment | None = Field(description=N_("When an event begins."))
    through: Through | None
    why: str = Field(description=N_("Why it was found, in words; empty: its name or its line has them."))

    @classmethod
    def of(cls, hit: Found, locale: str, site: str) -> Self:
        """What a viewer may see of something; `site` is our own address."""
        card, through = hit.card, hit.through
        return cls(
            kind=card.kind,
            id=card.id,
            page=site + card.path,
            name=card.name,
            line=card.line,
            by=card.by,
            facts=list(card.facts),
            starts_at=card.starts_at,
            through=Through.of(through, site) if through else None,
            why=reason(hit, locale).striptags(),
        )


class FacetValue(Shown):
    """A value of a facet."""

    code: str = Field(description=N_("As the parameter takes it."))
    name: str
    count: int


class Facet(Shown):
    """What the results can be narrowed to; what is chosen in a facet does not narrow its own figures."""

    facet: Annotated[str, coded(FACETS)] = Field(description=N_("The name of the parameter."))
    values: list[FacetValue]


class OfKind(Shown):
    """How many there are of a kind."""

    kind: Annotated[str, coded(KINDS)]
    count: int


class SearchPage(Shown):
    """A page of what was found, the best first."""

    items: list[Hit]
    total: int = Field(description=N_("How many were found in all."))
    kinds: list[OfKind] = Field(description=N_("How many would be found of each kind."))
    facets: list[Facet]
    next: str | None = Field(description=NEXT)
    making: bool = Field(description=N_("The index is being made, so more may be found in a minute."))

    @classmethod
    def of(cls, page: Page, catalogue: Catalogue, onward: str | None, locale: str, site: str) -> Self:
        """A page in a language; `site` is our own address."""
        results = page.results
        values = {
            facet: [
                FacetValue(code=code, name=catalogue.value_name(facet, code, locale), count=count)
                for code, count in each
            ]
            for facet, each in results.facets.items()
        }
        return cls(
            items=[Hit.of(hit, locale, site) for hit in page.hits],
            total=results.total,
            kinds=[OfKind(kind=each, count=count) for each, count in results.kinds.items() if each in KINDS],
            facets=[Facet(facet=facet, values=each) for facet, each in values.items() if each],
            next=onward,
            making=page.making,
        )


class SuggestionQuery(Query):
    """What somebody is typing."""

    q: Annotated[str, Field(min_length=1, max_length=QUERY_MOST)]


class SuggestionPage(PageOf[Hit]):
    """What may be meant, the best first: it is one page."""
