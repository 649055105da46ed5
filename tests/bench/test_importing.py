"""The bench's imports: what is measured is an import that was carried out, and the memory of both its processes."""

import asyncio
from pathlib import Path

import pytest

from bench.directory.compare import _migrated
from bench.directory.importing import Import, imported, write
from bench.options import UsageError


def test_an_import_has_figures_of_both_processes_and_one_that_took_too_few_has_none(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    write(file, 40, 350)
    asyncio.run(_migrated(tmp_path, ""))
    done = imported(tmp_path, "", file, 40)
    assert done.cpu_seconds > 0
    assert len(done.peaks) >= 2
    assert min(done.memory.values()) > 10
    assert done.speed["import_rows_per_second"] == 40 / done.seconds
    with pytest.raises(UsageError, match="0 of 40 rows"):  # the same again: nothing is made, nothing changed
        imported(tmp_path, "", file, 40)


def test_another_pitch_in_every_row_makes_the_update(tmp_path: Path) -> None:
    first, again = tmp_path / "first.csv", tmp_path / "again.csv"
    write(first, 20, 350)
    write(again, 20, 350, again=True)
    one, other = (path.read_text("utf-8").splitlines() for path in (first, again))
    assert len(one) == len(other) == 21
    assert [row.split(",")[:3] for row in one] == [row.split(",")[:3] for row in other]
    assert all(before != after for before, after in zip(one[1:], other[1:], strict=True))


def test_the_bound_of_memory_is_the_writing_process_and_the_largest_that_read() -> None:
    measured = Import(1, peaks={7: 100.0, 8: 40.0, 9: 60.0}).memory
    assert measured == {"importer_peak_mib": 160.0, "writing_peak_mib": 100.0, "reading_peak_mib": 60.0}
