"""Files that are made to hold a reader up: nested without end, long without a space, slow."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from directory.imports import beside
from directory.imports.mapping.suggest import suggested
from directory.imports.reading import recognised, rows
from directory.imports.reading.flat import flat
from directory.imports.reading.row import Row, Source
from directory.imports.terminal import Asked, Terminal
from people.text import UnacceptableError
from server.kernel.parts import Kernel
from tests.directory.imports.test_pages import admin, upload

__all__ = ["admin"]


@pytest.mark.parametrize("depth", [900, 5_000])
def test_a_record_of_lists_within_lists_stops_no_other(tmp_path: Path, depth: int) -> None:
    deep = '{"name": "Deep", "more": ' + "[" * depth + '"x"' + "]" * depth + "}"
    path = tmp_path / "list.json"
    path.write_text('[{"name": "Acme"}, ' + deep + ', {"name": "Bolt"}]')
    source = recognised(path, "")
    at = source.columns.index("name")
    assert [row.cells[at] for row in rows(path, source)] == ["Acme", "Deep", "Bolt"]


def test_what_names_itself_counts_as_deeper_too() -> None:
    record: Any = "end"
    for _ in range(5_000):
        record = [{"type": "website", "value": record}]
    assert flat({"name": "Acme", "links": record})["name"] == "Acme"


def test_a_list_of_texts_is_read_where_values_are(tmp_path: Path) -> None:
    """Also at the depth at which no further object is."""
    record: dict[str, Any] = {"tags": ["a", "b"]}
    for _ in range(7):
        record = {"k": record}
    assert list(flat(record).values()) == ["a; b"]
    assert flat({"sectors": [["energy"], ["buses", "rail"]]}) == {"sectors": "energy; buses; rail"}


async def test_where_the_paths_of_a_record_take_all_memory_the_rows_before_it_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text('[{"name": "Acme"}, {"name": "Deep", "more": ' + "[" * 60_000 + "]" * 60_000 + "}]")
    look = await beside.look(path, kind="organisations")
    async with beside.records(path, look.source, look.mapping, 0) as chunks:
        found = [record async for chunk in chunks for record in chunk]
    assert found[0].fields["name"] == "Acme"
    refused = found[1].refused
    assert refused is not None
    assert refused.text == "A record of the JSON file is too large to be read."


def test_a_long_word_is_looked_at_in_the_time_of_its_length() -> None:
    def seconds(word: str) -> float:
        source, read = Source("csv", ("E-Mail",)), [Row(1, (word,))] * 5
        began = time.process_time()
        suggested(source, read)
        return time.process_time() - began

    for begin, part, end in (("x@", "a", ""), ("x@", "a@" + "b" * 100, ""), ("www.", "a.", " x")):
        short = min(seconds(begin + part * (4_000 // len(part)) + end) for _ in range(3))
        long = min(seconds(begin + part * (32_000 // len(part)) + end) for _ in range(3))
        assert long < 24 * short + 0.05, "eight times as long: the square of it would be 64 times"


def test_an_address_within_a_text_is_found() -> None:
    source = Source("csv", ("E-Mail",))
    for text in ("a@b.example", "Ada <ada@b.example>, 14 h", "mailto:a@b.example;c@d.example", "x@y@b.example"):
        assert suggested(source, [Row(1, (text,))]).columns == {"E-Mail": "email"}
    none = suggested(source, [Row(1, ("yes @ all",)), Row(2, ("@b.example",))])
    assert "email" not in none.columns.values()


@asynccontextmanager
async def never(**_question: Any) -> AsyncIterator[AsyncIterator[Any]]:
    async def frames() -> AsyncIterator[Any]:
        await asyncio.sleep(60)
        yield {}

    yield frames()


async def test_a_file_that_takes_too_long_is_refused_in_a_sentence(
    admin: httpx2.AsyncClient, kernel: Kernel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(beside, "_asked", never)
    monkeypatch.setattr(beside, "LOOK_S", 0.05)
    answer = await upload(admin, json.dumps([{"name": "Acme"}]).encode(), name="list.json")
    assert answer.status_code == 422
    assert "Looking at the file took too long" in answer.text
    file = tmp_path / "list.csv"
    file.write_text("name\nAcme\n")
    terminal = Terminal(kernel.database, kernel.settings.data, lambda _: None, lambda _: None)
    with pytest.raises(UnacceptableError, match="took too long"):
        await terminal.bring(Asked(file, "organisations"))
