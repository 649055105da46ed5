"""What organisations stand on besides the kernel, and where other parts and features join in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection, Request

from directory.organisations import queries
from directory.organisations.queries import Seen
from directory.pictures import Pictures
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel


@dataclass(frozen=True)
class Section:
    """A part of an organisation's page that another part of the directory, or another feature, brings.

    The template is included; it finds this section as `section`, the organisation as `shown`, and `standing`.
    """

    template: str
    context: Mapping[str, Any]
    jsonld: Sequence[Mapping[str, Any]] = ()  # what it adds for search engines


# (request, session, the organisation as the viewer sees it) -> the section; None: there is nothing to show.
Bring = Callable[[Request, AsyncSession, Seen], Awaitable[Section | None]]
# (unit of work, from, into): everything of one organisation belongs to another one from now on. People still belong
# to the one to which they belonged.
Carry = Callable[[UnitOfWork, str, str], Awaitable[None]]


# (session, the ids of organisations as a select, now) -> how many of something hang on them.
Count = Callable[[AsyncSession, Select[str], datetime], Awaitable[int]]


@dataclass(frozen=True)
class Counter:
    """Something that hangs on organisations, and can be counted. `name` is a message id."""

    code: str
    name: str
    count: Count


@dataclass(frozen=True)
class Organisations:
    """The parts. `sections` stand on the page in the order in which they are added; `carriers` take part in merges;
    `counters` count what other parts hang on organisations."""

    kernel: Kernel
    pictures: Pictures
    sections: list[Bring] = field(default_factory=list)
    carriers: list[Carry] = field(default_factory=list)
    counters: list[Counter] = field(default_factory=list)

    @classmethod
    def build(cls, kernel: Kernel) -> Self:
        """Compose the parts; registers the jobs."""
        kernel.kept.register(queries.uses_file)
        return cls(kernel, Pictures(kernel))

    async def stop(self) -> None:
        """End what runs beside the event loop."""
        self.pictures.close()


def organisations_of(connection: HTTPConnection) -> Organisations:
    """The parts of the application that answers; the composition root puts them into its state."""
    found: Organisations = connection.app.state.organisations
    return found
