"""The fields of a product, as forms, imports and the change log name them, and what each of them may say.

=============================== ===========================================================
name.de, name.en                str: one line; at least one of both
line.de, line.en                str: one line
description.de, description.en  str: Markdown
category                        str: a code of vocabulary.CATEGORIES, or empty
maturity                        str: a code of vocabulary.MATURITIES, or empty
price_from, price_to            int (cents) or None
currency                        str: one of vocabulary.CURRENCIES, or empty
url                             str: an http(s) address, or empty
confirmed_at                    datetime (aware) or None
visibility                      str: "public" or "members"
certificates                    tuple of names
=============================== ===========================================================
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from directory.organisations.fields import (
    DESCRIPTION_MOST,
    LINE_MOST,
    NAME_MOST,
    PITCH_MOST,
    code_of,
    visibility,
    web_address,
)
from directory.products.vocabulary import CATEGORIES, CURRENCIES, MATURITIES
from people.text import UnacceptableError, one_line, paragraphs
from web.i18n import LOCALES, N_

CERTIFICATES_MOST, PICTURES_MOST, DOCUMENTS_MOST = 20, 12, 20
# Cents: a trillion of the currency is more than anybody asks for one thing.
PRICE_MOST = 100 * 10**12

COLUMNS = ("category", "maturity", "price_from", "price_to", "currency", "url", "confirmed_at", "visibility")
TEXTS = tuple(f"{part}.{locale}" for part in ("name", "line", "description") for locale in sorted(LOCALES))
FIELDS = (*COLUMNS, *TEXTS, "certificates")

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_GROUPED = re.compile(r"(?<=\d)[.,' \u00a0\u202f](?=\d{3}(\D|$))")


def cents(value: str | int | None) -> int | None:
    """An amount as it is typed ("1.200", "1,200.50", "99,90") in cents; a number is cents already.

    Raises UnacceptableError.
    """
    if value is None or isinstance(value, int):
        return _checked(value)
    text = value.strip()
    if not text:
        return None
    plain = _GROUPED.sub("", text).replace(",", ".") if len(text) <= 30 else ""
    if not _AMOUNT.fullmatch(plain):
        raise _no_amount()
    whole, _, part = plain.partition(".")
    return _checked(int(whole) * 100 + int(part.ljust(2, "0")))


def currency(text: str) -> str:
    """A currency's code. Raises UnacceptableError."""
    code = text.strip().upper()
    if code and code not in CURRENCIES:
        raise UnacceptableError(N_("Please choose from the list."))
    return code


def certificates(names: Iterable[str]) -> tuple[str, ...]:
    """The rule for certificates: names, without empty ones. Raises UnacceptableError."""
    found = tuple(dict.fromkeys(name for name in map(one_line(LINE_MOST), names) if name))
    if len(found) > CERTIFICATES_MOST:
        raise UnacceptableError(N_("At most %(most)s certificates, please."), most=CERTIFICATES_MOST)
    return found


def _checked(amount: int | None) -> int | None:
    if amount is not None and not 0 <= amount <= PRICE_MOST:
        raise _no_amount()
    return amount


def _no_amount() -> UnacceptableError:
    return UnacceptableError(N_("That is not an amount we can read."))


# The rule of each field that is typed or imported.
RULES: dict[str, Callable[[Any], Any]] = {
    "category": code_of(CATEGORIES),
    "maturity": code_of(MATURITIES),
    "price_from": cents,
    "price_to": cents,
    "currency": currency,
    "url": web_address,
    "visibility": visibility,
    **{f"name.{locale}": one_line(NAME_MOST) for locale in LOCALES},
    **{f"line.{locale}": one_line(PITCH_MOST) for locale in LOCALES},
    **{f"description.{locale}": paragraphs(DESCRIPTION_MOST) for locale in LOCALES},
    "certificates": certificates,
}
