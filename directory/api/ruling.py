"""The rules of a record's fields, applied to what a body brought: the same as those of forms and imports."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from directory.api import taking
from directory.api.declared import Call
from people.text import UnacceptableError
from server.kernel.http import ProblemError, not_found
from web.i18n import LOCALES, translations
from web.render import locale_of

T = TypeVar("T")
# By the record's field: where the value stands in the body, and the value.
Brought = dict[str, tuple[str, Any]]


def by_rules(call: Call, brought: Brought, rules: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Clean values, by the record's fields. Raises ProblemError 409 that names all that were refused."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field, (at, value) in brought.items():
        try:
            values[field] = rules[field](value)
        except UnacceptableError as refused:
            errors[at] = said(call, refused)
    if errors:
        raise taking.against_the_rules(errors)
    return values


def said(call: Call, refused: UnacceptableError) -> str:
    """Why a rule refuses something, in the language of the request."""
    text = translations(locale_of(call.request)).gettext(refused.text)
    return text % refused.params if refused.params else text


def ruled(call: Call, at: str, rule: Callable[[], T]) -> T:
    """What a rule makes of one value that stands `at` a place of the body. Raises ProblemError 409."""
    try:
        return rule()
    except UnacceptableError as refused:
        raise taking.against_the_rules({at: said(call, refused)}) from None


def problem_of(call: Call, code: str, why_not: Mapping[str, str]) -> ProblemError:
    """What a rule of deeds between organisations refuses, in the words of the page where it has some (message ids)."""
    if code == "not_there":
        return not_found()
    if code == "not_yours":
        return ProblemError(403, "forbidden", "You do not speak for this organisation.")
    why = why_not.get(code, "")
    detail = translations(locale_of(call.request)).gettext(why) if why else "This cannot be done now."
    return ProblemError(409, code, detail)


def text_fields(given: Any) -> Brought:
    """The texts that were given in one language or both, by the record's fields such as "pitch.de"."""
    found: Brought = {}
    if "texts" not in given.model_fields_set:
        return found
    for locale in LOCALES:
        if locale in given.texts.model_fields_set:
            said = getattr(given.texts, locale)
            names = sorted(said.model_fields_set)
            found |= {f"{part}.{locale}": (f"/texts/{locale}/{part}", getattr(said, part)) for part in names}
    return found
