"""Organisations as pages show them, in a reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

from markupsafe import Markup

from directory.organisations.domains import domain_of
from directory.organisations.model import Organisation
from directory.organisations.names import FIELD_NAMES
from directory.organisations.rules import in_locale
from directory.organisations.vocabulary import (
    BUSINESS_MODELS,
    CUSTOMER_FOCUS,
    KINDS,
    SIZES,
    STAGES,
    TAGS,
    country_name,
)
from people import languages
from web.i18n import LOCALES, N_, translations
from web.markdown import rendered

ROLE_NAMES = {"member": N_("Member"), "editor": N_("Editor"), "administrator": N_("Administrator")}


@dataclass(frozen=True)
class Shown:
    """An organisation with all that its page says, in one language, with the other one where that says nothing."""

    id: str
    slug: str
    kind: str
    kind_name: str
    name: str
    legal_name: str
    pitch: str
    pitch_lang: str
    description: Markup
    description_lang: str
    website: str
    domain: str
    country: str
    where: str  # "45127 Essen, Germany"
    logo: str  # addresses, or ""
    logo_small: str
    banner: str
    facts: Sequence[tuple[str, str]]  # what is known, named
    industries: Sequence[str]
    technologies: Sequence[str]
    markets: Sequence[str]
    languages: Sequence[str]
    links: Sequence[tuple[str, str]]
    locations: Sequence[tuple[str, str]]
    video_url: str
    source: str | None
    confirmed_at: datetime | None
    updated_at: datetime
    public: bool
    fields: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Its address."""
        return f"/o/{self.slug}"

    @classmethod
    def of(cls, organisation: Organisation, fields: Mapping[str, Any], locale: str) -> Self:
        """An organisation with its fields, for a reader."""
        pitch, pitch_lang = in_locale(_texts(fields, "pitch"), locale)
        description, description_lang = in_locale(_texts(fields, "description"), locale)
        return cls(
            id=organisation.id,
            slug=organisation.slug,
            kind=organisation.kind,
            kind_name=KINDS.name(organisation.kind, locale),
            name=organisation.name,
            legal_name=organisation.legal_name if organisation.legal_name != organisation.name else "",
            pitch=pitch,
            pitch_lang=pitch_lang,
            description=markdown(description),
            description_lang=description_lang,
            website=organisation.website,
            domain=organisation.domain,
            country=organisation.country,
            where=where(organisation.place, organisation.postcode, organisation.country, locale),
            logo=picture(organisation.logo),
            logo_small=picture(organisation.logo_small),
            banner=picture(organisation.banner),
            facts=facts(organisation, locale),
            **{
                name: [TAGS[kind].name(code, locale) for code in fields[kind]]
                for name, kind in (("industries", "industry"), ("technologies", "technology"), ("markets", "market"))
            },
            languages=[languages.name(code, locale) for code in fields["languages"]],
            links=[(label or domain_of(url) or url, url) for label, url in fields["links"]],
            locations=[(row[0], where(row[1], row[2], row[3], locale)) for row in fields["locations"]],
            video_url=organisation.video_url,
            source=organisation.source,
            confirmed_at=organisation.confirmed_at,
            updated_at=organisation.updated_at,
            public=organisation.visibility == "public",
            fields=fields,
        )

    @property
    def video_host(self) -> str:
        """Where the video is: one sees it before one goes there."""
        return urlsplit(self.video_url).hostname or ""


def where(place: str, postcode: str, country: str, locale: str) -> str:
    """A place on one line."""
    town = " ".join(part for part in (postcode, place) if part)
    return ", ".join(part for part in (town, country_name(country, locale) if country else "") if part)


def picture(file: str | None) -> str:
    """Where the browser gets a picture, by its file's name; empty for none."""
    return f"/pictures/{file}" if file else ""


def facts(organisation: Organisation, locale: str) -> list[tuple[str, str]]:
    """What is known about an organisation, each with its name, in the order in which people ask."""
    _ = translations(locale).gettext
    known = (
        ("founded", str(organisation.founded or "")),
        ("size", SIZES.name(organisation.size, locale)),
        ("stage", STAGES.name(organisation.stage, locale)),
        ("business_model", BUSINESS_MODELS.name(organisation.business_model, locale)),
        ("customer_focus", CUSTOMER_FOCUS.name(organisation.customer_focus, locale)),
    )
    return [(_(FIELD_NAMES[name]), text) for name, text in known if text]


def card_facts(industries: Sequence[str], place: str, country: str, size: str, locale: str) -> list[str]:
    """The few facts that a card shows: first industry, place, size."""
    industry = TAGS["industry"].name(industries[0], locale) if industries else ""
    town = ", ".join(part for part in (place, country) if part)
    return [text for text in (industry, town, SIZES.name(size, locale)) if text]


@lru_cache(1_024)
def markdown(text: str) -> Markup:
    """A description as HTML, remembered: the same pages are looked at again and again."""
    return rendered(text)


def _texts(fields: Mapping[str, Any], part: str) -> dict[str, str]:
    return {locale: fields[f"{part}.{locale}"] for locale in LOCALES}
