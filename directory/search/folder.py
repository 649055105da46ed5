"""The folder of the index: read by every process of a machine, written by one.

    current     the name of the index in use, such as "3"
    3/documents and 3/words, the two indexes
    3/state.json    schema version, and how far each source was followed
    lock        held by the process that writes
    rebuild     there when somebody asked for a new index

A new index is made beside the old one, which answers until the new one is whole. Everything here blocks.
"""

import contextlib
import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tantivy import Index, TextAnalyzerBuilder, Tokenizer

from directory.search.documents import Mark
from directory.search.index import HEAP, SCHEMA, SCHEMA_VERSION, IndexWriter
from directory.search.vocabulary import Vocabulary, VocabularyWriter
from directory.search.vocabulary import open_index as open_vocabulary
from server.kernel.files import write_whole

T = TypeVar("T")


class BrokenIndexError(Exception):
    """What lies in the folder cannot be read; it has to be made anew."""


class NoIndexError(Exception):
    """There is no index yet; it is being made, or will be."""


@dataclass(frozen=True)
class Look:
    """The index as it was at one moment."""

    searcher: Any
    words: Vocabulary
    # What was worked out about the index as it is now, and serves many questions; emptied when something is new.
    kept: dict[Hashable, Any]


@dataclass
class State:
    """How far the sources were followed, by kind: by their rows, and by what was told beside them."""

    rows: dict[str, Mark] = field(default_factory=dict)
    touches: dict[str, Mark] = field(default_factory=dict)

    def as_json(self) -> str:
        """As it lies in the folder."""
        marks = {name: _written(getattr(self, name)) for name in ("rows", "touches")}
        return json.dumps({"version": SCHEMA_VERSION} | marks)

    @classmethod
    def from_json(cls, text: str) -> "State":
        """What was written. Raises BrokenIndexError for another version of the schema, or what is no state."""
        try:
            kept = json.loads(text)
            if kept["version"] != SCHEMA_VERSION:
                raise BrokenIndexError("it has the form of another version")
            return cls(_read(kept["rows"]), _read(kept["touches"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenIndexError(f"its state cannot be read ({error})") from None


def _written(marks: Mapping[str, Mark]) -> dict[str, list[str]]:
    return {kind: [mark.at.isoformat(), mark.id] for kind, mark in marks.items()}


def _read(kept: Mapping[str, Any]) -> dict[str, Mark]:
    return {kind: Mark(datetime.fromisoformat(at), id_) for kind, (at, id_) in kept.items()}


class _Opened:
    """The two indexes of one name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        self.documents = Index(SCHEMA, path=str(folder / "documents"))
        self.documents.register_tokenizer("split", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
        self.documents.config_reader("manual")
        self.words = open_vocabulary(folder / "words")
        self.stamp = 0
        self.kept: dict[Hashable, Any] = {}

    def refresh(self) -> None:
        """See the last commit. The documents are committed last, so their stamp tells of both."""
        stamp = _changed_at(self.folder / "documents" / "meta.json")
        if stamp != self.stamp:
            self.words.reload()
            self.documents.reload()
            self.stamp = stamp
            self.kept = {}


class IndexFolder:
    """The index to look into, and to write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: _Opened | None = None
        self._guard = threading.Lock()

    def look(self) -> Look:
        """What can be found now: as of the last commit of whichever process.

        Raises NoIndexError, BrokenIndexError.
        """
        with self._guard, unbroken():
            opened = self._open(self._current())
            opened.refresh()
            return Look(opened.documents.searcher(), Vocabulary(opened.words.searcher()), opened.kept)

    def ask_for_rebuild(self) -> None:
        """Have the index made anew by the process that writes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rebuild").touch()

    @property
    def rebuild_asked(self) -> bool:
        """Whether somebody wants a new one."""
        return (self.folder / "rebuild").exists()

    @contextlib.contextmanager
    def locked(self) -> Iterator[bool]:
        """Be the one process that writes; False when another is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def begin_new(self) -> "Written":
        """Start a new index beside the one in use. Only for who holds the lock."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rebuild").unlink(missing_ok=True)
        in_use = self.name
        for path in self._indexes():
            if path.name != in_use:
                shutil.rmtree(path, ignore_errors=True)
        return Written(self.folder / str(int(in_use or 0) + 1), State())

    def go_on(self) -> "Written":
        """Write on the index in use. Only for who holds the lock. Raises NoIndexError, BrokenIndexError."""
        current = self._current()
        try:
            state = State.from_json((current / "state.json").read_text())
        except OSError as error:
            raise BrokenIndexError(f"its state is missing ({error.strerror})") from None
        with unbroken():
            return Written(current, state)

    def put_in_use(self, written: "Written") -> None:
        """From now on everybody looks into this one; older ones go."""
        write_whole(self.folder / "current", written.folder.name.encode())
        for path in self._indexes():
            if path != written.folder:
                shutil.rmtree(path, ignore_errors=True)

    def bytes_used(self) -> int:
        """What all of it takes on the disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def _open(self, folder: Path) -> _Opened:
        if self._opened is None or self._opened.folder != folder:
            if not (folder / "documents" / "meta.json").exists():
                raise BrokenIndexError("its files are missing")
            self._opened = _Opened(folder)
        return self._opened

    def _current(self) -> Path:
        name = self.name
        if not name:
            raise NoIndexError("there is no index yet")
        return self.folder / name

    @property
    def name(self) -> str:
        """Which index is in use; empty when there is none."""
        try:
            name = (self.folder / "current").read_text()
        except OSError:
            return ""
        return name if name.isdigit() else ""

    def _indexes(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.is_dir() and path.name.isdigit()]


class Written:
    """An index that is being written, with its state."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state
        opened = _Opened(folder)
        self._writer = IndexWriter(opened.documents.writer(HEAP, 1), VocabularyWriter(opened.words), opened.documents)
        self.put = self._writer.put
        self.take_out = self._writer.take_out

    def commit(self) -> None:
        """Show everybody what was put, and remember how far that was."""
        self._writer.commit()
        write_whole(self.folder / "state.json", self.state.as_json().encode())

    def close(self) -> None:
        """End; what was not committed is lost."""
        self._writer.close()


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Turn what the library raises over a broken index, its panics too, into BrokenIndexError."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise BrokenIndexError(str(error)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the library's bridge, which cannot be imported
            raise
        raise BrokenIndexError(str(error)) from None


def looking(folder: IndexFolder, ask: Callable[[Look], T]) -> T:
    """Ask the index something. When it is broken, a new one is asked for. Raises NoIndexError, BrokenIndexError."""
    try:
        look = folder.look()
        with unbroken():
            return ask(look)
    except BrokenIndexError:
        folder.ask_for_rebuild()
        raise


def _changed_at(path: Path) -> int:
    """When a file was last put there. 0: never."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
