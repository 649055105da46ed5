"""Where the bench finds and leaves things."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "bench"
VAR = ROOT / "var" / "bench"
NODE_MODULES = ROOT / "node_modules"
