"""Processes that were started by others than a test."""

from pathlib import Path

# A node that is asked over its own pipes, and one that is found in Redis.
_NODES = (b"signaling.media.process", b"media-node")


def nodes_of(worker: int) -> list[int]:
    """The media nodes that a worker keeps: processes of their own."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent, program = (
                int(stat.read_text().rpartition(")")[2].split()[1]),
                (stat.parent / "cmdline").read_bytes(),
            )
        except (OSError, IndexError):
            continue  # it has ended meanwhile
        if parent == worker and any(name in program for name in _NODES):
            found.append(int(stat.parent.name))
    return found
