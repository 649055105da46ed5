"""CSV as it comes: any encoding, any of the usual delimiters, texts with line breaks, titles above the header."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import TextIO

from directory.imports.mapping.aliases import is_name_of_a_column
from directory.imports.reading.encoding import encoding_of
from directory.imports.reading.header import with_header
from directory.imports.reading.limits import CELL_MOST, HEADER_WITHIN, LINE_MOST
from directory.imports.reading.row import Row, Source, fitted
from web.i18n import N_

DELIMITERS = (",", ";", "\t", "|")
# Characters at the beginning on which the delimiter and the header are decided.
SAMPLE = 256 * 1024

_TOO_LONG = N_("A line of the file is too long to be read. Is a quote not closed?")
_NOT_CLOSED = N_("The row cannot be taken apart. Is a quote not closed?")

csv.field_size_limit(CELL_MOST)


def recognised(path: Path) -> Source:
    """How a text file is to be read. Raises UnacceptableError for too many columns."""
    encoding = encoding_of(path)
    with _opened(path, encoding) as file:
        text = file.read(SAMPLE)
    if len(text) == SAMPLE:
        text = text[: text.rfind("\n") + 1] or text
    said = _said_by_itself(text)
    delimiter = said or max(DELIMITERS, key=lambda each: _fits(text, each))
    table = [list(row) for _, row in zip(range(HEADER_WITHIN + 20), _parsed(text, delimiter), strict=False)]
    source = Source("csv", (), encoding=encoding, delimiter=delimiter)
    return with_header(source, table, is_name_of_a_column, _begins_at(table))


def rows(path: Path, source: Source) -> Iterator[Row]:
    """The rows below the header."""
    with _opened(path, source.encoding) as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=source.delimiter)
        width = len(source.columns)
        while True:
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(line, (), _TOO_LONG if lines.cut else _NOT_CLOSED)
                lines.skip_to_the_end_of_the_line()
                continue
            if line > source.header_line:
                yield fitted(line, cells, width)


class _Lines:
    """Lines of a file, none longer than the limit; counts them."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self.cut = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LINE_MOST)
        if not line:
            raise StopIteration
        self.number += 1
        self.cut = len(line) == LINE_MOST
        return line.replace("\0", "") if "\0" in line else line

    def skip_to_the_end_of_the_line(self) -> None:
        """Go on after a line that was cut."""
        while self.cut:
            self.cut = len(self._file.readline(LINE_MOST)) == LINE_MOST


def _opened(path: Path, encoding: str) -> TextIO:
    # newline="": line breaks within quotes stay as they are.
    return path.open(encoding=encoding, errors="replace", newline="")


def _said_by_itself(text: str) -> str:
    """The delimiter that Excel's first line "sep=;" names."""
    first = text.split("\n", 1)[0].strip().lower()
    return first[4:] if first.startswith("sep=") and first[4:] in DELIMITERS else ""


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield []


def _fits(text: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter makes a table of a text: by how many rows agree on a width above one, then by the width."""
    found = [len(row) for row, _ in zip(_parsed(text, delimiter), range(200), strict=False) if any(row)]
    several = Counter(width for width in found if width > 1)
    if not several:
        return 0, 0
    width, count = max(several.items(), key=lambda each: (each[1], each[0]))
    return round(count / len(found), 1), width


def _begins_at(table: list[list[str]]) -> Callable[[int], int]:
    """The line on which a row begins that may stand below others of several lines."""
    return lambda row: sum(sum(cell.count("\n") for cell in each) + 1 for each in table[:row]) + 1
