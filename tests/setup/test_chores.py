"""Every chore has a line in `make help`, a row in the program and a place in the documents."""

import re
import subprocess

import pytest

from bin.chores import CHORES
from bin.places import ROOT

TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
DOCUMENTS = "\n".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))


def test_make_help_lists_every_chore_in_one_line_each() -> None:
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([a-z]+) +\S", printed, re.MULTILINE) == TARGETS


def test_make_alone_is_make_help() -> None:
    printed = [
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for command in (["make"], ["make", "help"])
    ]
    assert printed[0] == printed[1]


@pytest.mark.parametrize("chore", TARGETS)
def test_the_documents_name_the_chore(chore: str) -> None:
    assert f"make {chore}" in DOCUMENTS


def test_every_chore_of_the_program_is_a_target() -> None:
    assert set(CHORES) <= set(TARGETS)
