"""A need as a viewer sees it, and in words. What they may not know is not in here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from directory.needs import rules
from directory.needs.rules import OPEN, slug
from directory.organisations.vocabulary import country_name
from web import money
from web.i18n import N_, formats, translations

KIND_NAMES = {"seek": N_("Seeks"), "offer": N_("Offers")}
CATEGORY_NAMES = {
    "product": N_("A product"),
    "service": N_("A service"),
    "pilot": N_("A pilot project"),
    "cooperation": N_("A cooperation"),
    "research": N_("Research together"),
    "funding": N_("Money"),
    "place": N_("A place or a site"),
    "other": N_("Something else"),
}
STATE_NAMES = {
    "draft": N_("Draft"),
    "open": N_("Taking answers"),
    "paused": N_("Paused"),
    "fulfilled": N_("Fulfilled"),
    "expired": N_("Run out"),
}
# What was done to a need, in its history.
DEED_NAMES = {
    "write": N_("Written"),
    "publish": N_("Published"),
    "pause": N_("Stopped for a while"),
    "resume": N_("Taken up again"),
    "renew": N_("Renewed"),
    "fulfil": N_("Closed as fulfilled"),
    "expire": N_("Ran out"),
    "reopen": N_("Opened once more"),
}
# How each state is marked, see kit/badge.html.
STATE_MARKS = {"draft": "idle", "open": "done", "paused": "warn", "fulfilled": "done", "expired": "idle"}


def last_day(expires_at: datetime, locale: str) -> str:
    """The last day of a need with this end, in words."""
    return format_date(rules.last_day(expires_at), "long", locale=formats(locale))


@dataclass(frozen=True)
class Owner:
    """Whose a need is, for those who may know it."""

    id: str
    name: str
    slug: str
    logo_small: str | None


@dataclass(frozen=True)
class Wording:
    """What a need says in one language."""

    title: str = ""
    text: str = ""  # Markdown, not yet safe
    gets: str = ""
    shown_as: str = ""


@dataclass(frozen=True)
class Seen:
    """A need for one viewer. `owner` is None where the viewer may not know it; then `place` is empty, too."""

    id: str
    kind: str
    category: str
    blind: bool
    visibility: str
    budget_from: int | None
    budget_to: int | None
    currency: str
    country: str
    region: str
    radius_km: int | None
    remote: bool
    deadline: date | None
    expires_at: datetime | None
    published_at: datetime | None
    state: str
    updated_at: datetime
    place: str
    owner: Owner | None
    mine: bool  # the viewer belongs to its organisation
    may_edit: bool  # and may act for it
    texts: Mapping[str, Wording]
    industries: tuple[str, ...]
    technologies: tuple[str, ...]

    def said(self, locale: str) -> Wording:
        """Its texts in a language; what is not said in it, in the other one."""
        first, second = self.texts.get(locale), self.texts.get("en" if locale == "de" else "de")
        if first is None or second is None:
            return first or second or Wording()
        pairs = ((getattr(first, part), getattr(second, part)) for part in ("title", "text", "gets", "shown_as"))
        return Wording(*(one or other for one, other in pairs))

    def language(self, locale: str) -> str:
        """The language in which the title is shown to such a reader, for the page's lang attributes."""
        said = self.texts.get(locale)
        return locale if said and said.title else ("en" if locale == "de" else "de")

    @property
    def languages(self) -> list[str]:
        """The languages that it has a title in."""
        return [locale for locale, said in sorted(self.texts.items()) if said.title]

    def path(self, locale: str = "en") -> str:
        """Its page."""
        ending = slug(self.said(locale).title)
        return f"/needs/{self.id}-{ending}" if ending else f"/needs/{self.id}"

    @property
    def offers(self) -> bool:
        """Whether it is an offer."""
        return self.kind == "offer"

    def is_open(self, now: datetime) -> bool:
        """Whether it takes answers."""
        return self.state == OPEN and self.expires_at is not None and self.expires_at > now

    def state_at(self, now: datetime) -> str:
        """Its state, with the end of its time counted at once."""
        return "expired" if self.state == OPEN and not self.is_open(now) else self.state

    def by(self, locale: str) -> str:
        """Who seeks or offers it, as far as the viewer may know."""
        if self.owner is not None:
            return self.owner.name
        return self.said(locale).shown_as or translations(locale).gettext("Shown without a name")

    def where(self, locale: str) -> str:
        """Where the other side should be."""
        _ = translations(locale).gettext
        named = ", ".join(each for each in (self.place, self.region) if each)
        country = country_name(self.country, locale) if self.country else ""
        text = ", ".join(each for each in (named, country) if each)
        if self.radius_km and text:
            text = _("%(place)s and %(km)s km around") % {"place": text, "km": self.radius_km}
        if self.remote:
            return _("%(place)s, or from afar") % {"place": text} if text else _("From anywhere")
        return text

    def budget(self, locale: str) -> str:
        """The range of money, short."""
        least, most = self.budget_from, self.budget_to
        if least is not None and least == most:
            about = translations(locale).gettext("about %(money)s")
            return about % {"money": money.amount(least, self.currency, locale, short=True)}
        return money.span(least, most, self.currency, locale, short=True)

    def until(self, locale: str, style: str = "medium") -> str:
        """The last day for answers, as the owner put it."""
        if self.deadline is None:
            return ""
        day = format_date(self.deadline, style, locale=formats(locale))
        return translations(locale).gettext("until %(day)s") % {"day": day}

    def facts(self, locale: str) -> list[str]:
        """Its conditions in short, for a card."""
        return [each for each in (self.where(locale), self.until(locale), self.budget(locale)) if each]
