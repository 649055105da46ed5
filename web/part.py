"""What one feature brings to the page of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """A template below web/templates, which is included and finds this as `part`, and what it shows."""

    template: str
    context: Mapping[str, Any]
