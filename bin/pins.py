"""`make pins`: resolve pyproject.toml anew into requirements/, with checksums and without addresses."""

import sys

from bin.console import step
from bin.places import REQUIREMENTS, VAR
from bin.programs import run_logged

_SCRATCH = VAR / "pins"
_COMPILE = ("pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11", "--generate-hashes")
_NO_ADDRESSES = ("--no-header", "--no-emit-index-url", "--no-emit-find-links")
# By file: what goes into it. The tests' packages agree with the product's; npm and uv stand alone.
_SOURCES = {
    "run": ("pyproject.toml",),
    "test": ("--extra", "test", "--constraint", "requirements/run.txt", "pyproject.toml"),
    "npm": ("--group", "npm"),
    "pins": ("--group", "pins"),
}


def pins() -> None:
    """Write requirements/*.txt; what changed is left for a person to read and commit. Raises ChoreError."""
    VAR.mkdir(exist_ok=True)
    with step("uv, in an environment of its own"):
        run_logged("python3 -m venv", [sys.executable, "-m", "venv", "--clear", _SCRATCH])
        install = ("-m", "pip", "install", "--require-hashes", "--no-deps", "-r", REQUIREMENTS / "pins.txt")
        run_logged("pip", [_SCRATCH / "bin" / "python", *install])
    for name, sources in _SOURCES.items():
        with step(f"requirements/{name}.txt"):
            output = f"requirements/{name}.txt"
            run_logged("uv", [_SCRATCH / "bin" / "uv", *_COMPILE, *_NO_ADDRESSES, *sources, "--output-file", output])
