"""Needs as search engines read them: JSON-LD with the words of schema.org."""

from collections.abc import Sequence
from typing import Any

from directory.needs.seen import Seen
from web.markdown import beginning

# Characters of what a need says: on its own page, and among others.
DESCRIPTION_MOST, LISTED_MOST = 1_000, 300


def described(need: Seen, locale: str, base: str, most: int = DESCRIPTION_MOST) -> dict[str, Any]:
    """A Demand or an Offer. Whose it is stands in it only where the viewer's own view of the need says so. `most` is in
    characters of what it says."""
    thing = _thing(need, locale, base, most)
    if need.owner is None or need.blind:
        return _CONTEXT | thing
    relation = "makesOffer" if need.offers else "seeks"
    owner = {"@type": "Organization", "name": need.owner.name, "url": f"{base}/o/{need.owner.slug}"}
    return _CONTEXT | owner | {relation: thing}


def listed(needs: Sequence[Seen], name: str, address: str, locale: str, base: str) -> dict[str, Any]:
    """The list of what everybody may read, in its order. Whose they are stands on their own pages alone."""
    public = [need for need in needs if need.visibility == "public"]
    entries = [
        {"@type": "ListItem", "position": number, "item": _thing(need, locale, base, LISTED_MOST)}
        for number, need in enumerate(public, 1)
    ]
    about = {"@type": "ItemList", "@id": address, "url": address, "name": name, "inLanguage": locale}
    return _CONTEXT | about | {"numberOfItems": len(entries), "itemListElement": entries}


_CONTEXT = {"@context": "https://schema.org"}


def _thing(need: Seen, locale: str, base: str, most: int) -> dict[str, Any]:
    said = need.said(locale)
    thing: dict[str, Any] = {
        "@type": "Offer" if need.offers else "Demand",
        "@id": base + need.path(locale),
        "url": base + need.path(locale),
        "name": said.title,
        "description": beginning(said.text, most),
        "inLanguage": need.language(locale),
    }
    if need.country:
        thing["areaServed"] = {"@type": "Country", "name": need.country}
    if need.deadline:
        thing["availabilityEnds"] = need.deadline.isoformat()
    if need.currency:
        prices = {"minPrice": need.budget_from, "maxPrice": need.budget_to}
        known = {key: value for key, value in prices.items() if value is not None}
        thing["priceSpecification"] = {"@type": "PriceSpecification", "priceCurrency": need.currency} | known
    return thing
