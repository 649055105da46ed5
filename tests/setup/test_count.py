"""The closing line counts what really happened; a run that broke off never looks like a good one."""

from pathlib import Path

from bin.check import Count, counted

REPORT = '<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"></testsuite></testsuites>'
GREEN = '<testsuites><testsuite tests="9" failures="0" errors="0" skipped="0"></testsuite></testsuites>'


def written(folder: Path, text: str) -> Path:
    path = folder / "report.xml"
    path.write_text(text)
    return path


def test_errors_count_as_failures(tmp_path: Path) -> None:
    assert counted(written(tmp_path, REPORT), 1) == Count(passed=3, failed=3, skipped=3)


def test_a_run_without_a_report_is_a_failure(tmp_path: Path) -> None:
    assert counted(tmp_path / "none.xml", 0) == Count(failed=1)


def test_half_a_report_is_a_failure(tmp_path: Path) -> None:
    assert counted(written(tmp_path, GREEN[:40]), 0) == Count(failed=1)


def test_an_exit_code_that_tells_of_trouble_is_a_failure_though_all_tests_passed(tmp_path: Path) -> None:
    assert counted(written(tmp_path, GREEN), 3) == Count(passed=9, failed=1)


def test_the_closing_line_is_plain() -> None:
    assert str(Count(3, 0)) == "3 passed, 0 failed"
    assert str(Count(2, 1, 4)) == "2 passed, 1 failed, 4 skipped"
