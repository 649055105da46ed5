"""Money is written one way, wherever it stands."""

from decimal import Decimal

import pytest

from web.money import amount, span


@pytest.mark.parametrize(
    ("least", "most", "english", "german"),
    [
        (50_000, 100_000, "€50,000–€100,000", "50.000–100.000 €"),
        (Decimal("99.90"), Decimal("120"), "€99.90–€120", "99,90–120 €"),
        (50_000, None, "from €50,000", "ab 50.000 €"),
        (None, Decimal("99.9"), "up to €99.90", "bis 99,90 €"),
        (7, 7, "€7", "7 €"),
        (None, None, "", ""),
    ],
)
def test_a_range_of_money_is_written_as_each_language_writes_it(
    least: Decimal | None, most: Decimal | None, english: str, german: str
) -> None:
    assert span(least, most, "EUR", "en") == english
    assert span(least, most, "EUR", "de").replace("\u00a0", " ") == german


def test_from_a_million_on_it_is_short_where_it_may_be() -> None:
    assert amount(1_250_000, "EUR", "en") == "€1,250,000"
    assert span(500_000, 1_250_000, "EUR", "en", short=True) == "€500,000–€1.2M"
    assert span(500_000, 1_250_000, "EUR", "de", short=True).replace("\u00a0", " ") == "500.000 €–1,2 Mio. €"


def test_another_currency_is_told() -> None:
    assert span(10, 20, "CHF", "de").replace("\u00a0", " ") == "10–20 CHF"
