"""fairmatch timetable."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from matching.plans.forms import as_json
from matching.plans.sample import sample
from server.cli import app

AGREED = "nBusiness=3; nMeetings=3; nTables=1; nTotalSlots=4; nMorningSlots=2; requested=[|1,2,3,|1,3,3,|2,3,3,|];"


def timetable(*words: object) -> Result:
    return CliRunner().invoke(app, ["timetable", *map(str, words)])


@pytest.fixture
def agreed(tmp_path: Path) -> Path:
    path = tmp_path / "agreed.dzn"
    path.write_text(AGREED)
    return path


@pytest.fixture
def wishes(tmp_path: Path) -> Path:
    path = tmp_path / "wishes.json"
    path.write_text(json.dumps(as_json(sample(30, 1, 6, 50))))
    return path


def test_agreed_meetings_are_packed_and_proved(agreed: Path):
    done = timetable(agreed, "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 0
    assert set(answer) == {"status", "objective", "bound", "seconds", "assignment"}
    assert (answer["status"], answer["objective"], answer["bound"]) == ("optimal", 1, 1)
    assert sorted(answer["assignment"]) in ([1, 2, 3], [2, 3, 4])


def test_what_cannot_be_is_an_answer_too(agreed: Path):
    agreed.write_text(AGREED.replace("nTotalSlots=4", "nTotalSlots=2"))
    done = timetable(agreed, "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (answer["status"], answer["assignment"]) == ("infeasible", None)
    assert answer["reasons"]


def test_fairness_is_for_the_asking(agreed: Path):
    done = timetable(agreed, "--json", "--fairness", 0)
    assert json.loads(done.stdout)["status"] == "infeasible"  # one of the three always waits


def test_wishes_become_a_timetable_with_its_distance_and_go_on_from_there(wishes: Path, tmp_path: Path):
    first = tmp_path / "first.json"
    assert timetable(wishes, "--json", "--out", first).exit_code == 0
    saved = json.loads(first.read_text())
    assert saved["objective"] <= saved["bound"]

    again = json.loads(timetable(wishes, "--json", "--start", first).stdout)
    assert again["objective"] >= saved["objective"]


def test_every_must_of_a_file_is_held_with_the_fewest_breaks(tmp_path: Path):
    (tmp_path / "people.csv").write_text("id\nada\nben\ncem\n")
    times = [f"s{n},2027-03-02T{9 + n:02}:00Z,2027-03-02T{9 + n:02}:20Z" for n in range(4)]
    (tmp_path / "slots.csv").write_text("\n".join(["id,starts,ends", *times]))
    (tmp_path / "wishes.csv").write_text("of,whom,kind\nada,ben,must\nben,cem,must\nada,cem,must\n")
    (tmp_path / "rules.csv").write_text("rule,value\ntables,1\n")
    out = tmp_path / "meetings.csv"
    answer = json.loads(timetable(tmp_path, "--every", "--json", "--out", out).stdout)
    assert (answer["status"], answer["objective"], answer["bound"]) == ("optimal", 1, 1)
    assert len(list(csv.DictReader(out.read_text().splitlines()))) == len(answer["assignment"]["meetings"]) == 3
    refused = timetable(tmp_path, "--every", "--start", out)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


def test_people_are_told_in_a_line_without_json(wishes: Path):
    done = timetable(wishes)
    assert "proven bound" in done.stdout
    assert "within" in done.stdout


def test_meetings_are_written_for_spreadsheets(wishes: Path, agreed: Path, tmp_path: Path):
    out = tmp_path / "meetings.csv"
    count = len(json.loads(timetable(wishes, "--json", "--out", out).stdout)["assignment"]["meetings"])
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == count
    assert [row["starts"] for row in rows] == sorted(row["starts"] for row in rows)

    timetable(agreed, "--json", "--out", out)
    assert [row["meeting"] for row in csv.DictReader(out.read_text().splitlines())] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.dzn", b"nBusiness = 3;", "The file does not say nMeetings"),
        ("x.dzn", b"\xff\xfe\x00", "x.dzn is no text in UTF-8."),
        ("x.json", b"\xff\xfe\x00", "x.json is no text in UTF-8."),
        ("x.json", b"{", "x.json is no JSON file."),
        ("x.json", b"[" * 100_000, "x.json is no JSON file."),
        ("x.json", b"[]", "The file must hold one JSON object"),
        ("x.json", b'{"people": 3}', "people: "),
    ],
)
def test_bad_files_are_refused_in_a_sentence(tmp_path: Path, name: str, content: bytes, says: str):
    path = tmp_path / name
    path.write_bytes(content)
    done = timetable(path, "--json")
    assert done.exit_code == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_files_that_are_not_there_are_named(tmp_path: Path, agreed: Path):
    assert timetable(tmp_path / "none.dzn").stderr == "none.dzn cannot be read: No such file or directory.\n"
    assert timetable(tmp_path / "none.json").stderr == "none.json cannot be read: No such file or directory.\n"
    assert timetable(tmp_path).stderr == "people.csv cannot be read: No such file or directory.\n"
    done = timetable(agreed, "--json", "--out", tmp_path / "no" / "folder.csv")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_other_commands_do_not_load_the_solvers():
    program = "import sys, server.cli; print([name for name in ('numpy', 'ortools', 'pysat') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
