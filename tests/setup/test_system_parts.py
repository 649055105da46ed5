"""The system's packages are fetched beside other work, and whoever needs them waits for them."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bin import system_parts
from bin.console import ChoreError
from tests.support.patience import PATIENCE_S

Installing = Callable[..., tuple[list[str], threading.Event]]


@pytest.fixture
def installing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Installing:
    """A machine that may install: what it has run, and when it may go on. `brings`: whether the part is there then."""

    def prepare(*, brings: bool) -> tuple[list[str], threading.Event]:
        ran: list[str] = []
        goes_on = threading.Event()

        def run(name: str, *_given: object, **_more: object) -> None:
            assert goes_on.wait(PATIENCE_S)
            ran.append(name)

        monkeypatch.setattr(system_parts, "VAR", tmp_path)
        monkeypatch.setattr(system_parts, "run_logged", run)
        monkeypatch.setattr(system_parts, "_allowed", lambda: True)
        monkeypatch.setattr(system_parts, "find", lambda part: part if brings and len(ran) == 2 else None)
        return ran, goes_on

    return prepare


def test_what_is_missing_is_installed_while_other_work_goes_on(installing: Installing) -> None:
    ran, goes_on = installing(brings=True)
    with system_parts.beside(("redis",)) as are_there:
        assert ran == []
        goes_on.set()
        are_there()
        assert ran == ["apt-get update", "apt-get install"]


def test_packages_that_do_not_bring_what_is_missing_are_told(installing: Installing) -> None:
    _, goes_on = installing(brings=False)
    goes_on.set()
    with pytest.raises(ChoreError, match="did not bring redis and coturn"):
        system_parts.ensure(("redis", "coturn"))


def test_what_stops_the_other_work_is_told_last_once_nothing_is_half_installed(
    installing: Installing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran, goes_on = installing(brings=True)

    def say(text: str) -> None:
        print(text)
        if text.startswith("Waiting"):
            goes_on.set()

    monkeypatch.setattr(system_parts, "say", say)
    with pytest.raises(ChoreError, match="No network"), system_parts.beside(("redis",)):
        raise ChoreError("No network")
    assert ran == ["apt-get update", "apt-get install"]
    assert "Waiting for the system's packages" in capsys.readouterr().out


def test_an_installation_that_failed_is_no_matter_where_another_one_brought_the_parts(
    installing: Installing, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, _ = installing(brings=True)

    def fail(*_given: object, **_more: object) -> None:
        ran.extend(("another", "terminal"))
        raise ChoreError("Another program installs packages")

    monkeypatch.setattr(system_parts, "run_logged", fail)
    system_parts.ensure(("redis",))
    ran.clear()
    monkeypatch.setattr(system_parts, "find", lambda part: None)
    with pytest.raises(ChoreError, match="Another program"):
        system_parts.ensure(("redis",))
