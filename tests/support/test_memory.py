"""Where the files of a run lie, and what is left of other runs."""

import getpass
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support import memory
from tests.support.desk import scratch
from tests.support.guard import Guard
from tests.support.services import PostgreSQL

LONG_AGO = 1_000_000_000


def test_files_of_runs_that_were_killed_go_and_those_of_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    runs = tmp_path / f"pytest-of-{getpass.getuser()}"
    for number, lock in enumerate((str(ended.pid), str(ended.pid), str(os.getpid()), "", None)):
        folder = runs / f"pytest-{number}" / "popen-gw0"
        folder.mkdir(parents=True)
        if lock is not None:
            (folder.parent / ".lock").write_text(lock)
            os.utime(folder.parent / ".lock", None if number == 1 else (LONG_AGO, LONG_AGO))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    memory.forget_killed_runs()
    assert sorted(each.name for each in runs.iterdir()) == [f"pytest-{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(("free", "chosen"), [(4 * 2**30, True), (2 * 2**30, False)])
def test_a_machine_with_little_memory_for_files_takes_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, chosen: bool
) -> None:
    monkeypatch.setattr(memory, "_MEMORY", tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": free}))
    monkeypatch.setenv("TMPDIR", "")
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())
    memory.keep_files_there()
    assert (os.environ.pop("TMPDIR", "") == str(tmp_path)) is chosen


def test_what_a_killed_database_leaves_in_memory_lies_in_its_own_folder(process_guard: Guard) -> None:
    folder = scratch()
    process_guard.remove(folder)
    database = PostgreSQL(folder, process_guard)
    database.start()
    database.kill()
    assert list((database.cluster / "pg_dynshmem").iterdir())
