"""Write the documents: `python -m server.live.document`; with `--check` only say whether they are up to date."""

import sys
from pathlib import Path

from server.live.document.asyncapi import asyncapi_of
from server.live.document.javascript import types_of
from server.live.document.markdown import guide_of
from server.live.wire.registry import discover

ROOT = Path(__file__).resolve().parents[3]


def documents() -> dict[Path, str]:
    """Each file with what should be in it."""
    protocol = discover()
    return {
        ROOT / "docs" / "protocol.md": guide_of(protocol),
        ROOT / "docs" / "protocol.asyncapi.json": asyncapi_of(protocol),
        **{ROOT / "web" / "static" / "js" / "live" / name: text for name, text in types_of(protocol).items()},
    }


def stale() -> list[Path]:
    """The files that are not as they should be."""
    return [path for path, text in documents().items() if not path.exists() or path.read_text() != text]


def main(arguments: list[str]) -> int:
    """Write, or check; the exit status is 1 when something is stale."""
    if "--check" in arguments:
        for path in stale():
            print(f"{path.relative_to(ROOT)} is stale: run `python -m server.live.document`")
        return 1 if stale() else 0
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
