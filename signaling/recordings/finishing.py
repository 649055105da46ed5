"""The end of a recording: length, an index for jumping, and chapters come into its files. Nothing is decoded."""

import contextlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from signaling.media.film_parts import part_path, parts_of

log = structlog.get_logger(__name__)

# Where browsers look for H.264: WebM does not know it.
_MP4 = ".mp4"
# The length of a title in an MP4's list of chapters is one byte; a longer one would be cut in the midst of a character.
_TITLE_BYTES = 255

Chapter = tuple[int, str | None, str]  # milliseconds, who speaks, or a title


@dataclass(frozen=True)
class Finished:
    """What became of it, over all its parts. No seconds: nothing was recorded, and there is no file."""

    seconds: float
    bytes: int
    chapters: list[Chapter]


def finish(path: Path, names: Mapping[str, str]) -> Finished:
    """Make files whole that may end anywhere, with chapters that say by `names` who speaks. Not for the event loop: it
    takes time with their length.

    Two may do it at once: each makes a copy of its own, and one of them stays.
    """
    chapters = _chapters(path.with_suffix(".jsonl"))
    titled = [(ms, person, title or names.get(person or "", "")) for ms, person, title in chapters]
    begins = list(parts_of(path))
    seconds = 0.0
    for at_ms, until_ms in zip_longest(begins, begins[1:]):
        lasted = _finish_part(part_path(path, at_ms), chapters_within(titled, at_ms, until_ms))
        seconds = at_ms / 1_000 + lasted if lasted else seconds
    size = sum(each.stat().st_size for each in parts_of(path).values())
    return Finished(seconds, size, chapters if begins else [])


def chapters_within(chapters: list[Chapter], at_ms: int, until_ms: int | None) -> list[Chapter]:
    """Those of a part, in its own time: it begins with the one that runs then."""
    running = [(0, person, title) for ms, person, title in chapters if ms <= at_ms][-1:]
    later = [each for each in chapters if at_ms < each[0] and (until_ms is None or each[0] < until_ms)]
    return running + [(ms - at_ms, person, title) for ms, person, title in later]


def _finish_part(path: Path, chapters: list[Chapter]) -> float:
    """How many seconds a part lasts, which is whole then."""
    import av
    from av.error import FFmpegError

    try:
        source = file_of(path).open("rb")  # opened once: the other one's copy may take its place meanwhile
    except FileNotFoundError:
        return 0.0
    with source:
        codecs, seconds = _length(av, source)
        whole = path.with_suffix(f".{secrets.token_hex(4)}{_MP4 if 'h264' in codecs.values() else path.suffix}")
        try:
            if codecs and source.name.endswith(_MP4):
                path.unlink(missing_ok=True)  # who made it may have been killed before they removed what it was made of
            elif codecs:
                _copy(av, source, set(codecs), whole, chapters)
                _take_its_place(path, whole)
        except (FFmpegError, OSError) as error:  # no room for the copy: it plays as it is, only jumping is slow
            log.error("recording_not_indexed", recording=path.stem, reason=str(error))
            whole.unlink(missing_ok=True)
    return seconds


def file_of(path: Path) -> Path:
    """Where a part of a recording lies that is written to `path`: a WebM, or the MP4 that was made of it."""
    mp4 = path.with_suffix(_MP4)
    return mp4 if mp4.is_file() else path


def _take_its_place(path: Path, whole: Path) -> None:
    place = path.with_suffix(whole.suffix)
    whole.replace(place)
    if place != path:
        path.unlink(missing_ok=True)


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


def _length(av: Any, source: BinaryIO) -> tuple[dict[int, str], float]:
    """Tracks with something in them, with their codecs, and how many seconds they last, as far as one can read."""
    from av.error import FFmpegError

    used, end = dict[int, str](), 0.0
    with contextlib.suppress(FFmpegError), av.open(source) as file:
        for packet in file.demux():
            if packet.size and packet.dts is not None:
                used[packet.stream.index] = packet.stream.codec_context.name if packet.stream.codec_context else ""
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return used, end


def _copy(av: Any, source: BinaryIO, used: set[int], whole: Path, chapters: list[Chapter]) -> None:
    """Copy all packets. Tracks with nothing in them are left out."""
    source.seek(0)
    # An MP4's index to its front: a player need not load the end first.
    options = {"movflags": "+faststart"} if whole.suffix == _MP4 else {}
    with av.open(source) as file, av.open(str(whole), "w", options=options) as copy:
        streams = {at: copy.add_stream_from_template(file.streams[at]) for at in used}
        copy.set_chapters(_as_written(chapters))
        before = dict[int, int]()
        for packet in file.demux():
            if packet.size and packet.dts is not None:
                at, index = packet.dts, packet.stream.index
                # A WebM does not say how long a picture lasts: an MP4 would end where its last one begins.
                packet.duration = packet.duration or at - before.get(index, at - 1)
                before[index] = at
                packet.stream = streams[packet.stream.index]
                copy.mux(packet)


def _as_written(chapters: list[Chapter]) -> list[dict[str, Any]]:
    ends = [at for at, _, _ in chapters[1:]] + [chapters[-1][0] + 1] if chapters else []
    return [
        {
            "id": at + 1,
            "start": ms,
            "end": max(end, ms + 1),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title.encode()[:_TITLE_BYTES].decode(errors="ignore")},
        }
        for at, ((ms, _, title), end) in enumerate(zip(chapters, ends, strict=True))
    ]
