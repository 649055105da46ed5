"""What stops a chore is one sentence on the standard error, an exit code, and no traceback."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bin import python_packages, system_parts
from bin.console import ChoreError
from bin.places import ROOT
from bin.start import start


@pytest.fixture(autouse=True)
def nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests stand in the environment that a setup would change."""
    monkeypatch.setattr("bin.start.setup", lambda: None)


def chore(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bin", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_an_unknown_chore_is_told_where_the_list_is() -> None:
    done = chore("dance")
    assert (done.returncode, done.stderr) == (2, "There is no chore 'dance': `make help` lists them.\n")


@pytest.mark.parametrize("port", ["none", "0", "65536", "-1"])
def test_what_is_no_port_is_refused_before_anything_is_installed(port: str) -> None:
    done = chore("run", port, "var")
    assert done.returncode == 1
    assert done.stderr == f"PORT={port} is no port: choose a number from 1024 to 65535.\n"


def test_a_taken_port_is_told_with_another_one_to_try(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ChoreError, match=rf"Port {port} is taken .*PORT=\d+"):
            start(str(port), str(tmp_path))


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    with pytest.raises(ChoreError, match=r"data folder .* cannot be made"):
        start(str(free), str(tmp_path / "file" / "data"))


def test_a_data_folder_that_a_start_makes_is_its_owners_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun = []
    monkeypatch.setattr(os, "execve", lambda *given: begun.append(given))
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    monkeypatch.chdir(ROOT)
    start(str(free), str(tmp_path / "data"))

    assert begun
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_python_without_venv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(python_packages, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(python_packages, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(ChoreError, match=r"no venv module.*apt-get install python3\.\d+-venv"):
        python_packages.ensure("run")


def chore_on(version: tuple[int, int, int], path: str) -> subprocess.CompletedProcess[str]:
    """A chore that finds itself on this version of Python, and others on the path."""
    program = f"import os, sys; sys.version_info = {version}; os.environ['PATH'] = {path!r}\n"
    program += "sys.argv = ['bin', 'setup']; from bin.__main__ import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 15, 0)])
def test_a_python_that_is_too_old_or_too_new_is_told(version: tuple[int, int, int]) -> None:
    done = chore_on(version, "")
    here = ".".join(map(str, version))
    told = f"Fairmatch needs Python 3.11 to 3.14, not {here}: install one of them and run this again.\n"
    assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 15, 0)])
def test_beside_one_that_is_too_old_or_too_new_the_newest_that_is_known_is_taken(
    version: tuple[int, int, int], tmp_path: Path
) -> None:
    for name in ("python3.15", "python3.13", "python3.12"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho {name} "$@"\n')
        program.chmod(0o755)
    assert chore_on(version, str(tmp_path)).stdout == "python3.13 -m bin setup\n"


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from bin import chores

    def fail(_rest: list[str]) -> None:
        raise OSError(28, "No space left on device", "var/setup.log")

    monkeypatch.setitem(chores.CHORES, "setup", fail)
    assert chores.run(["setup"]) == 1
    assert capsys.readouterr().err == "The disk is full (var/setup.log): make room and run this again.\n"


def test_missing_parts_come_with_the_exact_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_parts, "find", lambda part: None)
    monkeypatch.setattr(system_parts, "_allowed", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda program: "/usr/bin/apt-get" if program == "apt-get" else None)
    install = "sudo apt-get install -y --no-install-recommends redis-server postgresql chromium-headless-shell coturn"
    line = f"sudo apt-get update && {install}"
    with pytest.raises(ChoreError, match=f"`{line}`"):
        system_parts.ensure(system_parts.FOR_TESTS)
