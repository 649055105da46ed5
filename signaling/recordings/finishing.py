"""The end of a recording: its length, an index for jumping, and chapters come into the file. Nothing is decoded."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

Chapter = tuple[int, str | None, str]  # milliseconds, who speaks, or a title


@dataclass(frozen=True)
class Finished:
    """What became of it. No seconds: nothing was recorded, and there is no file."""

    seconds: float
    bytes: int
    chapters: list[Chapter]


def finish(path: Path) -> Finished:
    """Make a file whole that may end anywhere. Takes time with the file's length: not for the event loop."""
    import av
    from av.error import FFmpegError

    if not path.is_file():
        return Finished(0.0, 0, [])
    chapters = _chapters(path.with_suffix(".jsonl"))
    whole = path.with_suffix(".whole.webm")
    try:
        seconds = _copied(av, path, whole, chapters)
    except FFmpegError:  # nothing in it but its beginning, or no room for the copy: it stays as it is
        seconds = 0.0
    if seconds:
        whole.replace(path)
    else:
        whole.unlink(missing_ok=True)
    return Finished(seconds, path.stat().st_size, chapters)


def _chapters(path: Path) -> list[Chapter]:
    """As the node noted them; a line that was cut off ends it."""
    found: list[Chapter] = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                break
            found.append((int(said["ms"]), said.get("person"), said.get("title", "")))
    return found


def _copied(av: Any, path: Path, whole: Path, chapters: list[Chapter]) -> float:
    """Copy all packets; how many seconds they last. Tracks with nothing in them are left out."""
    with av.open(str(path)) as file:
        used = {packet.stream.index for packet in file.demux() if packet.size}
    if not used:
        return 0.0
    end = 0.0
    with av.open(str(path)) as file, av.open(str(whole), "w", format="webm") as copy:
        streams = {at: copy.add_stream_from_template(file.streams[at]) for at in used}
        copy.set_chapters(_as_written(chapters))
        for packet in file.demux():
            if packet.size and packet.dts is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
                packet.stream = streams[packet.stream.index]
                copy.mux(packet)
    return end


def _as_written(chapters: list[Chapter]) -> list[dict[str, Any]]:
    ends = [at for at, _, _ in chapters[1:]] + [chapters[-1][0] + 1] if chapters else []
    return [
        {
            "id": at + 1,
            "start": ms,
            "end": max(end, ms + 1),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for at, ((ms, _, title), end) in enumerate(zip(chapters, ends, strict=True))
    ]
