"""What the fields of an organisation may say, in both languages; see also `industries` and `technologies`."""

import re
from functools import lru_cache

from babel import Locale

from directory.organisations.industries import INDUSTRIES
from directory.organisations.technologies import MARKETS, TECHNOLOGIES
from directory.terms import Term, Vocabulary, folded
from web.i18n import formats

KINDS = Vocabulary(
    Term(
        "startup", "Start-up", "Start-up", ("start up", "startup", "young company", "gruendung", "spin off", "scaleup")
    ),
    Term(
        "company",
        "Company",
        "Unternehmen",
        ("firm", "firma", "sme", "kmu", "mittelstand", "corporate", "enterprise", "konzern", "betrieb", "business"),
    ),
    Term(
        "municipality",
        "Municipality or public utility",
        "Kommune oder Stadtwerk",
        (
            "municipality",
            "kommune",
            "stadt",
            "city",
            "public utility",
            "stadtwerke",
            "gemeinde",
            "landkreis",
            "public body",
            "behoerde",
        ),
    ),
    Term(
        "research",
        "Research institute",
        "Forschungseinrichtung",
        (
            "research",
            "institute",
            "institut",
            "university",
            "universitaet",
            "hochschule",
            "forschungsinstitut",
            "academia",
        ),
    ),
    Term(
        "investor",
        "Investor",
        "Kapitalgeber",
        ("vc", "venture capital", "business angel", "fund", "fonds", "bank", "investoren"),
    ),
    Term(
        "partner",
        "Partner institution",
        "Partnerinstitution",
        (
            "partner",
            "chamber",
            "kammer",
            "ihk",
            "hwk",
            "cluster",
            "network",
            "netzwerk",
            "development agency",
            "wirtschaftsfoerderung",
            "association",
            "verband",
            "accelerator",
            "incubator",
        ),
    ),
)
SIZES = Vocabulary(
    Term("1-10", "1 to 10 people", "1 bis 10 Personen", ("1 10 employees", "1 10 mitarbeiter", "micro", "kleinst")),
    Term("11-50", "11 to 50 people", "11 bis 50 Personen", ("11 50 employees", "11 50 mitarbeiter", "small", "klein")),
    Term("51-100", "51 to 100 people", "51 bis 100 Personen", ("51 100 employees", "51 100 mitarbeiter")),
    Term(
        "101-250",
        "101 to 250 people",
        "101 bis 250 Personen",
        ("101 250 employees", "101 250 mitarbeiter", "51 250", "medium", "mittel"),
    ),
    Term("251-500", "251 to 500 people", "251 bis 500 Personen", ("251 500 employees", "251 500 mitarbeiter")),
    Term(
        "501-1000",
        "501 to 1,000 people",
        "501 bis 1.000 Personen",
        ("501 1000 employees", "501 1000 mitarbeiter", "large", "gross"),
    ),
    Term(
        "1001-5000",
        "1,001 to 5,000 people",
        "1.001 bis 5.000 Personen",
        ("1001 5000 employees", "1001 5000 mitarbeiter"),
    ),
    Term(
        "5001-10000",
        "5,001 to 10,000 people",
        "5.001 bis 10.000 Personen",
        ("5001 10000 employees", "5001 10000 mitarbeiter"),
    ),
    Term(
        "10001+",
        "More than 10,000 people",
        "Mehr als 10.000 Personen",
        ("10001 employees", "10001 plus employees", "10000 plus", "10001 plus mitarbeiter"),
    ),
)
# The first size of each band, to find the band of a number of people.
_SIZE_FROM = ((10_001, "10001+"), (5_001, "5001-10000"), (1_001, "1001-5000"), (501, "501-1000"), (251, "251-500"),
              (101, "101-250"), (51, "51-100"), (11, "11-50"), (1, "1-10"))  # fmt: skip
