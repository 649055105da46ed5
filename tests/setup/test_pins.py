"""Everything from outside is pinned and has a checksum, and no file says where to fetch it from."""

import json
import re
from typing import Any

import pytest

from bin.places import ROOT

REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
LOCK: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text())
# Addresses and options by which pip, uv and npm are told of another place.
PLACE = re.compile(r"https?://|git\+|file:|--(?:extra-)?index-url|--find-links|\bregistry\s*=")


@pytest.mark.parametrize("page", REQUIREMENTS, ids=lambda path: str(path.stem))
def test_each_python_package_has_one_version_and_its_checksums(page: Any) -> None:
    lines = re.sub(r"\\\n\s*", "", page.read_text()).splitlines()
    packages = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]

    assert packages
    one = re.compile(r"[\w.\[\],-]+==[\w.!+]+( ?; ?[^;]*?)?( ?--hash=sha256:[0-9a-f]{64})+")
    assert [line[:80] for line in packages if not one.fullmatch(line)] == []


def test_each_browser_package_has_one_version_and_its_checksum() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    named = wanted.get("dependencies", {}) | wanted.get("devDependencies", {})
    packages = {name: package for name, package in LOCK["packages"].items() if name}

    assert named
    assert [name for name, version in named.items() if not re.fullmatch(r"\d+\.\d+\.\d+[\w.-]*", version)] == []
    assert [name for name, each in packages.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, each in packages.items() if not each.get("version")] == []


def test_no_file_says_where_to_fetch_packages_from() -> None:
    kept = [*REQUIREMENTS, ROOT / "package-lock.json", ROOT / "package.json", ROOT / "pyproject.toml", ROOT / ".npmrc"]
    funding = re.compile(r'"(?:url|funding)": "https?://[^"]*"')  # where one may give a package's makers something

    assert [path.name for path in kept if PLACE.search(funding.sub("", path.read_text()))] == []
