"""What the forms of an organisation bring, taken by the rules of its fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from directory.organisations.fields import RULES
from directory.organisations.vocabulary import TAGS
from people.forms import Form
from web.i18n import LOCALES
from web.render import locale_of

# Every tick of every vocabulary, every language, every link and place, and the lines.
FIELDS_MOST = 400
LINES = (
    "kind", "name", "legal_name", "website", "founded", "size", "stage", "business_model", "customer_focus",
    "country", "place", "postcode", "latitude", "longitude", "video_url", "visibility",
)  # fmt: skip
TEXTS = tuple(f"{part}.{locale}" for part in ("pitch", "description") for locale in LOCALES)
# What one says first; everything else can follow on the page itself.
FIRST = ("kind", "name", "website", "place", "country", *(f"pitch.{locale}" for locale in LOCALES))
_LOCATION = ("location_label", "location_place", "location_postcode", "location_country")


async def large_form(request: Request) -> Form:
    """A form with many fields. Raises what the kernel and the parser say of bad ones (413, 400)."""
    async with request.form(max_fields=FIELDS_MOST, max_files=0) as data:
        return Form(data, locale_of(request))


def first_values(form: Form) -> dict[str, Any]:
    """Clean values of the short form; what is wrong is noted in the form."""
    return {name: form.take(name, RULES[name], "") for name in FIRST}


def all_values(form: Form, current: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values of the whole form. Places keep the positions that they have in `current`."""
    values = {name: form.take(name, RULES[name], None) for name in (*LINES, *TEXTS)}
    values |= {name: _several(form, name) for name in (*TAGS, "languages")}
    values["links"] = form.check("links", lambda: RULES["links"](link_rows(form)), ())
    values["locations"] = form.check("locations", lambda: RULES["locations"](_places(form, current["locations"])), ())
    return values


def filled(current: Mapping[str, Any], locale: str) -> Form:
    """The form with what is known."""
    links, locations = current["links"], current["locations"]
    rows = {
        f"location_{part}": [row[at] for row in locations]
        for at, part in enumerate(("label", "place", "postcode", "country"))
    }
    rows |= {"link_label": [row[0] for row in links], "link_url": [row[1] for row in links]}
    lines = {name: "" if current[name] is None else current[name] for name in (*LINES, *TEXTS)}
    lists = {name: current[name] for name in (*TAGS, "languages")}
    return Form(None, locale, **lines, **lists, **rows)


def link_rows(form: Form) -> list[tuple[str, str]]:
    """The links of the form, as they were typed."""
    return list(zip(form.all("link_label"), form.all("link_url"), strict=False))


def location_rows(form: Form) -> list[tuple[str, ...]]:
    """The further places of the form, as they were typed."""
    return list(zip(*(form.all(name) for name in _LOCATION), strict=False))


def _several(form: Form, name: str) -> tuple[str, ...]:
    taken: tuple[str, ...] = form.check(name, lambda: RULES[name](form.all(name)), ())
    return taken


def _places(form: Form, known: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    positions = {tuple(row[1:4]): tuple(row[4:6]) for row in known}
    return [(*row, *positions.get(row[1:4], (None, None))) for row in location_rows(form)]