STAGES = Vocabulary(
    Term("idea", "Idea", "Idee", ("concept", "konzept", "ideation", "idea stage")),
    Term(
        "pre-seed",
        "Before the first money",
        "Vor der ersten Finanzierung",
        ("pre seed", "preseed", "pre seed stage", "pre seed phase"),
    ),
    Term(
        "seed", "First money", "Erste Finanzierung", ("seed", "seed stage", "seed phase", "early stage", "fruehphase")
    ),
    Term(
        "startup",
        "First customers",
        "Erste Kunden",
        ("startup stage", "start up stage", "startup phase", "start up phase", "market entry", "series a"),
    ),
    Term(
        "growth",
        "Growth",
        "Wachstum",
        ("growth stage", "growth phase", "wachstumsphase", "scale up", "series b", "expansion"),
    ),
    Term(
        "later",
        "Large and growing",
        "Groß und wachsend",
        ("later stage", "late stage", "later phase", "series c", "series d", "pre ipo"),
    ),
    Term(
        "steady",
        "Established",
        "Etabliert",
        ("steady stage", "steady phase", "established", "mature", "etabliert", "bestand"),
    ),
)
BUSINESS_MODELS = Vocabulary(
    Term("saas", "Software by subscription", "Software im Abonnement", ("saas", "software as a service", "software")),
    Term(
        "platform",
        "Platform or marketplace",
        "Plattform oder Marktplatz",
        ("platform", "marketplace", "plattform", "marktplatz"),
    ),
    Term(
        "services",
        "Services",
        "Dienstleistungen",
        ("sale of services", "services", "service", "dienstleistung", "consulting", "beratung"),
    ),
    Term(
        "retail", "Trade", "Handel", ("retail / e commerce", "retail", "e commerce", "ecommerce", "handel", "trading")
    ),
    Term(
        "manufacturing",
        "Making goods",
        "Herstellung",
        ("manufacturing", "production", "produktion", "hersteller", "manufacturer", "fertigung", "hardware"),
    ),
    Term(
        "licensing",
        "Licences and patents",
        "Lizenzen und Patente",
        ("licensing", "license", "lizenz", "lizenzen", "ip", "patents"),
    ),
    Term(
        "operator",
        "Operating plants or networks",
        "Betrieb von Anlagen oder Netzen",
        ("operator", "betreiber", "infrastructure", "versorger", "utility", "contracting"),
    ),
    Term("advertising", "Advertising", "Werbung", ("ads", "advertising based", "werbefinanziert")),
    Term(
        "non-profit",
        "Not for profit",
        "Gemeinnützig",
        ("nonprofit", "non profit", "gemeinnuetzig", "foundation", "stiftung", "public service"),
    ),
    Term("other", "Other", "Anderes", ("other", "sonstiges", "andere")),
)
CUSTOMER_FOCUS = Vocabulary(
    Term("b2b", "Companies", "Unternehmen", ("b2b", "business to business", "geschaeftskunden", "firmenkunden")),
    Term("b2c", "Consumers", "Privatkunden", ("b2c", "business to consumer", "endkunden", "verbraucher", "d2c")),
    Term("b2b2c", "Consumers through companies", "Privatkunden über Unternehmen", ("b2b2c",)),
    Term(
        "b2g",
        "The public sector",
        "Öffentliche Hand",
        ("b2g", "b2a", "government", "public sector", "oeffentlicher sektor"),
    ),
    Term("c2c", "Consumers among themselves", "Privatkunden untereinander", ("c2c", "p2p", "peer to peer")),
)
# The kinds of tags, each with its vocabulary.
TAGS = {"industry": INDUSTRIES, "technology": TECHNOLOGIES, "market": MARKETS}

_SOME = r"(?P<least>\d{1,7})(?:\s*(?:-|–|—|to|bis)\s*(?P<most>\d{1,7}))?"
_PEOPLE = re.compile(
    r"(?P<how>ca\.?|about|~|rund|etwa|>=?|≥|more than|over|ueber|mehr als|ab"
    r"|<=?|≤|less than|under|unter|up to|bis|bis zu)?"
    rf"\s*{_SOME}\s*(?P<plus>\+|and more|und mehr|plus)?"
    r"\s*(?:employees?|people|fte|mitarbeiter(?:innen)?|mitarbeitende|personen|beschaeftigte)?"
)
_ABOVE, _BELOW = (
    frozenset({">", "more than", "over", "ueber", "mehr als"}),
    frozenset({"<", "less than", "under", "unter"}),
)


