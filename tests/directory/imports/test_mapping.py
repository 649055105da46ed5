"""Columns find their fields, and texts become values, whatever a file calls them."""

from pathlib import Path

import pytest

from directory.imports.mapping.language import language_of
from directory.imports.mapping.names import Known, alike, keys_of
from directory.imports.mapping.places import Place, place_of
from directory.imports.mapping.plan import Mapping, checked
from directory.imports.mapping.suggest import suggested
from directory.imports.reading import recognised, sample
from directory.organisations.cores import core_of
from people.text import UnacceptableError
from tests.directory.imports.files import GERMAN, as_json, records_of, written


def mapping_of(path: Path, kind: str = "organisations") -> dict[str, str]:
    source = recognised(path)
    return suggested(source, sample(path, source), kind).columns


def test_german_columns_are_understood(tmp_path: Path) -> None:
    assert mapping_of(written(tmp_path, "list.csv", GERMAN, "cp1252")) == {
        "Firmenname": "name",
        "Rechtsform": "legal_form",
        "Branche": "industry",
        "PLZ": "postcode",
        "Ort": "place",
        "Land": "country",
        "Gründungsjahr": "founded",
        "Mitarbeiter": "size",
        "Webseite": "website",
        "Kurzbeschreibung": "pitch",
    }


def test_a_german_row_becomes_an_organisation(tmp_path: Path) -> None:
    first, second, third = records_of(written(tmp_path, "list.csv", GERMAN, "cp1252"))
    assert first.fields == {
        "name": "Müller Prüftechnik",
        "legal_name": "Müller Prüftechnik GmbH",
        "industry": ("machinery",),
        "postcode": "44787",
        "place": "Bochum",
        "country": "DE",
        "founded": 1998,
        "size": "11-50",
        "website": "https://www.mueller-prueftechnik.example",
        "pitch.de": "Wir prüfen Bauteile für die Bahn und für Straßen.",
        "kind": "company",
    }
    assert (first.source_id, first.line) == ("mueller-prueftechnik.example", 2)
    assert (second.fields["size"], third.fields["size"], third.fields["country"]) == ("1-10", "1001-5000", "CH")
    assert not first.notes + second.notes + third.notes


def test_other_names_are_found_by_what_they_are_like_and_by_what_stands_below(tmp_path: Path) -> None:
    content = (
        "ext_ref\tCompanyName\tWeb Adress\tA\tB\tC\tWhat they do\n"
        "7\tAcme GmbH\tacme.example\tBochum, DE\t11-50 Employees\tSaaS\t"
        "We build chargers for the fleets of cities and of companies in the whole of Europe\n"
        "8\tBolt\tbolt.example\tParis, FR\t1-10 Employees\tPlatform\tA platform for those who rent out their bikes\n"
    )
    assert mapping_of(written(tmp_path, "list.tsv", content)) == {
        "CompanyName": "name",
        "Web Adress": "website",
        "A": "location",
        "B": "size",
        "C": "business_model",
        "What they do": "pitch",
    }


def test_nested_json_is_mapped_by_its_paths(tmp_path: Path) -> None:
    value = {
        "startups": [
            {
                "uuid": "a-1",
                "profile": {"displayName": "Acme", "about_de": "Wir laden Busse.", "about_en": "We charge buses."},
                "address": {"city": "Bochum", "countryCode": "DE", "zip": "44787"},
                "sectors": [{"label": "Energy"}, {"label": "Mobility"}],
                "links": {"website": "https://acme.example", "linkedin": "https://www.linkedin.com/company/acme"},
                "foundedAt": "2015-03-01T00:00:00Z",
            }
        ]
    }
    [record] = records_of(as_json(tmp_path, value))
    assert record.source_id == "a-1"
    assert record.fields["name"] == "Acme"
    assert (record.fields["description.de"], record.fields["description.en"]) == (
        "Wir laden Busse.",
        "We charge buses.",
    )
    assert (record.fields["place"], record.fields["country"], record.fields["postcode"]) == ("Bochum", "DE", "44787")
    assert record.fields["industry"] == ("energy", "mobility")
    assert record.fields["website"] == "https://acme.example"
    assert record.fields["links"] == (("Linkedin", "https://www.linkedin.com/company/acme"),)


def test_a_file_without_a_header_is_mapped_by_its_content(tmp_path: Path) -> None:
    content = (
        "Acme GmbH,acme.example,2015,Germany\nBolt GmbH,bolt.example,2016,Austria\nCurl AG,curl.example,2017,France\n"
    )
    assert list(mapping_of(written(tmp_path, "list.csv", content)).values()) == [
        "legal_name",
        "website",
        "founded",
        "country",
    ]


def test_what_a_value_does_not_mean_is_said_with_its_column(tmp_path: Path) -> None:
    content = (
        "Name,Founded,Industry,Website,Country,Stage\n"
        'Acme,soon,"Energy; Quux","not a site",Atlantis,Seed Stage\n'
        ",2015,Energy,a.example,DE,-\n"
    )
    good, bad = records_of(written(tmp_path, "list.csv", content))
    assert {(note.column, note.value) for note in good.notes} == {
        ("Founded", "soon"),
        ("Industry", "Quux"),
        ("Website", "not"),
        ("Country", "Atlantis"),
    }
    assert good.fields == {"name": "Acme", "industry": ("energy",), "stage": "seed", "kind": "startup"}
    assert bad.refused is not None
    assert "no name" in bad.refused.text


