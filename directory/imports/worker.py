"""The process that reads files and takes their rows apart, beside the server: `python -m directory.imports.worker`.

It gets one question as JSON on its standard input, and answers in frames on its standard output: eight bytes with the
length, then a pickle. What a file does to it, a bomb or a broken parser, it does to nobody else.
"""

import json
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from directory.imports.frames import LENGTH
from directory.imports.mapping.aliases import PRODUCTS
from directory.imports.mapping.organisations import Organisations
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.products import Products
from directory.imports.mapping.record import Record
from directory.imports.mapping.suggest import suggested
from directory.imports.reading import recognised, rows, sample
from directory.imports.reading.row import Source
from people.text import UnacceptableError

# A frame, which is written in one transaction: so many records, or fewer that together have so many characters.
CHUNK, CHUNK_CHARACTERS = 500, 512 * 1024
# Bytes of address space; the process itself stays far below, see the measurements.
MEMORY_MOST = 1024**3
# Bytes of the stack, all of them there from the beginning: where memory has run out the first thread's cannot grow any
# more, and Python 3.13 goes some thousand calls deep to give up lists within lists: the process would be ended in that.
STACK = 16 * 1024**2
# Less urgent than whoever serves people.
NICENESS = 5


def main() -> None:
    """Answer the one question."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
    asked = json.loads(sys.stdin.buffer.readline())
    try:
        for answer in TASKS[asked.pop("task")](**asked):
            send(answer)
    except UnacceptableError as refused:
        send({"refused": refused.text, "params": refused.params})
    except MemoryError:
        send({"refused": "", "params": {}})


def _look(path: str, sheet: str, kind: str) -> Iterator[dict[str, Any]]:
    """What a file is, its first rows, and how its columns may be taken."""
    source = recognised(Path(path), sheet)
    first = sample(Path(path), source)
    yield {"source": source, "rows": first, "mapping": suggested(source, first, kind)}


def _records(path: str, source: dict[str, Any], mapping: dict[str, Any], skip: int) -> Iterator[list[Record]]:
    """The records behind the first `skip`, in chunks."""
    read, taken = Source.of(source), Mapping.of(mapping)
    taker = (Products if taken.kind == PRODUCTS else Organisations)(taken, read.columns)
    chunk: list[Record] = []
    characters = 0
    for row in rows(Path(path), read):
        if row.number <= skip:
            continue
        chunk.append(taker.record(row))
        characters += sum(map(len, row.cells))
        if len(chunk) == CHUNK or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    yield chunk
    yield []


def send(answer: object) -> None:
    """Write one frame."""
    content = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    out = sys.stdout.buffer
    out.write(LENGTH.pack(len(content)))
    out.write(content)
    out.flush()


TASKS: dict[str, Callable[..., Iterator[object]]] = {"look": _look, "records": _records}

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends both threads at once
    threading.stack_size(STACK)
    reading = threading.Thread(target=main)
    reading.start()
    reading.join()
