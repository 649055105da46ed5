"""What one feature brings to the page of another."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.kernel.db import UnitOfWork


@dataclass(frozen=True)
class Part:
    """A template below web/templates, which is included and finds this as `part`, and what it shows."""

    template: str
    context: Mapping[str, Any]
    # What is noted of its viewer once the page is read. While it reads it holds a connection, and as many pages as
    # there are connections would wait for each other to write.
    seeing: Callable[[UnitOfWork], Awaitable[object]] | None = None
