"""A large file out of a form, straight to the disk: never held in memory, and gone when anything goes wrong."""

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from server.kernel.http import ProblemError

# Bytes that are gathered before they are written in a thread.
WRITTEN_AT_ONCE = 1024 * 1024
# Of the form's other fields.
FIELDS_MOST, FIELD_BYTES_MOST = 20, 2_000

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")


@dataclass
class Uploaded:
    """A form's texts by name, and what came with its file."""

    texts: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    size: int = 0


async def receive(request: Request, path: Path, most: int) -> Uploaded:
    """Write the file of a form to a path, and give the form's texts. Raises ProblemError 400, and as the body's limit.

    Where it raises, the file is gone. What comes after `most` bytes of it is counted and not kept: it is to be refused.
    """
    receiving = _Receiving(boundary(request), most)
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        with await asyncio.to_thread(path.open, "wb") as file:
            async for chunk in request.stream():
                receiving.feed(chunk)
                if len(receiving.waiting) >= WRITTEN_AT_ONCE:
                    await asyncio.to_thread(file.write, receiving.take())
            await asyncio.to_thread(file.write, receiving.take())
        receiving.end()
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return receiving.uploaded


async def keep(request: Request, path: Path, most: int) -> int:
    """Write a body that is a file to a path, and give its bytes. Raises as the body's limit; then the file is gone.

    What comes after `most` bytes is counted and not kept: it is to be refused.
    """
    size, waiting = 0, bytearray()
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        with await asyncio.to_thread(path.open, "wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                waiting += chunk if size <= most else b""
                if len(waiting) >= WRITTEN_AT_ONCE:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(file.write, bytes(waiting))
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return size


def boundary(request: Request) -> bytes:
    """What divides the parts of a form. Raises ProblemError 400 for another kind of body."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise _no_form()
    return options[b"boundary"]


class _Receiving:
    """The parser's callbacks, and what they found."""

    def __init__(self, boundary: bytes, most: int) -> None:
        self.uploaded = Uploaded()
        self.waiting = bytearray()  # of the file, not written yet
        self._head: dict[bytes, bytes] = {}
        self._name = self._header = b""
        self._is_file = self._ended = False
        self._most = most
        self._text = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._add_header(data[start:end], b""),
                "on_header_value": lambda data, start, end: self._add_header(b"", data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_content,
                "on_part_data": lambda data, start, end: self._content(data[start:end]),
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )
        self._value = b""

    def feed(self, chunk: bytes) -> None:
        """Take in what came. Raises ProblemError 400."""
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise _no_form() from None

    def take(self) -> bytes:
        """What is to be written of the file now."""
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken

    def end(self) -> None:
        """Be sure that the form came whole. Raises ProblemError 400."""
        if not self._ended:
            raise _no_form()

    def _begin(self) -> None:
        self._head, self._text, self._is_file, self._header, self._value = {}, bytearray(), False, b"", b""

    def _add_header(self, name: bytes, value: bytes) -> None:
        self._header += name
        self._value += value

    def _end_header(self) -> None:
        self._head[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._head.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"")
        self._is_file = self._name == b"file" and b"filename" in options
        if self._is_file:
            name = options[b"filename"].decode("utf-8", errors="replace")
            self.uploaded.file_name = _UNSAFE.sub("-", name).strip(" .-")[:200]

    def _content(self, data: bytes) -> None:
        if self._is_file:
            self.uploaded.size += len(data)
            self.waiting += data if self.uploaded.size <= self._most else b""
        else:
            self._text += data
            if len(self._text) > FIELD_BYTES_MOST:
                raise _no_form()

    def _end_part(self) -> None:
        if not self._is_file:
            self.uploaded.texts[self._name.decode("utf-8", errors="replace")] = self._text.decode(
                "utf-8", errors="replace"
            )
            if len(self.uploaded.texts) > FIELDS_MOST:
                raise _no_form()

    def _end(self) -> None:
        self._ended = True


def _no_form() -> ProblemError:
    return ProblemError(400, "no_form", "The upload broke off, or is no form with a file.")
