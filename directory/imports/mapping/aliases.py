"""Under which names files know what we know: the targets of a mapping, and the words for them in both languages."""

import re
from dataclasses import dataclass
from functools import lru_cache

from directory.imports.mapping.foreign import FOREIGN
from directory.terms import folded
from web.i18n import N_


@dataclass(frozen=True)
class Target:
    """What a column can be taken as. `several`: more than one column can; `kinds`: for which kinds of records."""

    code: str
    label: str  # a message id
    words: tuple[str, ...]
    several: bool = False


ORGANISATIONS, PRODUCTS = "organisations", "products"
KINDS = (ORGANISATIONS, PRODUCTS)


def _target(code: str, label: str, words: str, *, several: bool = False) -> Target:
    return Target(code, label, tuple(word.strip() for word in words.split(",")), several)


_CONFIRMED = _target(
    "confirmed_at",
    N_("Last confirmed on"),
    "last updated, updated, updated at, last update, stand, letzte aktualisierung, aktualisiert am, confirmed, "
    "last confirmed, verified at, geprueft am, last modified, modified, zuletzt bestaetigt, zuletzt geprueft, "
    "zuletzt aktualisiert, bestaetigt am, datenstand",
)
ORGANISATION_TARGETS = (
    _target(
        "source_id",
        N_("Number at the source"),
        "id, source id, external id, uuid, record id, nr, nummer, kennung, firmennummer, company id, organisation "
        "id, startup id, key, profil id, kundennummer, datensatz id, lfd nr, identifier",
    ),
    _target(
        "name",
        N_("Name"),
        "name, company, company name, firma, firmenname, unternehmen, unternehmensname, organisation, "
        "organization, organisation name, organization name, startup, start up, startup name, marke, brand, "
        "display name, title, bezeichnung, account name, name des unternehmens, name der organisation, company "
        "title, anzeigename, firmenbezeichnung, mitglied, mitgliedsfirma, member, aussteller, exhibitor",
    ),
    _target(
        "legal_name",
        N_("Name in the register"),
        "legal name, legal entity, registered name, rechtsname, eingetragener name, handelsregistername, "
        "juristischer name, firmierung, full name, official name, rechtliche bezeichnung, vollstaendiger name, "
        "legal entity name",
    ),
    _target("legal_form", N_("Legal form"), "legal form, rechtsform, company type legal, gesellschaftsform"),
    _target(
        "kind",
        N_("What it is"),
        "kind, type, typ, art, organisationstyp, organization type, organisation type, company type, kategorie der "
        "organisation",
    ),
    _target(
        "website",
        N_("Website"),
        "website, web, url, homepage, webseite, internetseite, internet, official website, web site, site, link, "
        "domain, internetadresse, www, webadresse, home page, website url, company website, links website, weblink",
    ),
    _target(
        "email",
        N_("Mail address (for its domain)"),
        "email, e mail, mail, mailadresse, email address, e mail adresse, kontakt email, contact email, kontakt mail",
    ),
    _target(
        "pitch",
        N_("One line about it"),
        "teaser, tagline, pitch, slogan, short description, kurzbeschreibung, claim, one liner, summary, headline, "
        "elevator pitch, abstract, kurzprofil, kurztext, intro, usp, short text, short profile",
    ),
    _target(
        "pitch.de",
        N_("One line about it, in German"),
        "teaser de, pitch de, kurzbeschreibung de, short description de, teaser deutsch, kurzbeschreibung deutsch, "
        "tagline de, pitch deutsch, short description german",
    ),
    _target(
        "pitch.en",
        N_("One line about it, in English"),
        "teaser en, pitch en, kurzbeschreibung en, short description en, teaser englisch, kurzbeschreibung "
        "englisch, tagline en, pitch english, short description english",
    ),
    _target(
        "description",
        N_("Description"),
        "about, description, beschreibung, ueber uns, about us, profile, profil, long description, "
        "langbeschreibung, details, unternehmensbeschreibung, company description, text, unternehmensprofil, was "
        "wir machen, what we do, infotext, portrait, portraet",
    ),
    _target(
        "description.de",
        N_("Description in German"),
        "description de, beschreibung de, about de, beschreibung deutsch, description german, ueber uns de, profil "
        "de, description deutsch",
    ),
    _target(
        "description.en",
        N_("Description in English"),
        "description en, beschreibung en, about en, beschreibung englisch, description english, about us en, "
        "profile en, description englisch",
    ),
    _target(
        "industry",
        N_("Industries"),
        "industry, industries, sector, sectors, branche, branchen, wirtschaftszweig, sektor, vertical, verticals, "
        "market sector, industriezweig, branchenzuordnung, fachgebiet, taetigkeitsfeld, geschaeftsfeld, "
        "taetigkeitsfelder, wirtschaftsbereich",
        several=True,
    ),
    _target(
        "technology",
        N_("Technologies"),
        "technology, technologies, technologie, technologien, tech, tags, keywords, schlagworte, schlagwoerter, "
        "stichworte, tech stack, key technologies, themen, topics, kompetenzen, focus areas, schwerpunkte",
        several=True,
    ),
    _target(
        "market",
        N_("Markets"),
        "market, markets, maerkte, target market, target markets, zielmaerkte, zielmarkt, absatzmaerkte, regions, "
        "regionen, active in",
        several=True,
    ),
    _target(
        "stage",
        N_("Phase"),
        "stage, company stage, phase, entwicklungsphase, startup stage, unternehmensphase, growth stage, "
        "development stage, funding stage, reifephase, finanzierungsphase, buehne",
    ),
    _target(
        "business_model",
        N_("Business model"),
        "business model, geschaeftsmodell, businessmodel, revenue model, erloesmodell, business type",
    ),
    _target(
        "customer_focus",
        N_("Customers"),
        "customer focus, customers, kunden, zielgruppe, target group, b2b b2c, customer segment, kundenfokus, "
        "kundensegment, target customers, client focus",
    ),
    _target(
        "size",
        N_("Size"),
        "size, team size, employees, mitarbeiter, mitarbeiterzahl, number of employees, anzahl mitarbeiter, "
        "company size, unternehmensgroesse, teamgroesse, headcount, groesse, staff, employee count, ma, "
        "beschaeftigte, fte, mitarbeitende, anzahl beschaeftigte, anzahl mitarbeitende, beschaeftigtenzahl, "
        "no of employees, no employees, employees total, anzahl ma",
    ),
    _target(
        "founded",
        N_("Founded"),
        "founded, founding year, gruendungsjahr, gegruendet, year founded, foundation year, foundation, gruendung, "
        "founded in, gruendungsdatum, established, inception, founded on, year of foundation, seit, jahr der "
        "gruendung, founding date, since, gegruendet am, gegruendet im, year est, established in, est",
    ),
    _target(
        "location",
        N_("Place with country or postcode"),
        "location, headquarter, headquarters, hq, standort, sitz, hauptsitz, firmensitz, ort land, address, "
        "adresse, anschrift, hq location, based in, unternehmenssitz, lage, seat",
    ),
    _target(
        "place",
        N_("Place"),
        "place, city, town, stadt, ort, gemeinde, wohnort, hq city, city name, stadt ort, location city, address city",
    ),
    _target("postcode", N_("Postcode"), "postcode, postal code, zip, zip code, plz, postleitzahl, postal"),
    _target(
        "country",
        N_("Country"),
        "country, land, country code, laendercode, staat, nation, country name, hq country, isocode, iso country, "
        "laenderkennzeichen",
    ),
    _target("latitude", N_("Latitude"), "latitude, lat, breitengrad, geo lat, geographische breite, breite"),
    _target(
        "longitude",
        N_("Longitude"),
        "longitude, lon, lng, long, laengengrad, geo lng, geo lon, geographische laenge, laenge",
    ),
    _target(
        "languages",
        N_("Languages"),
        "languages, language, sprachen, sprache, spoken languages, korrespondenzsprachen",
        several=True,
    ),
    _target(
        "links",
        N_("Further links"),
        "linkedin, xing, twitter, facebook, instagram, youtube, crunchbase, social, social media, github, links, "
        "other links, weitere links, linkedin url, x, tiktok, blog",
        several=True,
    ),
    _target("video_url", N_("Video"), "video, video url, pitch video, video link, imagefilm, videolink"),
    _CONFIRMED,
)

