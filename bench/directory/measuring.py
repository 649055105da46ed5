"""The measuring process: asks the search of one database as the pages do, its cards included, and prints figures.

python -m bench.directory.measuring DATA DOCUMENTS TIMES [DATABASE_URL]
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from bench.directory.cases import CASES, TYPED, WARM
from bench.figures import percentile
from directory.search.documents import Viewer
from directory.search.folder import NoIndexError
from directory.search.parts import Search
from server.app import catalogue_of, create_kernel
from server.kernel.settings import Settings
from server.kernel.sweeping import end_start

ANYBODY = Viewer(None, "de")


async def main(data: Path, documents: int, times: int, url: str) -> None:
    """Make the index if none is there with so many documents, ask every case so often, and print one JSON object."""
    kernel = create_kernel(Settings(_env_file=None, data=data, database_url=url))  # type: ignore[call-arg]
    search = Search.build(kernel, catalogue_of(kernel))
    end_start()  # as every command and every server does
    try:
        print(json.dumps(await _measured(search, documents, times)))
    finally:
        await search.stop()
        await kernel.database.close()


async def _measured(search: Search, documents: int, times: int) -> dict[str, Any]:
    begun, speed = time.monotonic(), dict[str, float]()
    if _documents(search) != documents:
        written = await search.following.rebuild()
        await asyncio.to_thread(written.close)
        speed["rebuild_rows_per_second"] = _documents(search) / (time.monotonic() - begun)
    figures: dict[str, Any] = {"index": speed | _index(search)}
    for case in CASES:
        found = [(await search.page(ANYBODY, asked)).results.total for asked in case.asked]
        questions = [lambda asked=asked: search.page(ANYBODY, asked) for asked in case.asked]
        took = await _timed(questions, times)
        figures[case.name] = {"search_p50_ms": percentile(took, 0.5), "search_p95_ms": percentile(took, 0.95)}
        figures[case.name]["found"] = sum(found) / len(found)
    took = await _timed([lambda typed=typed: search.suggestions(ANYBODY, typed) for typed in TYPED], times)  # type: ignore[misc]
    figures["typing"] = {"suggest_p50_ms": percentile(took, 0.5), "suggest_p95_ms": percentile(took, 0.95)}
    return figures


def _documents(search: Search) -> int:
    try:
        return int(search.folder.look().searcher.num_docs)
    except NoIndexError:
        return 0


def _index(search: Search) -> dict[str, float]:
    return {
        "documents": _documents(search),
        "disk_mib": search.folder.bytes_used() / 2**20,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


async def _timed(questions: Sequence[Callable[[], Awaitable[Any]]], times: int) -> list[float]:
    """Milliseconds of each answer, sorted; questions take turns."""
    took = []
    for number in range(WARM + times):
        begun = time.perf_counter()
        await questions[number % len(questions)]()
        if number >= WARM:
            took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else ""))
