"""Organisations, as programs see and write them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field

from directory.api.shapes.common import GivenInBoth, InBoth, Paged, PageOf, Since
from directory.api.shapes.values import (
    WHOLE,
    Address,
    Country,
    Given,
    GivenId,
    Id,
    LanguageCode,
    Latitude,
    Longitude,
    Moment,
    Shown,
    coded,
    left_out,
    one_of,
    up_to,
)
from directory.contacts.rules import ResponseRate
from directory.organisations.fields import (
    DESCRIPTION_MOST,
    FOUNDED_FROM,
    FOUNDED_TO,
    LINE_MOST,
    NAME_MOST,
    PITCH_MOST,
    POSTCODE_MOST,
    URL_MOST,
)
from directory.organisations.licences import LICENCES
from directory.organisations.model import Organisation as Row
from directory.organisations.queries import Kept
from directory.organisations.rules import LINKS_MOST, LOCATIONS_MOST, TAGS_MOST, VISIBILITIES
from directory.organisations.shown import picture
from directory.organisations.vocabulary import BUSINESS_MODELS, CUSTOMER_FOCUS, KINDS, SIZES, STAGES, TAGS
from directory.terms import Vocabulary
from web.i18n import LOCALES, N_


def codes(vocabulary: Vocabulary) -> list[str]:
    """The codes of a vocabulary, in the order in which they are offered."""
    return [term.code for term in vocabulary]


Kind = Annotated[str, one_of(codes(KINDS))]
Size = Annotated[str, one_of(codes(SIZES), unknown=True)]
Stage = Annotated[str, one_of(codes(STAGES), unknown=True)]
Model = Annotated[str, one_of(codes(BUSINESS_MODELS), unknown=True)]
Focus = Annotated[str, one_of(codes(CUSTOMER_FOCUS), unknown=True)]
Visibility = Annotated[str, one_of(VISIBILITIES)]
Industry = Annotated[str, one_of(codes(TAGS["industry"]))]
Technology = Annotated[str, one_of(codes(TAGS["technology"]))]
Market = Annotated[str, one_of(codes(TAGS["market"]))]
Year = Annotated[int, Field(ge=FOUNDED_FROM, le=FOUNDED_TO), WHOLE]
Name = Annotated[str, up_to(NAME_MOST, 1)]
Line = Annotated[str, up_to(LINE_MOST)]
Postcode = Annotated[str, up_to(POSTCODE_MOST)]
WebAddress = Annotated[str, up_to(URL_MOST)]

# The API's names of lists, and the record's.
LISTS = {"industries": "industry", "technologies": "technology", "markets": "market", "languages": "languages"}
PAGE = N_("Its page here, for people.")
TEXTS = N_("What it says in German and in English; each language may be empty.")
SOURCES = N_("All who keep it elsewhere: several where it was made of several records. `source` is the first of them.")
SOURCE = N_("Who keeps the record elsewhere and its key there; null: it was made here.")
PUBLIC = N_("Whether everybody may see it; else people with an account.")
CHANGED = N_("When the record, or what hangs on it, last changed.")
CONFIRMED = N_("When somebody who knows last said that this is so.")


# Of records, by their source and their number there.
Licences = Mapping[Kept, str]


class Source(Shown):
    """Where a record comes from."""

    name: str = Field(description=N_("The source, as the import called it."))
    id: str = Field(description=N_("The record's key there."))
    licence: Annotated[str, coded(LICENCES.codes)] = Field(
        description=N_("On which terms the source gives its records, as a code; empty: nothing is known.")
    )


class OrganisationText(Shown):
    """An organisation in one language."""

    pitch: str = Field(description=N_("One line."))
    description: str = Field(description=N_("Markdown as it was typed: make it safe before you show it."))


class OrganisationTexts(InBoth[OrganisationText]):
    """An organisation in both languages."""


class Link(Shown):
    """A place on the web where it also is."""

    label: str
    url: Address


class Location(Shown):
    """A further place where it is."""

    label: str
    place: str
    postcode: str
    country: str
    latitude: float | None
    longitude: float | None


class Responding(Shown):
    """How an organisation answers requests for contact."""

    asked: int = Field(description=N_("How many it has got in the last half year."))
    answered: int
    hours: float = Field(description=N_("Until its answer, on average."))

    @classmethod
    def of(cls, rate: ResponseRate) -> Self:
        """As its page says it."""
        return cls(asked=rate.asked, answered=rate.answered, hours=round(rate.hours, 1))


class Organisation(Shown):
    """An organisation of the directory."""

    id: Id = Field(description=N_("Stays the same for good."))
    slug: str = Field(description=N_("Its name in addresses."))
    page: Address = Field(description=PAGE)
    kind: Annotated[str, coded(KINDS.codes)]
    name: str
    legal_name: str
    website: str
    founded: int | None = Field(description=N_("The year."))
    size: Annotated[str, coded(SIZES.codes)]
    stage: Annotated[str, coded(STAGES.codes)]
    business_model: Annotated[str, coded(BUSINESS_MODELS.codes)]
    customer_focus: Annotated[str, coded(CUSTOMER_FOCUS.codes)]
    country: str = Field(description=N_("ISO 3166-1 alpha-2."))
    place: str
    postcode: str
    latitude: float | None
    longitude: float | None
    video_url: str
    texts: OrganisationTexts = Field(description=TEXTS)
    industries: list[Annotated[str, coded(TAGS["industry"].codes)]]
    technologies: list[Annotated[str, coded(TAGS["technology"].codes)]]
    markets: list[Annotated[str, coded(TAGS["market"].codes)]]
    languages: list[str] = Field(description=N_("In which one can talk with it: ISO 639-1."))
    links: list[Link]
    locations: list[Location]
    logo: str | None = Field(description=N_("Address of a picture, 512 by 512 pixels."))
    banner: str | None = Field(description=N_("Address of a picture, 1600 by 400 pixels."))
    source: Source | None = Field(description=SOURCE)
    sources: list[Source] = Field(description=SOURCES)
    public: bool = Field(description=PUBLIC)
    confirmed_at: Moment | None = Field(description=CONFIRMED)
    responds: Responding | None = Field(description=N_("Null: it was asked too seldom to say something."))
    created_at: Moment
    updated_at: Moment = Field(description=CHANGED)

    @classmethod
    def of(
        cls,
        row: Row,
        fields: Mapping[str, Any],
        sources: Sequence[Kept],
        licences: Licences,
        rate: ResponseRate | None,
        site: str,
    ) -> Self:
        """An organisation that the viewer may see, with who keeps it, the licences of records and how it answers;
        `site` is our own address."""
        kept = [one for each in sources if (one := source_of(*each, licences))]
        plain = "kind name legal_name website founded size stage business_model customer_focus country place postcode"
        plain += " latitude longitude video_url confirmed_at"
        values: dict[str, Any] = {name: fields[name] for name in plain.split()}
        values |= {name: list(fields[field]) for name, field in LISTS.items()}
        return cls(
            **values,
            id=row.id,
            slug=row.slug,
            page=f"{site}/o/{row.slug}",
            texts=OrganisationTexts(
                **{
                    locale: OrganisationText(
                        pitch=fields[f"pitch.{locale}"], description=fields[f"description.{locale}"]
                    )
                    for locale in sorted(LOCALES)
                }
            ),
            links=[Link(label=label, url=url) for label, url in fields["links"]],
            locations=[Location(**dict(zip(Location.model_fields, one, strict=True))) for one in fields["locations"]],
            logo=site + picture(row.logo) if row.logo else None,
            banner=site + picture(row.banner) if row.banner else None,
            source=kept[0] if kept else None,
            sources=kept,
            public=fields["visibility"] == "public",
            responds=Responding.of(rate) if rate else None,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class MergeInto(Given):
    """Which organisation remains."""

    into: GivenId


class OrganisationPage(PageOf[Organisation]):
    """A page of organisations, in the order in which they last changed."""


class OrganisationQuery(Paged):
    """Which organisations."""

    updated_since: Since = None
    kind: Kind | None = None
    country: Country | None = None
    industry: Industry | None = None
    partner: GivenId | None = Field(None, description=N_("Only the network of this partner, by its id."))


class GivenOrganisationText(Given):
    """An organisation in one language; what is left out stays."""

    pitch: Annotated[str, up_to(PITCH_MOST)] = left_out()
    description: Annotated[str, up_to(DESCRIPTION_MOST)] = left_out()


class GivenOrganisationTexts(GivenInBoth[GivenOrganisationText]):
    """An organisation in one language or both; what is left out stays."""


class GivenLink(Given):
    """A place on the web."""

    label: Line = ""
    url: Annotated[str, up_to(URL_MOST, 1)]


class GivenLocation(Given):
    """A further place."""

    label: Line = ""
    place: Annotated[str, up_to(LINE_MOST, 1)]
    postcode: Postcode = ""
    country: Country = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class OrganisationChange(Given):
    """What is to be changed of an organisation. What is left out stays; lists are given whole."""

    kind: Kind = left_out()
    name: Name = left_out()
    legal_name: Annotated[str, up_to(NAME_MOST)] = left_out()
    website: WebAddress = left_out()
    founded: Year | None = left_out()
    size: Size = left_out()
    stage: Stage = left_out()
    business_model: Model = left_out()
    customer_focus: Focus = left_out()
    country: Country = left_out()
    place: Line = left_out()
    postcode: Postcode = left_out()
    latitude: Latitude | None = left_out()
    longitude: Longitude | None = left_out()
    video_url: WebAddress = left_out()
    visibility: Visibility = left_out()
    texts: GivenOrganisationTexts = left_out()
    industries: Annotated[list[Industry], Field(max_length=TAGS_MOST)] = left_out()
    technologies: Annotated[list[Technology], Field(max_length=TAGS_MOST)] = left_out()
    markets: Annotated[list[Market], Field(max_length=TAGS_MOST)] = left_out()
    languages: Annotated[list[LanguageCode], Field(max_length=50)] = left_out()
    links: Annotated[list[GivenLink], Field(max_length=LINKS_MOST)] = left_out()
    locations: Annotated[list[GivenLocation], Field(max_length=LOCATIONS_MOST)] = left_out()


class OrganisationNew(OrganisationChange):
    """A new organisation. Whoever makes it becomes its administrator."""

    kind: Kind
    name: Name
    another: bool = Field(
        False, description=N_("Make it although another record has the same website: they are two organisations.")
    )


def source_of(name: str | None, id_: str | None, licences: Licences) -> Source | None:
    """Where a record comes from, and on which terms."""
    return Source(name=name, id=id_ or "", licence=licences.get((name, id_), "")) if name else None
