"""What a connector is: how something elsewhere is read, and what becomes of what was found."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from directory.connectors.model import Connection
from server.kernel.db import UnitOfWork

Found = TypeVar("Found")
# What a connector remembers from one reading to the next, as JSON: tags of versions, a place in a list.
Mark = Mapping[str, Any]


class NothingUsableError(Exception):
    """What stands at an address is not what the connector reads. `code` is one of `rules.PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Connector(Protocol[Found]):
    """One kind of connection. It is read first, without a transaction; what was found is kept in one."""

    @property
    def every(self) -> timedelta:
        """How often it is read while all is well."""
        ...

    async def read(self, url: str, mark: Mark) -> tuple[Found | None, Mark]:
        """What is new at an address, None for nothing, and the mark for the next time.

        Raises FetchError and NothingUsableError; nothing else for whatever stands there.
        """
        ...

    async def keep(self, uow: UnitOfWork, connection: Connection, found: Found) -> None:
        """Have what was found be part of the directory. Doing it twice is as good as once."""
        ...
