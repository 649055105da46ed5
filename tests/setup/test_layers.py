"""The contract on imports covers all that there is: what it does not name, it does not hold."""

import re
import tomllib
from pathlib import Path

from bin.places import ROOT

CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
# The first contract orders the whole house; those with a container order the parts within one of its layers.
HOUSE, *WITHIN = CONTRACT["contracts"]
LAYERS = HOUSE["layers"]
NAMED = {name for layer in LAYERS for name in re.findall(r"[a-z_.]+", layer)}
# The chores, the measurements and the tests stand outside: nothing of the product imports them.
OUTSIDE = {"bin", "bench", "tests"}


def sources() -> list[Path]:
    return [path for package in CONTRACT["root_packages"] for path in (ROOT / package).rglob("*.py")]


def is_composition(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[0] == "server" and parts[1] not in ("kernel", "live")


def test_every_package_is_held() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - OUTSIDE
    assert packages == set(CONTRACT["root_packages"])
    assert packages - {"server"} <= NAMED


def test_parts_within_a_layer_are_all_held() -> None:
    """`exhaustive` has import-linter refuse a part that the contract does not name."""
    assert [contract["containers"] for contract in WITHIN] == [["directory"]]
    assert all(contract["exhaustive"] for contract in WITHIN)


def test_nothing_below_imports_a_part_of_the_composition_root() -> None:
    """What lies in server/ beside kernel/ and live/ stands above the features; a new part need not be named."""
    imports = re.compile(r"^\s*(?:from server import|(?:from|import) server\.(?!kernel\b|live\b))", re.MULTILINE)
    below = [path for path in sources() if not is_composition(path)]
    assert below
    assert [str(path.relative_to(ROOT)) for path in below if imports.search(path.read_text())] == []


def test_nothing_of_the_product_imports_what_stands_outside() -> None:
    imports = re.compile(rf"^\s*(?:from|import) (?:{'|'.join(OUTSIDE)})\b", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path in sources() if imports.search(path.read_text())] == []
