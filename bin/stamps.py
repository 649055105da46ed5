"""Stamps: small files that hold the checksum of what a piece of work was made from, so that it is done once."""

import hashlib
from pathlib import Path


def digest(*sources: Path, also: str = "") -> str:
    """The checksum over the content of these files (and a text), in hexadecimal."""
    total = hashlib.sha256(also.encode())
    for source in sources:
        total.update(hashlib.sha256(source.read_bytes()).digest())
    return total.hexdigest()


def current(stamp: Path, wanted: str) -> bool:
    """Whether the work behind the stamp was done from exactly this."""
    try:
        return stamp.read_text().strip() == wanted
    except OSError:
        return False


def put(stamp: Path, made_from: str) -> None:
    """Remember what the work was done from; called after it has succeeded."""
    stamp.write_text(made_from + "\n")
