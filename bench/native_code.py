"""The bench's C programs, compiled where a compiler is."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from bench.places import HERE, VAR

NATIVE = HERE / "native"
FLAGS = ("-O2", "-Wall", "-Wextra")
PROGRAMS = {
    "client": ("client.c", "options.c", "opening.c", "traffic.c"),
    "server": ("server.c", "accept.c"),
}


class NotBuiltError(Exception):
    """A program could not be compiled; the text says why."""


@cache
def program(name: str) -> Path:
    """The compiled program, made anew when a source is newer. Raises NotBuiltError."""
    target = VAR / name
    sources = [NATIVE / source for source in PROGRAMS[name]]
    newest = max(path.stat().st_mtime for path in NATIVE.iterdir())
    if target.exists() and target.stat().st_mtime > newest:
        return target
    _compile(sources, target)
    return target


def _compile(sources: list[Path], target: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NotBuiltError("no C compiler on this machine")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f"{target.name}.{os.getpid()}")  # another process may be running or making the same
    done = subprocess.run([compiler, *FLAGS, "-o", made, *sources], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise NotBuiltError(f"the C compiler failed: {done.stderr.strip().splitlines()[0]}")
    made.replace(target)
