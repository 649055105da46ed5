"""The files of one recording: a further one begins where pictures of another kind do (decision 0020).

Each is named by the millisecond of the recording at which it begins, so that the names say all there is to know.
"""

import re
from pathlib import Path

_NAMES = re.compile(r"(?:\.at(\d{1,12}))?\.(?:webm|mp4)")


def part_path(path: Path, at_ms: int) -> Path:
    """Where the part lies that begins at a moment, of a recording that is written to `path`."""
    return path.with_suffix(f".at{at_ms}{path.suffix}") if at_ms else path


def parts_of(path: Path) -> dict[int, Path]:
    """What there is of a recording, by when it begins: a WebM each, or the MP4 that was made of it. Reads a folder."""
    found: dict[int, Path] = {}
    for each in sorted(path.parent.glob(f"{path.stem}.*")):  # of two the MP4 comes first
        if named := _NAMES.fullmatch(each.name.removeprefix(path.stem)):
            found.setdefault(int(named[1] or 0), each)
    return dict(sorted(found.items()))
