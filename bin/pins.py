"""`make pins`: resolve pyproject.toml anew into requirements/, with checksums and without addresses."""

from bin import installers, python_packages
from bin.console import step
from bin.places import VAR
from bin.programs import run_logged
from bin.setup import alone

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
    VAR.mkdir(mode=0o700, exist_ok=True)
    with alone():
        python_packages.ensure_environment()
        with step("uv"):
            uv = installers.uv()
    for name, sources in _SOURCES.items():
        with step(f"requirements/{name}.txt"):
            output = f"requirements/{name}.txt"
            run_logged("uv", [uv, *_COMPILE, *_NO_ADDRESSES, *sources, "--output-file", output])
