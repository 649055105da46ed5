"""Results as pages show them: words for kinds, facets and orders; texts with marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from directory.search.asking import RADII_KM, Asked
from directory.search.documents import FACETS, Catalogue
from directory.search.parts import Hit, Page
from directory.search.why import Piece
from web.i18n import N_, formats, translations

KIND_NAMES = {
    "organisation": N_("Organisations"),
    "product": N_("Products"),
    "need": N_("Needs"),
    "person": N_("People"),
    "event": N_("Events"),
}
ONE_OF_KIND = {
    "organisation": N_("Organisation"),
    "product": N_("Product"),
    "need": N_("Need"),
    "person": N_("Person"),
    "event": N_("Event"),
}
FACET_NAMES = {
    "type": N_("Kind"),
    "industry": N_("Industry"),
    "technology": N_("Technology"),
    "country": N_("Country"),
    "stage": N_("Phase"),
    "size": N_("Size"),
    "language": N_("Language"),
}
SORT_NAMES = {
    "best": N_("Best match"),
    "newest": N_("Newest first"),
    "name": N_("By name"),
    "nearest": N_("Nearest first"),
}
# Values of a facet that are shown at once; the others are a step away.
VALUES_SHOWN = 6


@dataclass(frozen=True)
class Value:
    """A value of a facet: its name, how many results it has, whether it is chosen, and the way to change that."""

    name: str
    count: int
    chosen: bool
    path: str


@dataclass(frozen=True)
class FacetShown:
    """A facet with its values; `open_by_itself` where something is chosen, or it is among the first."""

    key: str
    name: str
    values: Sequence[Value]
    more: Sequence[Value]
    chosen: int


def tabs(page: Page, locale: str) -> list[tuple[str, str, str]]:
    """All, and each kind of which there is something, as (word, address, count)."""
    _ = translations(locale).gettext
    asked, kinds = page.asked, page.results.kinds
    found = [(_(N_("All")), asked.but(kind=None).path, number(sum(kinds.values()), locale))]
    for kind, name in KIND_NAMES.items():
        if kinds.get(kind) or asked.kind == kind:  # type: ignore[call-overload]
            found.append((_(name), asked.but(kind=kind).path, number(kinds.get(kind, 0), locale)))  # type: ignore[call-overload]
    return found


def facets(page: Page, catalogue: Catalogue, locale: str) -> list[FacetShown]:
    """The facets that can narrow the results down, and those in which something is chosen."""
    found = (_facet(page, catalogue, facet, locale) for facet in FACETS)
    return [each for each in found if each.chosen or len(each.values) > 1]


def _facet(page: Page, catalogue: Catalogue, facet: str, locale: str) -> FacetShown:
    asked, counts = page.asked, dict(page.results.facets.get(facet, ()))
    chosen = asked.facets.get(facet, ())
    ordered = [*chosen, *(value for value in counts if value not in chosen)]
    values = [
        Value(
            catalogue.value_name(facet, each, locale),
            counts.get(each, 0),
            each in chosen,
            asked.toggled(facet, each).path,
        )
        for each in ordered
    ]
    first = max(VALUES_SHOWN, len(chosen))
    name = translations(locale).gettext(FACET_NAMES[facet])
    return FacetShown(facet, name, values[:first], values[first:], len(chosen))


def radii(locale: str) -> list[tuple[str, str]]:
    """The circles to choose from."""
    _ = translations(locale).gettext
    return [("", _(N_("anywhere near"))), *((str(each), _(N_("within %(km)s km")) % {"km": each}) for each in RADII_KM)]


def sorts(asked: Asked, locale: str) -> list[tuple[str, str]]:
    """The orders to choose from; "nearest" wants a place."""
    _ = translations(locale).gettext
    return [(key, _(name)) for key, name in SORT_NAMES.items() if key != "nearest" or asked.near]


def marked(pieces: Sequence[Piece]) -> Markup:
    """A text with its marks, safe to be shown."""
    return Markup("").join(
        Markup("<mark>%s</mark>") % each.text if each.marked else escape(each.text) for each in pieces
    )


def reason(hit: Hit, locale: str) -> Markup:
    """Why a result was found, in one line; empty where name and line say it already."""
    _ = translations(locale).gettext
    if hit.through:
        return Markup(_(N_("Through: %(name)s"))) % {"name": hit.through.name}  # noqa: S704 - our own text
    if hit.why.similar:
        typed, found = hit.why.similar[0]
        similar = Markup(_(N_("Similar to “%(typed)s”: %(found)s"))) % {"typed": typed, "found": found}  # noqa: S704
        return similar
    if hit.why.snippet:
        return marked(hit.why.snippet)
    if hit.why.words:
        return Markup(_(N_("Filed under: %(words)s"))) % {"words": ", ".join(hit.why.words)}  # noqa: S704
    return Markup("")


def number(count: int, locale: str) -> str:
    """A count for people: thousands apart, as the language does it."""

    return format_decimal(count, locale=formats(locale))
