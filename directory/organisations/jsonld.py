"""An organisation as search engines read it (schema.org, JSON-LD), and its addresses in both languages."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from directory.organisations.shown import Shown

# Characters that would end a script element, or a line of it, inside a text.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def organisation(shown: Shown, home: str) -> dict[str, Any]:
    """The organisation; `home` is this site's own address."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(shown.kind, "Organization"),
        "@id": home + shown.path,
        "name": shown.name,
        "legalName": shown.legal_name,
        "description": shown.pitch,
        "url": shown.website or home + shown.path,
        "mainEntityOfPage": home + shown.path,
        "logo": home + shown.logo if shown.logo else "",
        "image": home + shown.banner if shown.banner else "",
        "foundingDate": str(shown.fields["founded"] or ""),
        "address": _address(shown.fields),
        "location": [_place(row) for row in shown.fields["locations"]],
        "knowsAbout": [*shown.industries, *shown.technologies],
        "knowsLanguage": list(shown.fields["languages"]),
        "sameAs": [url for _label, url in shown.links],
    }
    return {key: value for key, value in data.items() if value}


def script(parts: Sequence[Mapping[str, Any]]) -> Markup:
    """The content of a script element of type application/ld+json: no text of it can end the element."""
    text = json.dumps(list(parts) if len(parts) != 1 else parts[0], ensure_ascii=False)
    for character, escape in _UNSAFE.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - nothing in it can end the element


_TYPES = {"municipality": "GovernmentOrganization", "research": "ResearchOrganization", "company": "Corporation"}


def _address(fields: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        "addressLocality": fields["place"],
        "postalCode": fields["postcode"],
        "addressCountry": fields["country"],
    }
    filled = {key: value for key, value in known.items() if value}
    return {"@type": "PostalAddress", **filled} if filled else {}


def _place(row: Sequence[Any]) -> dict[str, Any]:
    label, place, postcode, country, *_position = row
    address = _address({"place": place, "postcode": postcode, "country": country})
    return {"@type": "Place", "address": address} | ({"name": label} if label else {})
