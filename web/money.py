"""Money as people write it: one amount, or a range of which either end may be open."""

from decimal import Decimal

from babel.numbers import format_compact_currency, format_currency

from web.i18n import formats, translations

_SHORT_FROM = 1_000_000
_NO_BREAK = "\u00a0"


def amount(value: Decimal | int, currency: str, locale: str, *, short: bool = False) -> str:
    """An amount; a whole one without ".00", and `short` from a million on."""
    known = formats(locale)
    if short and value >= _SHORT_FROM:
        return str(format_compact_currency(value, currency, locale=known, fraction_digits=1))
    standard = str(known.currency_formats["standard"].pattern)
    pattern = standard.replace(".00", "") if value == int(value) else standard
    return str(format_currency(value, currency, pattern, locale=known, currency_digits=False))


def span(
    least: Decimal | int | None, most: Decimal | int | None, currency: str, locale: str, *, short: bool = False
) -> str:
    """A range of money; empty for none. As with times nothing stands beside its dash, and where the currency stands
    behind, it is said once: €50,000–€100,000 and 50.000–100.000 €."""
    _ = translations(locale).gettext
    if least is None:
        return _("up to %(money)s") % {"money": amount(most, currency, locale, short=short)} if most is not None else ""
    if most is None:
        return _("from %(money)s") % {"money": amount(least, currency, locale, short=short)}
    first, last = (amount(each, currency, locale, short=short) for each in (least, most))
    if first == last:
        return first
    alike = not short or (least < _SHORT_FROM) == (most < _SHORT_FROM)  # no half of a range goes without its "Mio."
    sign = _NO_BREAK + last.rpartition(_NO_BREAK)[2]
    return f"{first.removesuffix(sign) if alike and _NO_BREAK in last else first}–{last}"
