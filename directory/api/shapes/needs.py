"""Needs and offers, as programs see and write them. Made of what the viewer may know, so a blind one stays blind."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.common import CURSOR, GivenInBoth, InBoth, Onward, PageOf
from directory.api.shapes.organisations import PAGE, Industry, Technology
from directory.api.shapes.values import (
    FLAG,
    WHOLE,
    Address,
    Country,
    Day,
    Given,
    GivenId,
    Id,
    Moment,
    Shown,
    coded,
    left_out,
    one_of,
    up_to,
)
from directory.needs import rules
from directory.needs.between import Partner
from directory.needs.cursors import SHAPE
from directory.needs.queries import Turned
from directory.needs.seen import Seen
from directory.organisations.industries import INDUSTRIES
from directory.organisations.technologies import TECHNOLOGIES
from server.kernel.paging import MAX_CURSOR
from web.i18n import LOCALES, N_

Kind = Annotated[str, one_of(rules.KINDS)]
Money = Annotated[int, Field(ge=1, le=rules.BUDGET_MOST), WHOLE]
MONEY = N_("In whole units of the currency.")
FLAGGED = N_("Shown without a name: whose it is, is told to nobody but those to whom it is revealed.")

BETWEEN = N_("Who reads the answers to a blind need before its owner does; null: nobody.")
BETWEEN_GIVEN = N_("The id of a partner to whose network the organisation belongs; null: nobody. Of a blind need only.")


class Owner(Shown):
    """Whose a need is."""

    id: Id
    name: str
    page: Address


class Between(Shown):
    """The institution that reads answers to a blind need first."""

    id: Id
    name: str
    page: Address


class NeedText(Shown):
    """A need in one language."""

    title: str
    text: str = Field(description=N_("Markdown as it was typed: make it safe before you show it."))
    gets: str = Field(description=N_("What the other side gets."))
    shown_as: str = Field(description=N_("As whom a blind need is shown, such as “mid-size utility, NRW”."))


class NeedTexts(InBoth[NeedText]):
    """A need in both languages."""


class Need(Shown):
    """Something that an organisation seeks or offers, as far as the viewer may know."""

    id: Id = Field(description=N_("Stays the same for good."))
    page: Address = Field(description=PAGE)
    kind: Annotated[str, coded(rules.KINDS)]
    category: Annotated[str, coded(rules.CATEGORIES)]
    state: Annotated[str, coded(rules.STATES)]
    texts: NeedTexts
    organisation: Owner | None = Field(description=N_("Whose it is; null: you may not know."))
    blind: bool = Field(description=FLAGGED)
    between: Between | None = Field(description=BETWEEN)
    public: bool = Field(description=N_("Whether everybody may see it; else people with an account."))
    industries: list[Annotated[str, coded(INDUSTRIES.codes)]]
    technologies: list[Annotated[str, coded(TECHNOLOGIES.codes)]]
    budget_from: int | None = Field(description=MONEY)
    budget_to: int | None = Field(description=MONEY)
    currency: str
    country: str = Field(description=N_("ISO 3166-1 alpha-2."))
    region: str
    place: str = Field(description=N_("Empty where you may not know whose it is."))
    radius_km: int | None
    remote: bool = Field(description=N_("It does not matter where the other side is."))
    deadline: Day | None = Field(description=N_("The last day for answers."))
    expires_on: Day | None = Field(description=N_("The day on which it stops being open unless it is renewed."))
    published_on: Day | None = Field(description=N_("The day on which it was first published."))
    updated_at: Moment | None = Field(description=N_("When it last changed; null: you may not know whose it is."))
    manages: bool = Field(description=N_("Whether the token may change it, where its scopes allow that."))

    @classmethod
    def of(cls, seen: Seen, state: str, site: str, between: Partner | None) -> Self:
        """A need as its viewer sees it, in its state of now; `site` is our own address."""
        plain = "id kind category blind budget_from budget_to currency country region place radius_km remote deadline"
        owner = seen.owner
        return cls(
            **{name: getattr(seen, name) for name in plain.split()},
            page=site + seen.path(),
            state=state,
            texts=NeedTexts(**{locale: _text(seen, locale) for locale in sorted(LOCALES)}),
            organisation=Owner(id=owner.id, name=owner.name, page=f"{site}/o/{owner.slug}") if owner else None,
            between=Between(id=between.id, name=between.name, page=f"{site}/o/{between.slug}") if between else None,
            public=seen.visibility == "public",
            industries=list(seen.industries),
            technologies=list(seen.technologies),
            # Days, as on its page: a moment could tell with what else of an organisation it was published.
            expires_on=seen.expires_at.date() if seen.expires_at else None,
            published_on=seen.published_at.date() if seen.published_at else None,
            updated_at=seen.updated_at if owner else None,
            manages=seen.may_edit,
        )


class NeedState(Shown):
    """A need came into another state."""

    id: Id
    at: Moment
    done: Annotated[str, coded(rules.DEEDS)] = Field(description=N_("What was done to it."))
    state: Annotated[str, coded(rules.STATES)]
    until: Moment | None = Field(description=N_("Until when it is open then."))
    by: str = Field(description=N_("The name of who did it; empty: time did, or somebody who is gone."))

    @classmethod
    def of(cls, one: Turned) -> Self:
        """An entry, for the people of its organisation."""
        return cls(id=one.id, at=one.at, done=one.deed, state=one.state, until=one.until, by=one.by)


class NeedStatePage(PageOf[NeedState]):
    """What was done to a need, the latest first: it is one page."""


class NeedPage(PageOf[Need]):
    """A page of needs, those published last first."""


class NeedQuery(Onward):
    """Which needs."""

    after: Annotated[str, Field(max_length=MAX_CURSOR, pattern=SHAPE, description=CURSOR)] | None = None
    kind: Kind | None = None
    industry: Industry | None = None
    country: Country | None = None
    q: Annotated[str, up_to(100)] = Field("", description=N_("Words that stand in it."))
    mine: Annotated[bool, FLAG] = Field(
        False, description=N_("Those of your own organisations instead, in whatever state; on one page.")
    )


class GivenNeedText(Given):
    """A need in one language; what is left out stays."""

    title: Annotated[str, up_to(rules.TITLE_MOST)] = left_out()
    text: Annotated[str, up_to(rules.TEXT_MOST)] = left_out()
    gets: Annotated[str, up_to(rules.GETS_MOST)] = left_out()
    shown_as: Annotated[str, up_to(rules.SHOWN_AS_MOST)] = left_out()


class GivenNeedTexts(GivenInBoth[GivenNeedText]):
    """A need in one language or both; what is left out stays."""


class NeedChange(Given):
    """What is to be changed of a need. What is left out stays; lists are given whole."""

    kind: Kind = left_out()
    category: Annotated[str, one_of(rules.CATEGORIES)] = left_out()
    texts: GivenNeedTexts = left_out()
    blind: bool = Field(default_factory=lambda: False, description=FLAGGED)
    between: GivenId | None = Field(default_factory=lambda: None, description=BETWEEN_GIVEN)
    visibility: Annotated[str, one_of(rules.VISIBILITIES)] = left_out()
    industries: Annotated[list[Industry], Field(max_length=rules.TAGS_MOST)] = left_out()
    technologies: Annotated[list[Technology], Field(max_length=rules.TAGS_MOST)] = left_out()
    budget_from: Money | None = Field(default_factory=lambda: None, description=MONEY)
    budget_to: Money | None = Field(default_factory=lambda: None, description=MONEY)
    currency: Annotated[str, one_of(rules.CURRENCIES, unknown=True)] = left_out()
    country: Country = left_out()
    region: Annotated[str, up_to(rules.PLACE_MOST)] = left_out()
    place: Annotated[str, up_to(rules.PLACE_MOST)] = left_out()
    radius_km: Annotated[int, Field(ge=1, le=rules.RADIUS_MOST), WHOLE] | None = left_out()
    remote: bool = left_out()
    deadline: Day | None = left_out()


class NeedNew(NeedChange):
    """A new need. One language is enough: a title of some words, and a text."""

    organisation: GivenId = Field(description=N_("For whom: an organisation that you speak for."))
    kind: Kind
    category: Annotated[str, one_of(rules.CATEGORIES)]
    texts: GivenNeedTexts
    publish: bool = Field(False, description=N_("Publish it at once; else it is a draft."))


class NeedTurn(Given):
    """What is to be done with a need."""

    do: Annotated[str, one_of(rules.BY_HAND)]


def _text(seen: Seen, locale: str) -> NeedText:
    said = seen.texts.get(locale)
    return NeedText(**{part: getattr(said, part, "") for part in NeedText.model_fields})
