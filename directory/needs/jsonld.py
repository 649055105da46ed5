"""A need as search engines read it: JSON-LD with the words of schema.org."""

from typing import Any

from directory.needs.seen import Seen
from web.markdown import plain


def described(need: Seen, locale: str, base: str) -> dict[str, Any]:
    """A Demand or an Offer. Whose it is stands in it only where the viewer's own view of the need says so."""
    said = need.said(locale)
    thing: dict[str, Any] = {
        "@type": "Offer" if need.offers else "Demand",
        "@id": base + need.path(locale),
        "url": base + need.path(locale),
        "name": said.title,
        "description": plain(said.text)[:1_000],
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
    if need.owner is None or need.blind:
        return {"@context": "https://schema.org"} | thing
    relation = "makesOffer" if need.offers else "seeks"
    owner = {"@type": "Organization", "name": need.owner.name, "url": f"{base}/o/{need.owner.slug}"}
    return {"@context": "https://schema.org"} | owner | {relation: thing}
