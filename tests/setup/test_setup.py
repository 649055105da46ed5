"""A setup does what is not done yet, and only that."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bin import browser_packages, installers, pip_settings, places, python_packages, setup
from bin.console import ChoreError, Progress

FILES = ("pyproject.toml", "package.json", "package-lock.json", ".npmrc", "requirements")


class Tree:
    """A copy of the files that a setup looks at, and what it would have run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ran: list[str] = []
        self.failing: dict[str, str] = {}

    @property
    def npms(self) -> list[str]:
        """What npm was run for; it works beside the others."""
        return [each for each in self.ran if each.startswith("npm")]

    @property
    def pythons(self) -> list[str]:
        """What the others were run for, in this order."""
        return [each for each in self.ran if not each.startswith("npm")]

    def run(self, name: str, command: Sequence[Any], *_: Any, **__: Any) -> None:
        """In place of the program: write down what for, and make what it makes."""
        words = list(map(str, command))
        self.ran.append(f"{name} {Path(words[-1]).name}")
        if reason := self.failing.get(self.ran[-1]):
            raise ChoreError(reason)
        if "venv" in words:
            shutil.rmtree(self.root / ".venv", ignore_errors=True)
            (self.root / ".venv" / "bin").mkdir(parents=True)
            (self.root / ".venv" / "bin" / "python").touch()
        if "--target" in words:
            programs = Path(words[words.index("--target") + 1]) / "bin"
            programs.mkdir(parents=True)
            (programs / "uv").touch()
        if "ci" in words:
            (self.root / "node_modules").mkdir(exist_ok=True)

    def change(self, name: str) -> None:
        """Change a file a little."""
        with (self.root / name).open("a") as file:
            file.write("\n")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A work tree in which nothing is installed."""
    for name in FILES:
        source = places.ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    made = Tree(tmp_path)
    for module in (python_packages, installers, browser_packages, setup):
        monkeypatch.setattr(module, "run_logged", made.run, raising=False)
        for name, value in vars(module).items():
            if isinstance(value, Path) and value.is_relative_to(places.ROOT):
                monkeypatch.setattr(module, name, tmp_path / value.relative_to(places.ROOT))
    monkeypatch.setattr(browser_packages, "_machines_npm", lambda: Path("npm"))
    monkeypatch.setattr(pip_settings, "for_uv", lambda _pinned: {})
    monkeypatch.setattr(installers, "note", lambda _text: None)
    return made


def test_the_first_setup_installs_everything_and_the_second_nothing(tree: Tree) -> None:
    setup.setup()
    assert tree.pythons == ["python3 -m venv .venv", "pip pins.txt", "uv run.txt", f"pip {tree.root.name}"]
    assert tree.npms == ["npm --omit=dev"]
    setup.setup()
    assert len(tree.ran) == 5


def test_the_tests_need_more_and_then_running_needs_nothing(tree: Tree) -> None:
    setup.setup()
    tree.ran.clear()
    setup.setup(for_tests=True)
    assert tree.pythons == ["uv test.txt"]
    assert tree.npms == ["npm --fetch-retry-maxtimeout=3000"]
    setup.setup()
    assert len(tree.ran) == 2


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements/run.txt", ["uv run.txt"]),
        ("package-lock.json", ["npm --omit=dev"]),
        ("package.json", ["npm --omit=dev"]),
    ],
)
def test_only_what_changed_is_installed_again(tree: Tree, changed: str, again: list[str]) -> None:
    setup.setup()
    tree.ran.clear()
    tree.change(changed)
    setup.setup()
    assert tree.ran == again


def test_a_machine_without_npm_gets_one_once_python_is_there(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_packages, "_machines_npm", lambda: None)
    setup.setup()
    assert tree.ran == [
        "python3 -m venv .venv",
        "pip pins.txt",
        "uv run.txt",
        f"pip {tree.root.name}",
        "uv npm.txt",
        "npm --omit=dev",
    ]


def test_who_installed_for_the_tests_has_what_running_needs(tree: Tree) -> None:
    setup.setup(for_tests=True)
    assert tree.pythons == ["python3 -m venv .venv", "pip pins.txt", "uv test.txt", f"pip {tree.root.name}"]
    ran = len(tree.ran)
    setup.setup()
    assert len(tree.ran) == ran
    pinned = [(tree.root / "requirements" / f"{name}.txt").read_text() for name in ("run", "test")]
    run, test = ({line for line in text.splitlines() if "==" in line} for text in pinned)
    assert run
    assert run <= test


@pytest.mark.parametrize("failing", ["pip pins.txt", "uv run.txt"])
def test_what_uv_cannot_do_pip_does(tree: Tree, failing: str, capsys: pytest.CaptureFixture[str]) -> None:
    tree.failing = {failing: "uv failed"}
    setup.setup()
    begun = ["python3 -m venv .venv", "pip pins.txt", "uv run.txt"]
    assert tree.pythons == [*begun[: begun.index(failing) + 1], "pip run.txt", f"pip {tree.root.name}"]
    assert "-> Python packages for run (with pip)\n" in capsys.readouterr().out
    setup.setup()
    assert tree.pythons[-1] == f"pip {tree.root.name}"


def test_what_uv_broke_off_is_begun_anew(tree: Tree) -> None:
    setup.setup()
    tree.ran.clear()
    installers.HALF_DONE.touch()
    setup.setup()
    assert tree.pythons == ["python3 -m venv .venv", "uv run.txt", f"pip {tree.root.name}"]
    assert not installers.HALF_DONE.exists()


def test_pip_begins_anew_where_uv_has_begun_to_install(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = installers._Downloads.see
    assert not installers.HALF_DONE.exists()

    def fail(name: str, command: Any, on_line: Any = None, more: Any = None) -> None:
        tree.run(name, command, on_line, more)
        if name == "uv":
            begun(installers._Downloads(Progress("")), "Resolved 147 packages in 3.41s\n")
            raise ChoreError("uv was killed")

    monkeypatch.setattr(installers, "run_logged", fail)
    setup.setup()
    made = "python3 -m venv .venv"
    assert tree.pythons == [made, "pip pins.txt", "uv run.txt", made, "pip run.txt", f"pip {tree.root.name}"]
    assert not installers.HALF_DONE.exists()


def test_uv_is_not_asked_where_pip_is_set_to_what_uv_does_not_know(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_settings, "for_uv", lambda _pinned: pip_settings.in_uv({"no-index": "true"}))
    setup.setup()
    assert tree.pythons == ["python3 -m venv .venv", "pip run.txt", f"pip {tree.root.name}"]


def test_where_pip_cannot_either_its_reason_is_told(tree: Tree) -> None:
    tree.failing = {"uv run.txt": "uv has no network", "pip run.txt": "pip has no network"}
    with pytest.raises(ChoreError, match="pip has no network"):
        setup.setup()


def test_a_failed_step_is_done_again(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ChoreError("No network")

    with monkeypatch.context() as broken:
        broken.setattr(browser_packages, "run_logged", fail)
        with pytest.raises(ChoreError):
            setup.setup()
    tree.ran.clear()
    setup.setup()
    assert tree.ran == ["npm --omit=dev"]


def test_an_environment_that_was_made_elsewhere_is_made_anew(tree: Tree) -> None:
    setup.setup()
    tree.ran.clear()
    (tree.root / ".venv" / ".made-for").write_text("/somewhere/else\n")
    shutil.rmtree(tree.root / ".venv" / "bin")
    setup.setup()
    assert "python3 -m venv .venv" in tree.ran


def test_an_environment_whose_python_was_replaced_is_made_anew(tree: Tree) -> None:
    """The system's Python gave way to its successor, which does not look where the packages lie."""
    setup.setup()
    tree.ran.clear()
    python, successor = tree.root / ".venv" / "bin" / "python", tree.root / "python4"
    successor.touch()
    python.unlink()
    python.symlink_to(successor)
    setup.setup()
    assert "python3 -m venv .venv" in tree.ran


def test_who_calls_from_another_python_leaves_the_environment_as_it_is(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.setup()
    tree.ran.clear()
    another = SimpleNamespace(executable="/somewhere/python4", version_info=SimpleNamespace(major=4, minor=0))
    monkeypatch.setattr(python_packages, "sys", another)
    setup.setup()
    assert tree.ran == []


def test_an_environment_that_is_linked_from_elsewhere_stays_there_as_it_is(tree: Tree) -> None:
    (theirs := tree.root / "theirs").mkdir()
    (tree.root / ".venv").symlink_to(theirs)
    setup.setup()
    assert not [*theirs.iterdir()]
    assert (tree.root / ".venv/bin/python").exists()
