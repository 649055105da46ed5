"""Percentiles and the summary of several rounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of the values (given in order) that at least `part` (0 to 1) of them do not exceed. 0 for none."""
    if not values:
        return 0.0
    return values[max(0, math.ceil(part * len(values)) - 1)]


@dataclass(frozen=True)
class Spread:
    """Several rounds of one figure."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """The middle of the rounds, and how far they lie apart. Raises StatisticsError for no rounds."""
    return Spread(median(values), min(values), max(values))
