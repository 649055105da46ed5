"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = (
    "starlette",
    "uvicorn",
    "uvloop",
    "websockets",
    "sqlalchemy",
    "pydantic",
    "python-socketio",
    "ortools",
    "python-sat",
)


def machine() -> dict[str, Any]:
    """Processor, cores, kernel and versions, as the result's `machine`."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _library(name))},
        "compiler": _first_line("cc", "--version"),
        "node": _first_line("node", "--version"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _library(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _first_line(program: str, option: str) -> str:
    """The first line that a program prints about itself; empty when it is not there."""
    path = shutil.which(program)
    if path is None:
        return ""
    done = subprocess.run([path, option], capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.partition("\n")[0]
