"""Problems from JSON and CSV: read as they are written, and refused in a sentence."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matching.plans.forms import as_json, read_problem, read_timetable
from matching.plans.model import Kind, Person, Rules, Timetable, Waking
from matching.plans.sample import sample
from matching.plans.tables import meetings_csv, read_folder, safe_cell, unmasked
from matching.refusal import BadInputError
from tests.matching.plans.fairs import ADA, BEN, CLEO, at, fair, slots, wish

GOOD: dict[str, Any] = {
    "people": [{"id": "ada", "free": ["s1"]}, {"id": "ben"}],
    "slots": [{"id": "s1", "starts": "2027-03-01T09:00+01:00", "ends": "2027-03-01T09:25+01:00", "day": "Monday"}],
    "wishes": [{"of": "ada", "whom": "ben", "kind": "must", "weight": 2}],
}


def test_a_problem_survives_the_way_through_json():
    problem = replace(sample(20, 2, 4, 30), pinned=[at("p1", "p2", "1-01")], closed=[])
    assert read_problem(json.loads(json.dumps(as_json(problem)))) == problem
    table = Timetable([at(ADA, BEN, "s1")])
    assert read_timetable(json.loads(json.dumps(as_json(table)))) == table


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"people": None}, "people: "),
        ({"colour": 1}, "Nothing is known of “colour”"),
        ({"people": [{"id": "ada"}, {"id": "ada"}]}, "The person “ada” is there twice."),
        ({"people": [{"id": ""}]}, "The id of a person must have 1 to 200 characters."),
        ({"people": [{"id": "ada"}]}, "A wish names “ben”, who is not among the people."),
        ({"people": [{"id": "ada", "free": ["s9"]}, {"id": "ben"}]}, "“ada” is free in the slot “s9”"),
        ({"people": [{"id": "ada", "zone": "Mars/Base"}, {"id": "ben"}]}, "“ada” has the time zone “Mars/Base”"),
        ({"people": [{"id": "ada", "zone": "../etc"}, {"id": "ben"}]}, "“ada” has the time zone “../etc”"),
        ({"people": [{"id": "ada", "least": -1}, {"id": "ben"}]}, "“ada” has least -1"),
        ({"people": [{"id": "ada", "most": 10**30}, {"id": "ben"}]}, ""),
        ({"slots": [GOOD["slots"][0] | {"starts": "2027-03-01T09:00"}]}, "The slot “s1” needs times with a time zone"),
        ({"slots": [GOOD["slots"][0] | {"ends": "2027-03-01T08:00+01:00"}]}, "The slot “s1” ends before it begins."),
        ({"slots": [GOOD["slots"][0] | {"tables": -3}]}, "The slot “s1” has tables -3"),
        ({"slots": GOOD["slots"] * 501}, "There are 501 slots; 500 are the most."),
        ({"wishes": [{"of": "ada", "whom": "ada"}]}, "A wish has “ada” meet themselves."),
        ({"wishes": [{"of": "ada", "whom": "ben", "weight": -1}]}, "The wish of ada about ben has the weight -1"),
        ({"wishes": [{"of": "ada", "whom": "ben", "weight": "nan"}]}, "The wish of ada about ben has the weight nan"),
        (
            {"wishes": [{"of": "ada", "whom": "ben", "weight": 1e300}]},
            "The wish of ada about ben has the weight 1e+",
        ),
        ({"wishes": [{"of": "ada", "whom": "ben", "kind": "perhaps"}]}, "wishes.0.kind: "),
        ({"groups": {"buyer": -1}}, "The group buyer has the weight -1"),
        ({"rules": {"tables": -1}}, "The rules has tables -1"),
        ({"rules": {"longest_streak": 0}}, "The longest streak must be 1 or more."),
        ({"rules": {"waking": {"earliest": 20, "latest": 8}}}, "The waking hours must be from 0 to 24"),
        ({"pinned": [{"one": "ada", "other": "ben", "slot": "s7"}]}, "A meeting names the slot “s7”"),
        ({"pinned": [{"one": "ada", "other": "ben", "slot": "s1"}] * 2}, "ada and ben are pinned twice."),
    ],
)
def test_what_does_not_fit_together_is_said_in_a_sentence(change: dict[str, Any], says: str):
    with pytest.raises(BadInputError) as refused:
        read_problem(GOOD | change)
    assert str(refused.value).startswith(says)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("data", [None, [], 3, "text"])
def test_what_is_no_object_is_refused(data: object):
    with pytest.raises(BadInputError):
        read_problem(data)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


CSV = {
    "people": "id;group;free;languages;zone;most\nada;buyer;s1 s2;de|en;Europe/Berlin;3\n'=ben;;;;;\ncleo;;-;;;\n",
    "slots": "id,starts,ends,tables\ns1,2027-03-01T09:00+01:00,2027-03-01T09:25+01:00,5\n"
    "s2,2027-03-02T09:00+01:00,2027-03-02T09:25+01:00,\n",
    "wishes": "of,whom,kind,weight\nada,'=ben,must,2\n\ncleo,ada,,\n",
    "rules": "rule,value\ntables,7\nearliest,8\nlatest,20.5\n",
    "groups": "group,weight\nbuyer,1.5\n",
}


def test_a_folder_of_csv_files_is_a_problem(tmp_path: Path):
    problem = read_folder(write(tmp_path, **CSV))
    languages = frozenset({"de", "en"})
    assert problem.people == [
        Person("ada", "buyer", frozenset({"s1", "s2"}), languages, "Europe/Berlin", most=3),
        Person("=ben"),
        Person("cleo", free=frozenset()),
    ]
    assert [(slot.id, slot.day, slot.tables) for slot in problem.slots] == [
        ("s1", "2027-03-01", 5),
        ("s2", "2027-03-02", None),
    ]
    assert problem.wishes == [wish("ada", "=ben", 2, Kind.MUST), wish("cleo", "ada")]
    assert problem.rules == Rules(tables=7, waking=Waking(8, 20.5))
    assert problem.groups == {"buyer": 1.5}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"people": "name\nada\n"}, "people.csv has no column “id”; needed are id."),
        ({"wishes": "from,to\nada,ben\n"}, "wishes.csv has no column “of”; needed are of, whom."),
        ({"people": "id,shoe\nada,7\n"}, "people.csv has the column “shoe”; known are id, group"),
        ({"people": "id,id\nada,ada\n"}, "people.csv has a column twice."),
        ({"people": ""}, "people.csv has no column “id”; needed are id."),
        ({"people": 'id\n"ada\n'}, "people.csv is no CSV file."),
        ({"wishes": "of,whom\nada\n"}, "wishes.csv, line 2 has 1 cells, and 2 are needed."),
        ({"wishes": "of,whom\nada,\n"}, "wishes.csv, line 2 has nothing in the column whom."),
        ({"rules": "rule,value\nspeed,3\n"}, "rules.csv has the rule “speed”; known are tables"),
        ({"rules": "rule,value\ntables,many\n"}, "rules.tables: "),
        ({"groups": "group,weight\nbuyer,much\n"}, "groups.buyer: "),
    ],
)
def test_a_csv_file_that_does_not_fit_is_named(tmp_path: Path, files: dict[str, str], says: str):
    with pytest.raises(BadInputError) as refused:
        read_folder(write(tmp_path, **CSV | files))
    assert str(refused.value).startswith(says)


def test_a_missing_or_foreign_file_is_named(tmp_path: Path):
    with pytest.raises(BadInputError, match=r"people.csv cannot be read"):
        read_folder(tmp_path)
    write(tmp_path, **CSV)
    (tmp_path / "people.csv").write_bytes(b"id\nM\xfcller\n")
    with pytest.raises(BadInputError, match=r"people.csv is no text in UTF-8."):
        read_folder(tmp_path)


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_is_a_formula_and_names_come_back_as_they_were(text: str):
    assert safe_cell(text) == f"'{text}"
    assert unmasked(safe_cell(text)) == text
    assert safe_cell("Ada, Countess") == unmasked("Ada, Countess") == "Ada, Countess"
    assert unmasked("'t Hooft") == "'t Hooft"


def test_a_timetable_as_csv_is_in_the_order_of_time_and_harmless():
    people = [Person(name) for name in (ADA, BEN, CLEO, "=cmd()")]
    problem = fair(wish(ADA, BEN), people=people)
    text = meetings_csv(problem, Timetable([at(CLEO, "=cmd()", "s2"), at(ADA, BEN, "s1")]))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["slot"], row["one"], row["other"]) for row in rows] == [("s1", ADA, BEN), ("s2", CLEO, "'=cmd()")]
    assert rows[0]["starts"] == slots(1)[0].starts.isoformat()
