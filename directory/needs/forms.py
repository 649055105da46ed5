"""The form of a need: read field by field, each with its reason where it is not taken; and filled from a need."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from directory.needs import rules
from directory.needs.actions import Draft, RefusedError
from directory.needs.ladder import REASON_LEAST, REASON_MOST
from directory.needs.seen import Seen, Wording
from directory.organisations.industries import INDUSTRIES
from directory.organisations.technologies import TECHNOLOGIES
from directory.organisations.vocabulary import country_codes
from people import text
from people.forms import Form
from people.text import UnacceptableError
from web.i18n import LOCALES, N_

_NUMBER = re.compile(r"\d{1,3}(?:[., '’]?\d{3})*")
_PARTS = {"title": rules.TITLE_MOST, "text": rules.TEXT_MOST, "gets": rules.GETS_MOST, "shown_as": rules.SHOWN_AS_MOST}


def drafted(form: Form, locale: str, now: datetime) -> Draft:
    """The draft that a form brings. What is wrong is noted in the form; then the draft is of no use."""
    texts = {locale: _wording(form, locale) for locale in LOCALES}
    blind = form.typed("blind") == "yes"
    _check_texts(form, locale, texts, blind)
    least, most = (form.take(field, _number(rules.BUDGET_MOST), None) for field in ("budget_from", "budget_to"))
    if not rules.budget_in_order(least, most):
        form.refuse("budget_to", N_("The upper end is below the lower one."))
    tags = {
        "industry": rules.allowed(form.all("industries"), INDUSTRIES.codes),
        "technology": rules.allowed(form.all("technologies"), TECHNOLOGIES.codes),
    }
    return Draft(
        kind=form.take("kind", _one_of(rules.KINDS), rules.KINDS[0]),
        category=form.take("category", _one_of(rules.CATEGORIES), rules.CATEGORIES[0]),
        blind=blind,
        visibility=form.take("visibility", _one_of(rules.VISIBILITIES), "members"),
        texts=texts,
        tags=tags,
        budget_from=least,
        budget_to=most,
        currency=_currency(form) if least is not None or most is not None else "",
        country=form.take("country", _country, ""),
        region=form.take("region", text.one_line(rules.PLACE_MOST), ""),
        place=form.take("place", text.one_line(rules.PLACE_MOST), ""),
        radius_km=form.take("radius_km", _number(rules.RADIUS_MOST), None),
        remote=form.typed("remote") == "yes",
        deadline=form.check("deadline", lambda: _day(form.typed("deadline"), now), None),
    )


def filled(locale: str, need: Seen, between: str = "") -> Form:
    """The form with a need in it, and the id of the institution that stands between."""
    values: dict[str, Any] = {f"{part}_{each}": "" for part in _PARTS for each in LOCALES}
    for each, said in need.texts.items():
        values |= {f"{part}_{each}": getattr(said, part) for part in _PARTS}
    names = [
        "kind",
        "category",
        "visibility",
        "budget_from",
        "budget_to",
        "currency",
        "country",
        "region",
        "place",
        "radius_km",
    ]
    values |= {name: getattr(need, name) for name in names}
    values |= {"blind": "yes" if need.blind else "", "remote": "yes" if need.remote else ""}
    values |= {"deadline": need.deadline.isoformat() if need.deadline else ""}
    values |= {"organisation": need.owner.id if need.owner else "", "between": between}
    return Form(None, locale, **values, industries=need.industries, technologies=need.technologies)


def empty(locale: str, kind: str, country: str) -> Form:
    """The form of a new need."""
    kind = kind if kind in rules.KINDS else rules.KINDS[0]
    return Form(None, locale, kind=kind, category="product", visibility="public", currency="EUR", country=country)


def refused(form: Form, error: RefusedError) -> None:
    """Say in a form why the rules did not take it. Raises the error again where a form cannot say it."""
    if error.code == "tells_who":
        form.refuse(
            "blind", N_("“%(what)s” says who you are. Leave it out, or publish under your name."), what=error.what
        )
    elif error.code == "seen_already":
        form.refuse("blind", N_("It was already seen with your name. Write a new one to publish it without."))
    elif error.code == "over":
        form.refuse("deadline", N_("This day is over. Choose a later one, or none."))
    elif error.code == "not_in_network":
        form.refuse("between", N_("Please choose an institution to whose network your organisation belongs."))
    elif error.code == "too_many":
        form.say(N_("Your organisation has a great many needs already. Close those that are over first."))
    else:
        raise error


def reason(typed: str) -> str:
    """Why one fits a need: a sentence at least. Raises UnacceptableError."""
    clean = text.paragraphs(REASON_MOST)(typed)
    if len(clean) < REASON_LEAST:
        raise UnacceptableError(
            N_("Please say in a sentence why you fit: at least %(least)s characters."), least=REASON_LEAST
        )
    return clean


def said(most: int) -> text.Rule[str]:
    """A text that must be there."""

    def rule(typed: str) -> str:
        clean = text.paragraphs(most)(typed)
        if not clean:
            raise UnacceptableError(N_("There is nothing in it yet."))
        return clean

    return rule


def _wording(form: Form, locale: str) -> Wording:
    return Wording(
        title=form.take(f"title_{locale}", text.one_line(rules.TITLE_MOST), ""),
        text=form.take(f"text_{locale}", text.paragraphs(rules.TEXT_MOST), ""),
        gets=form.take(f"gets_{locale}", text.paragraphs(rules.GETS_MOST), ""),
        shown_as=form.take(f"shown_as_{locale}", text.one_line(rules.SHOWN_AS_MOST), ""),
    )


def _check_texts(form: Form, locale: str, texts: dict[str, Wording], blind: bool) -> None:
    """One language is enough, but in that one the title and the text are there."""
    used = [each for each, said in texts.items() if said.title or said.text]
    for one in used or [locale]:
        if len(texts[one].title) < rules.TITLE_LEAST:
            form.refuse(f"title_{one}", N_("Please say in a line what it is about."))
    if not any(texts[each].text for each in used):
        form.refuse(f"text_{(used or [locale])[0]}", N_("Please describe it in some sentences."))
    if blind and not any(each.shown_as for each in texts.values()):
        form.refuse(
            f"shown_as_{(used or [locale])[0]}", N_("Please say how you are shown, such as “mid-size utility, NRW”.")
        )


def _one_of(known: tuple[str, ...]) -> text.Rule[str]:
    def rule(typed: str) -> str:
        if typed not in known:
            raise UnacceptableError(N_("Please choose one of these."))
        return typed

    return rule


def _currency(form: Form) -> str:
    return form.take("currency", _one_of(rules.CURRENCIES), "")


def _country(typed: str) -> str:
    if typed and typed not in country_codes():
        raise UnacceptableError(N_("Please choose one of these."))
    return typed


def _number(most: int) -> text.Rule[int | None]:
    """A whole number from 1, also with separators of thousands; empty is None."""

    def rule(typed: str) -> int | None:
        clean = typed.strip()
        if not clean:
            return None
        if len(clean) > 20 or not clean.isascii() or not _NUMBER.fullmatch(clean):
            raise UnacceptableError(N_("Please write a whole number."))
        number = int(re.sub(r"\D", "", clean))
        if not 0 < number <= most:
            raise UnacceptableError(N_("Please write a number from 1 to %(most)s."), most=f"{most:,}")
        return number

    return rule


def _day(typed: str, now: datetime) -> date | None:
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise UnacceptableError(N_("Please write a day as 2027-03-31.")) from None
    today = now.date()
    if day < today - timedelta(days=1):
        raise UnacceptableError(N_("This day is over. Choose a later one, or none."))
    if day > today + rules.DEADLINE_MOST:
        raise UnacceptableError(N_("That is very far ahead: at most two years, please."))
    return day
