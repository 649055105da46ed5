"""Clean values on their way through JSON, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values as JSON can hold them."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def unpacked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values as `packed` gave them, also after a way through JSON."""
    return {name: _moment(value) if name == "confirmed_at" else _frozen(value) for name, value in values.items()}


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value is not None else None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list | tuple) else value