def size_of(text: str) -> str | None:
    """The size band that a file means: a band, a number of people such as "35", "1.200", "ca. 40 employees" or "250+",
    or a range of another list's bands such as "10-49", whose middle decides."""
    known = SIZES.recognise(text)
    if known or len(text) > 40:
        return known
    plain = text.casefold().replace("ä", "ae").replace("ü", "ue")
    said = _PEOPLE.fullmatch(re.sub(r"(?<=\d)[.,' ](?=\d{3}\b)", "", plain).strip())
    return next((band for least, band in _SIZE_FROM if _people(said) >= least), None) if said else None


def _people(said: re.Match[str]) -> int:
    least, how = int(said["least"]), said["how"] or ""
    if said["most"]:
        return (least + int(said["most"])) // 2
    return least + (how in _ABOVE or bool(said["plus"])) - (how in _BELOW)


def country_of(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country by its code (two or three letters), or by its name in our languages or
    in those of neighbours."""
    return _countries().get(folded(text)) if len(text) <= 80 else None


def country_name(code: str, locale: str) -> str:
    """What a country is called in the reader's language; the code itself where it is none."""
    return str(formats(locale).territories.get(code, code))


@lru_cache
def country_choices(locale: str) -> tuple[tuple[str, str], ...]:
    """Pairs of code and name in the reader's language, by name; the house's own neighbours first."""
    near = ("DE", "AT", "CH")
    pairs = [(code, country_name(code, locale)) for code in country_codes()]
    return tuple(sorted(pairs, key=lambda pair: (near.index(pair[0]) if pair[0] in near else 9, folded(pair[1]))))


@lru_cache
def country_codes() -> frozenset[str]:
    """All codes of countries and territories that have one."""
    known = (str(code) for code in formats("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES)


# What the Unicode data have beside countries: unions, outlying and test entries.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_COUNTRY_WORDS = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "grossbritannien": "GB",
    "usa": "US", "united states of america": "US", "holland": "NL", "the netherlands": "NL", "turkey": "TR",
    "tuerkei": "TR", "czech republic": "CZ", "tschechische republik": "CZ", "south korea": "KR", "russia": "RU",
    "d": "DE", "deutschland": "DE", "brd": "DE", "schweiz": "CH", "uae": "AE", "vae": "AE", "macedonia": "MK",
    "deu": "DE", "aut": "AT", "che": "CH", "fra": "FR", "gbr": "GB", "ita": "IT", "esp": "ES", "nld": "NL",
    "bel": "BE", "lux": "LU", "pol": "PL", "cze": "CZ", "dnk": "DK", "swe": "SE", "nor": "NO", "fin": "FI",
    "prt": "PT", "irl": "IE", "grc": "GR", "hun": "HU", "rou": "RO", "bgr": "BG", "hrv": "HR", "svn": "SI",
    "svk": "SK", "est": "EE", "lva": "LV", "ltu": "LT", "tur": "TR", "isr": "IL", "ukr": "UA", "can": "CA",
    "jpn": "JP", "kor": "KR", "chn": "CN", "ind": "IN", "bra": "BR", "mex": "MX", "aus": "AU", "nzl": "NZ",
}  # fmt: skip


@lru_cache
def _countries() -> dict[str, str]:
    known = {code.lower(): code for code in country_codes()}
    for locale in ("en", "de"):
        known |= {folded(country_name(code, locale)): code for code in country_codes()}
    neighbours = [Locale.parse(language).territories for language in ("fr", "it", "es", "nl", "pl")]
    foreign = {folded(str(names[code])): code for names in neighbours for code in country_codes() if code in names}
    return foreign | known | _COUNTRY_WORDS
