"""A fair is made on the command line, and can be joined at once."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app

DAYS = ["--starts", "2026-11-24", "--ends", "2026-11-26"]
FAIR = ["fair", "add", "hydrogen-days", "--name", "Hydrogen days", "--organiser", "edda@chamber.example", *DAYS]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty server with Edda's account."""
    made = _run(tmp_path, "user", "add", "edda@chamber.example", "--name", "Edda Brandt")
    assert made.exit_code == 0, made.output
    return tmp_path


def test_a_fair_is_made_and_listed(data: Path) -> None:
    made = _run(data, *FAIR)
    assert made.exit_code == 0, made.output
    assert made.stdout.strip().endswith("/fairs/hydrogen-days")
    assert "Hydrogen days" in _run(data, "fair", "list").stdout


def test_two_fairs_cannot_have_one_address(data: Path) -> None:
    _run(data, *FAIR)
    again = _run(data, *FAIR)
    assert again.exit_code == 1
    assert "already" in again.stderr


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--organiser", "nobody@chamber.example", "no account"),
        ("--zone", "Europe/Bielefeld", "time zone"),
        ("--ends", "2026-11-01", "A fair cannot end before it starts."),
        ("--name", " ", "A fair needs a name"),
        ("--name", "H" * 300, "80"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(data: Path, option: str, value: str, said: str) -> None:
    refused = _run(data, *FAIR, option, value)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "hydrogen-days" not in _run(data, "fair", "list").stdout


def _run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)])