def test_scripts_and_markup_do_not_come_along_in_any_field(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    content = (
        "Name,Teaser,About,City,Website,Industry\n"
        f'Acme {evil},"{evil}We <b>charge</b> buses &amp; trams","<p>One</p><p>Two</p>",'
        f"Bochum{evil},javascript:alert(1),{evil}\n"
    )
    [record] = records_of(written(tmp_path, "list.csv", content))
    assert record.fields["name"] == "Acme"
    assert record.fields["pitch.en"] == "We charge buses & trams"
    assert [line for line in record.fields["description.en"].split("\n") if line] == ["One", "Two"]
    assert record.fields["place"] == "Bochum"
    assert "website" not in record.fields
    assert not any("<" in str(value) for value in record.fields.values())
    assert {"Name", "Teaser", "About", "City"} <= {note.column for note in record.notes}


def test_invisible_letters_and_a_mixed_encoding_are_cleaned_and_told(tmp_path: Path) -> None:
    content = b"Name,Teaser\n" + "Acme\u200b GmbH,für".encode() + b" \xff viele ".replace(b"\xff", b"\xfc")
    content += b"\n" + "Größe,schöne Wörter für überall und noch mehr äöü äöü äöü äöü äöü äöü äöü äöü\n".encode() * 3
    first, *_ = records_of(written(tmp_path, "list.csv", content))
    assert first.fields["name"] == "Acme GmbH"
    assert "encoding is mixed" in first.notes[-1].text


def test_a_pitch_that_is_too_long_becomes_the_description(tmp_path: Path) -> None:
    text = "We charge buses and trams for the cities of Europe. " * 12
    [record] = records_of(written(tmp_path, "list.csv", f'Name,Teaser,Year\nAcme,"{text}",2015\n'))
    assert record.fields["description.en"] == text.strip()
    assert record.fields["pitch.en"].endswith("…")
    assert len(record.fields["pitch.en"]) <= 280


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Hamburg, DE", Place("Hamburg", "", "DE")),
        ("Frankfurt am Main, Germany", Place("Frankfurt am Main", "", "DE")),
        ("44787 Bochum", Place("Bochum", "44787", "")),
        ("D-44787 Bochum", Place("Bochum", "44787", "DE")),
        ("CH-8001 Zürich", Place("Zürich", "8001", "CH")),
        ("Universitätsstr. 150, 44801 Bochum, Deutschland", Place("Bochum", "44801", "DE")),
        ("London (UK)", Place("London", "", "GB")),
        ("Bochum, NRW, Deutschland", Place("Bochum", "", "DE")),
        ("Germany", Place("", "", "DE")),
        ("Essen", Place("Essen", "", "")),
        ("", Place()),
    ],
)
def test_a_place_is_taken_apart(text: str, place: Place) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir entwickeln Ladesäulen für Stadtwerke.", "de"),
        ("We develop chargers for public utilities.", "en"),
        ("Plattform für Handwerker", "de"),
        ("SaaS", ""),
        ("", ""),
    ],
)
def test_a_language_is_recognised(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_name_is_compared_without_its_legal_form() -> None:
    assert {
        core_of(name) for name in ("Vectoflow GmbH GmbH", "vectoflow", "VECTOFLOW UG (haftungsbeschränkt) & Co. KG")
    } == {"vectoflow"}
    assert core_of("GmbH") == "gmbh"


def test_names_that_are_nearly_the_same_meet_and_others_do_not() -> None:
    assert set(keys_of("vectoflow", "")) & set(keys_of("vektoflow", ""))
    assert set(keys_of("tele look", "")) & set(keys_of("telelook", ""))
    assert set(keys_of("stadtwerke bochum holding", "")) & set(keys_of("stadtwerke bochum", ""))
    assert not set(keys_of("stadtwerke bochum", "")) & set(keys_of("stadtwerke essen", ""))
    assert alike(Known("vectoflow", ""), Known("vektoflow", "")) >= 75
    assert alike(Known("acme", "acme.example"), Known("acme energy", "acme.example")) >= 60
    assert alike(Known("acme", "acme.example"), Known("acme", "acme.other")) == 75
    assert alike(Known("bolt", ""), Known("boll", "")) == 0
    assert alike(Known("stadtwerke bochum", ""), Known("stadtwerke essen", "")) == 0


def test_a_mapping_needs_a_name_and_each_field_once() -> None:
    columns = ("A", "B", "C")
    with pytest.raises(UnacceptableError, match="name"):
        checked(Mapping(columns={"A": "website"}), columns)
    with pytest.raises(UnacceptableError, match="cannot both"):
        checked(Mapping(columns={"A": "name", "B": "founded", "C": "founded"}), columns)
    sound = checked(
        Mapping(columns={"A": "name", "B": "industry", "C": "industry", "D": "size"}, country="Germany"), columns
    )
    assert (sound.columns, sound.country) == ({"A": "name", "B": "industry", "C": "industry"}, "DE")


def test_a_list_of_products_becomes_products(tmp_path: Path) -> None:
    content = (
        "Hersteller;Produktname;Kategorie;Preis;Reifegrad;Beschreibung;Zertifikate\n"
        "Acme GmbH;Lader 22;Ladetechnik;1.200,50 €;marktreif;Ein Lader für Busse und für Höfe.;CE, TÜV\n"
        ";Nobody's;Ladetechnik;;;;\n"
    )
    first, second = records_of(written(tmp_path, "list.csv", content), "products")
    assert first.fields == {
        "name.de": "Lader 22",
        "category": "charging",
        "price_from": 120_050,
        "currency": "EUR",
        "maturity": "market",
        "description.de": "Ein Lader für Busse und für Höfe.",
        "certificates": ("CE", "TÜV"),
    }
    assert first.owner == ("", "acme", "")
    assert second.refused is not None
