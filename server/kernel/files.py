"""Uploaded files, below the data folder, each named by its content."""

import asyncio
import hashlib
import os
import re
import secrets
from pathlib import Path

from server.kernel.away import FILES_DISK

_NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,8})?")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8})?")


class Files:
    """Put, find, delete. The name is the SHA-256 of the content, so the same file is kept once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, content: bytes, suffix: str = "") -> str:
        """Keep a file and give its name: whole and on the disk, or not at all. `suffix` is like ".webp"."""
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"{suffix!r} is no suffix of a file name")
        name = hashlib.sha256(content).hexdigest() + suffix
        await asyncio.to_thread(write_whole, self.path(name), content)
        return name

    async def put_back(self, name: str, content: bytes) -> None:
        """Keep a file that was put under this name, where it has gone since."""
        if not self.path(name).exists():
            await asyncio.to_thread(write_whole, self.path(name), content)

    def path(self, name: str) -> Path:
        """Where a file lies. Raises ValueError for anything that `put` never gave."""
        if not _NAME.fullmatch(name):
            raise ValueError("no name of a kept file")
        return self.folder / name[:2] / name

    async def delete(self, name: str) -> None:
        """Remove a file; one that is gone is no error."""
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)

    def size(self, name: str) -> int:
        """Bytes of a file. Raises FileNotFoundError."""
        return self.path(name).stat().st_size


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    FILES_DISK.back()
