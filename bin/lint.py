"""`make lint`: style, types and layers of the Python and JavaScript sources."""

import subprocess
import time

from bin.console import say
from bin.places import ROOT, environment

CHECKS = {
    "style": ("ruff", "check", "--quiet"),
    "format": ("ruff", "format", "--check", "--quiet"),
    "types": ("mypy", "--no-error-summary"),
    "layers": ("lint-imports", "--no-cache", "--no-logo"),
    "browser types": ("tsc", "--project", "web/tsconfig.json"),
}


def lint() -> list[str]:
    """Run all checks, print what they find, and give the names of those that found something."""
    return [name for name, command in CHECKS.items() if not _passes(name, command)]


def _passes(name: str, command: tuple[str, ...]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "found something" if done.returncode else "clean"
    say(f"-> {name} ({' '.join(command)}): {verdict}, {time.monotonic() - began:.1f} s")
    if done.returncode:
        say(done.stdout)
    return not done.returncode
