"""What a benchmark prints."""

import json
from pathlib import Path

import pytest

from bench.machine import machine
from bench.results import LeftOut, Result, Row, as_table, matrix, read, shown


@pytest.fixture
def result() -> Result:
    rows = [
        Row("one in flight", "fairmatch", "deliveries_per_cpu_second", 123_456.7, "1/s"),
        Row("one in flight", "fairmatch", "p50_ms", 3.21, "ms"),
        Row("one in flight", "node-ws", "deliveries_per_cpu_second", 98_000.0, "1/s"),
    ]
    left_out = [LeftOut("python-socketio", "not installed"), LeftOut("node-ws", "it was closed", "idle 5000")]
    return Result("fanout", machine(), "python -m bench fanout", "2026-01-02T03:04:05+00:00", rows, left_out)


def test_the_json_has_the_promised_shape(result: Result):
    data = json.loads(result.as_json())
    assert data["benchmark"] == "fanout"
    assert {"cpu", "cores", "kernel", "python", "libraries"} <= data["machine"].keys()
    assert data["rows"][0] == {
        "case": "one in flight",
        "system": "fairmatch",
        "metric": "deliveries_per_cpu_second",
        "value": 123_456.7,
        "unit": "1/s",
    }
    assert {"system": "python-socketio", "reason": "not installed"}.items() <= data["left_out"][0].items()


def test_what_was_written_is_read_again(result: Result, tmp_path: Path):
    path = tmp_path / "fanout.json"
    path.write_text(result.as_json())
    assert read(path) == result


@pytest.mark.parametrize("text", ["[]", '{"benchmark": "fanout"}', '{"rows": [{"case": 1}]}'])
def test_a_file_that_holds_no_result_is_refused_with_its_name(text: str, tmp_path: Path):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"other\.json"):
        read(path)


def test_a_case_becomes_a_table_with_a_line_for_each_system(result: Result):
    head, lines = matrix(result, "one in flight")
    assert head == ["system", "deliveries_per_cpu_second [1/s]", "p50_ms"]
    assert lines == [["fairmatch", "123,457", "3.21"], ["node-ws", "98,000", "-"]]


def test_the_table_names_who_was_left_out_where_and_why(result: Result):
    text = as_table(result)
    assert "left out: python-socketio (not installed)" in text
    assert "left out in “idle 5000”: node-ws (it was closed)" in text


def test_figures_are_shown_with_as_many_digits_as_they_deserve():
    assert [shown(value) for value in (0.123, 12.34, 456.78, 1234.5, 3.0, None)] == [
        "0.12",
        "12.34",
        "456.8",
        "1,234",
        "3",
        "-",
    ]
