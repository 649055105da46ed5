"""docs/performance.md."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import report
from bench.__main__ import main
from bench.charts import svg
from bench.machine import machine
from bench.method import METHODS
from bench.registry import BENCHMARKS
from bench.results import LeftOut, Result, Row

METRIC = "deliveries_per_cpu_second"


@pytest.fixture
def page(tmp_path: Path) -> str:
    rows = [
        Row("one in flight", "fairmatch", METRIC, 130_000.0, "1/s"),
        Row("one in flight", "fairmatch", f"{METRIC}_min", 120_000.0, "1/s"),
        Row("one in flight", "fairmatch", f"{METRIC}_max", 140_000.0, "1/s"),
        Row("one in flight", "c-epoll", METRIC, 200_000.0, "1/s"),
    ]
    left_out = [LeftOut("node-ws", "no Node.js on this machine")]
    result = Result("fanout", machine(), "python -m bench fanout --json", "2026-01-02T03:04:05+00:00", rows, left_out)
    source = tmp_path / "fanout.json"
    source.write_text(result.as_json())
    return report.write([source], tmp_path / "docs" / "performance.md").read_text()


def test_the_page_has_the_figures_with_their_spread(page: str):
    assert "| fairmatch | 130,000 (120,000 to 140,000) |" in page
    assert "| c-epoll | 200,000 |" in page


def test_the_page_says_how_when_and_on_what_it_was_measured(page: str):
    assert "`python -m bench fanout --json`" in page
    assert "2026-01-02" in page
    assert machine()["cpu"] in page
    assert METHODS["fanout"].text in page


def test_calls_of_one_benchmark_share_one_explanation(tmp_path: Path):
    files = []
    for case in ("one in flight", "sixteen in flight"):
        rows = [Row(case, "fairmatch", METRIC, 130_000.0, "1/s")]
        files.append(tmp_path / f"{case}.json")
        files[-1].write_text(Result("fanout", machine(), "bench", "2026-01-02T03:04:05+00:00", rows, []).as_json())
    page = report.write(files, tmp_path / "docs" / "performance.md").read_text()
    assert page.count(METHODS["fanout"].text) == 1
    assert page.index("### One in flight") < page.index("### Sixteen in flight")


def test_the_page_names_who_was_left_out(page: str):
    assert "- node-ws: no Node.js on this machine" in page


def test_the_charts_of_the_page_are_beside_it(page: str, tmp_path: Path):
    chart = tmp_path / "docs" / "performance" / "fanout-one-in-flight.svg"
    assert "](performance/fanout-one-in-flight.svg)" in page
    assert "130,000" in "".join(ElementTree.fromstring(chart.read_text()).itertext())


def test_bars_are_as_long_as_their_values():
    picture = ElementTree.fromstring(svg("x < y", [("fairmatch", 50.0), ("c-epoll", 100.0)]))
    widths = [float(bar.attrib["width"]) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[1] == pytest.approx(2 * widths[0])


def test_every_benchmark_says_how_it_measures():
    assert METHODS.keys() == BENCHMARKS.keys()


def test_a_file_that_is_no_result_is_an_error_of_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.json"
    path.write_text("[]")
    assert main(["report", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
