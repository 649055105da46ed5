"""What the fields of a product may say: amounts above all, as people type them."""

from typing import Any

import pytest

from directory.products.fields import FIELDS, PRICE_MOST, RULES, cents
from directory.products.shown import price
from people.text import UnacceptableError


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("98000", 9_800_000),
        ("98.000", 9_800_000),
        ("98,000.50", 9_800_050),
        ("1.234.567,8", 123_456_780),
        ("99,90", 9_990),
        ("12 000", 1_200_000),
        ("0", 0),
        ("", None),
        (None, None),
        (4_200, 4_200),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: Any, amount: int | None) -> None:
    assert cents(typed) == amount


@pytest.mark.parametrize("typed", ["-1", "a lot", "1.2.3", "1e9", "٣", "9" * 40, PRICE_MOST + 1, -1])
def test_what_is_no_amount_is_refused(typed: Any) -> None:
    with pytest.raises(UnacceptableError):
        cents(typed)


def test_prices_are_written_as_the_reader_writes_them() -> None:
    assert price(9_800_000, 14_500_000, "EUR", "en") == "€98,000–€145,000"
    assert price(9_800_000, None, "EUR", "de").replace("\u00a0", " ") == "ab 98.000 €"
    assert price(None, 9_990, "EUR", "en") == "up to €99.90"
    assert price(100, 100, "JPY", "en") == "JP¥1"
    assert price(None, None, "", "en") == ""


def test_every_field_but_the_confirmation_has_a_rule() -> None:
    assert set(FIELDS) - RULES.keys() == {"confirmed_at"}


def test_certificates_are_few_and_short() -> None:
    assert RULES["certificates"](["CE", "", "CE", "ISO 9001"]) == ("CE", "ISO 9001")
    with pytest.raises(UnacceptableError):
        RULES["certificates"]([f"ISO {number}" for number in range(21)])
