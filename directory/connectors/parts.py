"""What connectors stand on besides the kernel: the kinds there are, and the job that reads them in their time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession

from directory.connectors import own_data
from directory.connectors.actions import JOB, read_at
from directory.connectors.feeds import KIND as FEED
from directory.connectors.feeds import Feeds
from directory.connectors.interface import Connector, NothingUsableError
from directory.connectors.model import Connection
from directory.connectors.news_pages import section
from directory.connectors.rules import LONGEST, next_at, problem_of
from directory.connectors.server_pages import origin
from directory.connectors.servers import KIND as SERVER
from directory.connectors.servers import Servers
from directory.organisations.model import Removal
from directory.organisations.parts import Organisations
from people.own_data import OwnData
from server.kernel.db import UnitOfWork
from server.kernel.fetch import FetchError
from server.kernel.parts import Kernel

# Connections that one worker reads at the same time: however many hang, other jobs find a hand.
AT_ONCE = 1


@dataclass(frozen=True)
class Connectors:
    """The kinds of connectors by name."""

    kernel: Kernel
    kinds: Mapping[str, Connector[Any]]

    @classmethod
    def build(cls, kernel: Kernel, data: OwnData, organisations: Organisations) -> Self:
        """Compose them; registers the job, and joins the organisations' pages and merges."""
        built = cls(
            kernel, {FEED: Feeds(kernel.fetcher), SERVER: Servers(kernel.fetcher, kernel.settings.data, kernel.clock)}
        )
        kernel.jobs.register(JOB, built.read, at_once=AT_ONCE, lasting=False)
        data.register("connections", own_data.collect, own_data.erase)
        organisations.sections.extend([section, origin])
        organisations.carriers.append(own_data.carry)
        return built

    async def read(self, payload: dict[str, Any]) -> None:
        """Read one connection, keep what was found, and say when it is read again: all of that in one commit."""
        async with self.kernel.database.read() as session:
            known = await session.get(Connection, payload["id"])
            gone = known is not None and await _is_gone(session, known.organisation_id)
        if known is None or known.due_at.isoformat() != payload["due_at"]:
            return  # it was let go, or is read at another moment by now
        found, mark, problem = (None, known.mark, "") if gone else await self._found(known)
        async with self.kernel.database.write() as uow:
            connection = await uow.session.get(Connection, known.id, with_for_update=True)
            if connection is None or connection.due_at != known.due_at:
                return
            if gone:  # its organisation is not shown: nobody needs the news, and it may come back
                read_at(uow, connection, uow.clock.now() + LONGEST)
            else:
                await self._keep(uow, connection, found, dict(mark), problem)

    async def _found(self, known: Connection) -> tuple[Any, Mapping[str, Any], str]:
        """What is new, the mark, and what is wrong."""
        try:
            return *await self.kinds[known.kind].read(known.url, known.mark), ""
        except (FetchError, NothingUsableError) as error:
            return None, known.mark, problem_of(error.code)

    async def _keep(
        self, uow: UnitOfWork, connection: Connection, found: Any, mark: dict[str, Any], problem: str
    ) -> None:
        now, kind = uow.clock.now(), self.kinds[connection.kind]
        connection.tried_at, connection.problem, connection.mark = now, problem, mark
        connection.failures = connection.failures + 1 if problem else 0
        if not problem:
            connection.read_at = now
        if found is not None:
            await kind.keep(uow, connection, found)
        read_at(uow, connection, next_at(now, kind.every, connection.failures))


async def _is_gone(session: AsyncSession, organisation_id: str | None) -> bool:
    return organisation_id is not None and await session.get(Removal, organisation_id) is not None
