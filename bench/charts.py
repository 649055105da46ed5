"""Plain bar charts as SVG: one bar for each system, readable in light and dark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.results import Result, shown, unique

# What is drawn of a case: the first of these that it has.
DRAWN = {
    "deliveries_per_cpu_second": "Deliveries per CPU-second of the server (more is better)",
    "packets_per_cpu_second": "Packets forwarded per CPU-second of the server (more is better)",
    "share_of_bound": "Share of the proven upper bound (more is better)",
    "kib_per_connection": "KiB of the server's memory for each connection (less is better)",
}
OWN = "fairmatch"
WIDTH, BAR, GAP, NAMES, FIGURES = 720, 22, 8, 170, 90
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.t{font-weight:600}.b{fill:#9aa5b1}.o{fill:#1f6feb}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.b{fill:#5b6672}.o{fill:#58a6ff}}"
)


def draw(result: Result, case: str, folder: Path) -> tuple[str, str] | None:
    """Write the chart of a case into folder/performance; returns its path within the folder, and its title.

    None when the case has nothing that is drawn.
    """
    metrics = {row.metric for row in result.rows if row.case == case}
    metric = next((name for name in DRAWN if name in metrics), None)
    if metric is None:
        return None
    systems = unique(row.system for row in result.rows if row.case == case)
    bars = [(system, value) for system in systems if (value := result.value(case, system, metric)) is not None]
    title = f"{DRAWN[metric]}: {case}"
    path = f"performance/{result.benchmark}-{re.sub('[^a-z0-9]+', '-', case.lower())}.svg"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(svg(title, bars))
    return path, title


def svg(title: str, bars: Sequence[tuple[str, float]]) -> str:
    """A chart of named values, all on one scale that begins at zero."""
    most = max((value for _, value in bars), default=0) or 1
    height = 36 + len(bars) * (BAR + GAP)
    rows = [_bar(36 + index * (BAR + GAP), name, value, most) for index, (name, value) in enumerate(bars)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<text class="t" x="0" y="16">{escape(title)}</text>{"".join(rows)}</svg>\n'
    )


def _bar(top: int, name: str, value: float, most: float) -> str:
    length = max(1.0, value / most * (WIDTH - NAMES - FIGURES))
    middle = top + BAR - 6
    kind = "o" if name == OWN else "b"
    return (
        f'<text x="0" y="{middle}">{escape(name)}</text>'
        f'<rect class="{kind}" x="{NAMES}" y="{top}" width="{length:.1f}" height="{BAR}" rx="3"/>'
        f'<text x="{NAMES + length + 6:.1f}" y="{middle}">{shown(value)}</text>'
    )
