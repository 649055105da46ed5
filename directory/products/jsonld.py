"""A product as search engines read it (schema.org)."""

from typing import Any

from directory.organisations.shown import Shown
from directory.products.shown import ProductShown


def product(shown: ProductShown, organisation: Shown, home: str) -> dict[str, Any]:
    """The product; `home` is this site's own address."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": home + shown.path,
        "name": shown.name,
        "description": shown.line,
        "url": home + shown.path,
        "category": shown.category,
        "image": [home + one.large for one in shown.pictures],
        "brand": {"@type": "Organization", "name": organisation.name, "@id": home + organisation.path},
        "hasCertification": [{"@type": "Certification", "name": name} for name in shown.certificates],
        "offers": _offer(shown, home),
    }
    return {key: value for key, value in data.items() if value}


def _offer(shown: ProductShown, home: str) -> dict[str, Any]:
    least, most = shown.fields["price_from"], shown.fields["price_to"]
    if least is None and most is None:
        return {}
    offer: dict[str, Any] = {"@type": "AggregateOffer", "priceCurrency": shown.fields["currency"] or "EUR"}
    offer |= {"lowPrice": least / 100} if least is not None else {}
    offer |= {"highPrice": most / 100} if most is not None else {}
    return offer | {"url": home + shown.path}
