"""The door of every page of imports."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.imports import queries
from directory.imports.model import ImportBatch
from directory.imports.policy import may_import
from people.model import Person
from server.kernel.http import not_found
from server.kernel.ids import is_id


def importer(request: Request) -> Person:
    """The person, who may import. Raises ProblemError 404 for others."""
    person: Person = request.state.person
    if not may_import(person):
        raise not_found()
    return person


async def batch_here(request: Request, session: AsyncSession) -> ImportBatch:
    """The batch that the address names. Raises ProblemError 404."""
    importer(request)
    id_ = request.path_params["batch"]
    batch = await queries.batch_of(session, id_) if is_id(id_) else None
    if batch is None:
        raise not_found()
    return batch
