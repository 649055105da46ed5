"""Percentiles and spreads."""

import pytest

from bench.figures import percentile, spread


def test_a_percentile_is_one_of_the_values_that_were_measured():
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, part) for part in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([1.0, 9.0], 0.5) == 1.0


def test_nothing_measured_is_zero():
    assert percentile([], 0.5) == 0.0


def test_the_spread_tells_the_middle_and_the_edges_of_the_rounds():
    found = spread([3.0, 1.0, 2.0])
    assert (found.median, found.least, found.most) == (2.0, 1.0, 3.0)


def test_a_spread_over_no_rounds_is_refused():
    with pytest.raises(ValueError):
        spread([])
