"""The directory benchmark in small: the region is always the same, and what is measured is there."""

import shutil
from pathlib import Path

import pytest

from bench.directory import compare
from bench.directory.cases import CASES, TYPED
from bench.directory.data import needs, organisations, products
from bench.directory.tables import id_of
from bench.options import Options, UsageError
from server.kernel.ids import is_id


def test_the_region_is_always_the_same_and_in_both_languages() -> None:
    assert list(organisations(50)) == list(organisations(50))
    assert {each.locale for each in products(50, 10)} == {"de", "en"}
    assert all(0 <= each.owner < 10 for each in [*products(200, 10), *needs(200, 10)])


def test_ids_are_ids_in_the_order_of_numbers() -> None:
    ids = [id_of("product", number) for number in (0, 1, 999_999)]
    assert all(map(is_id, ids))
    assert ids == sorted(ids)


@pytest.mark.timeout(600)
def test_a_small_region_on_sqlite_has_a_figure_for_every_case_and_is_kept(
    monkeypatch: pytest.MonkeyPatch, migrated_sqlite: Path, tmp_path: Path
) -> None:
    async def migrated(folder: Path, url: str) -> None:
        if not (folder / migrated_sqlite.name).exists():
            shutil.copy(migrated_sqlite, folder)

    monkeypatch.setattr("bench.directory.compare.VAR", tmp_path)
    monkeypatch.setattr("bench.directory.compare.TIMES", 5)  # of each question: here nobody reads what it took
    monkeypatch.setattr("bench.directory.compare._migrated", migrated)
    result = compare.run(Options("python -m bench directory", only="sqlite", scale=0.0005, keep=True))
    found = {row.case for row in result.rows}
    assert found == {
        *(f"sqlite {case.name}" for case in CASES),
        "sqlite index",
        "sqlite typing",
        "sqlite organisation page",
        "sqlite import",
        "sqlite update",
        "sqlite large file",
        "sqlite tenth of the large file",
    }
    assert all(row.value >= 0 for row in result.rows)
    assert len(TYPED) > 20

    monkeypatch.setattr("bench.directory.compare._pages", lambda *_: {})
    again = compare.run(Options("python -m bench directory", only="sqlite search", scale=0.0005, keep=True))
    known = {(row.case, row.metric): row.value for row in result.rows}
    assert all(row.value == known[row.case, row.metric] for row in again.rows if row.metric == "found")
    assert {row.metric for row in again.rows if row.case == "sqlite index"} == {"documents", "disk_mib", "peak_mib"}


def test_a_case_that_there_is_not_is_named() -> None:
    with pytest.raises(UsageError, match="sqlite search"):
        compare.run(Options("", only="sqlite pages"))