PRODUCT_TARGETS = (
    _target(
        "source_id",
        N_("Number at the source"),
        "id, product id, produkt id, sku, artikelnummer, article number, external id, uuid, nr, nummer, source id, "
        "produktnummer, item number",
    ),
    _target(
        "organisation_id",
        N_("Number of its organisation at the source"),
        "company id, organisation id, organization id, firmen id, supplier id, vendor id, startup id, "
        "firmennummer, anbieter id",
    ),
    _target(
        "organisation",
        N_("Name of its organisation"),
        "company, company name, organisation, organization, firma, unternehmen, anbieter, hersteller, supplier, "
        "vendor, manufacturer, provider, startup, company.name, firmenname, exhibitor, aussteller",
    ),
    _target(
        "organisation_website",
        N_("Website of its organisation"),
        "company website, company url, website, homepage, webseite, domain, firmenwebsite, vendor website, "
        "anbieter website",
    ),
    _target(
        "name",
        N_("Name"),
        "name, product, product name, produkt, produktname, title, titel, bezeichnung, artikel, service, "
        "dienstleistung, item, loesung, solution, artikelbezeichnung",
    ),
    _target("name.de", N_("Name in German"), "name de, produktname de, titel de, bezeichnung de, title de"),
    _target("name.en", N_("Name in English"), "name en, product name en, title en, bezeichnung en, titel en"),
    _target(
        "line",
        N_("One line about it"),
        "teaser, tagline, short description, kurzbeschreibung, summary, claim, headline, slogan, kurztext",
    ),
    _target(
        "line.de",
        N_("One line about it, in German"),
        "teaser de, kurzbeschreibung de, short description de, kurztext de",
    ),
    _target(
        "line.en",
        N_("One line about it, in English"),
        "teaser en, kurzbeschreibung en, short description en, kurztext en",
    ),
    _target(
        "description",
        N_("Description"),
        "description, beschreibung, details, long description, text, langtext, produktbeschreibung, product "
        "description, about",
    ),
    _target(
        "description.de",
        N_("Description in German"),
        "description de, beschreibung de, langtext de, description german",
    ),
    _target(
        "description.en",
        N_("Description in English"),
        "description en, beschreibung en, langtext en, description english",
    ),
    _target(
        "category",
        N_("Category"),
        "category, kategorie, product category, produktkategorie, warengruppe, product type, produktgruppe, art, "
        "type, typ, segment",
    ),
    _target(
        "maturity",
        N_("Maturity"),
        "maturity, reifegrad, trl, technology readiness level, entwicklungsstand, status, stage, marktreife, readiness",
    ),
    _target(
        "price",
        N_("Price"),
        "price, preis, price from, preis ab, cost, kosten, list price, listenpreis, preis von, netto preis, price "
        "eur, preis eur",
    ),
    _target("price_to", N_("Price up to"), "price to, preis bis, max price, price max, hoechstpreis"),
    _target("currency", N_("Currency"), "currency, waehrung, currency code"),
    _target(
        "url",
        N_("Web page"),
        "product url, url, link, product link, produktlink, web page, produktseite, shop link, product page",
    ),
    _target(
        "certificates",
        N_("Certificates"),
        "certificates, certificate, zertifikate, zertifizierungen, certifications, standards, normen, zulassungen",
        several=True,
    ),
    _CONFIRMED,
)

TARGETS = {ORGANISATIONS: ORGANISATION_TARGETS, PRODUCTS: PRODUCT_TARGETS}


def targets(kind: str) -> dict[str, Target]:
    """What a column can be taken as, by code."""
    return {target.code: target for target in TARGETS[kind]}


def folded_name(column: str) -> str:
    """A column's name as it is compared: words apart also in "companyName", without what stands in brackets."""
    apart = re.sub(r"(?<=[a-zäöü])(?=[A-Z])", " ", column)
    return folded(re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", apart).replace("_", " "))


@lru_cache
def words(kind: str) -> dict[str, str]:
    """Every known name of a column, folded, and the code of its target; our own languages come first."""
    found: dict[str, str] = {}
    for target in TARGETS[kind]:
        for word in (target.code, *target.words):
            found.setdefault(folded_name(word), target.code)
    for code, said in FOREIGN[kind].items():
        for word in said.split(","):
            found.setdefault(folded_name(word), code)
    return found


def is_name_of_a_column(cell: str) -> bool:
    """Whether a cell may be a column's name rather than data."""
    if len(cell) > 60:
        return False
    name = folded_name(cell)
    return any(name in words(kind) or name.rsplit(" ", 1)[-1] in words(kind) for kind in KINDS)
