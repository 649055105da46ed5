"""The door of every page of imports."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.imports import queries
from directory.imports.model import ImportBatch
from directory.imports.policy import Importer, importer_of
from server.kernel.http import not_found
from server.kernel.ids import is_id


async def importer(request: Request, session: AsyncSession) -> Importer:
    """What the person may import. Raises ProblemError 404 for who may not import at all."""
    found = await importer_of(session, request.state.person)
    if found is None:
        raise not_found()
    return found


async def batch_here(request: Request, session: AsyncSession) -> ImportBatch:
    """The batch that the address names, for those whose it is to work on. Raises ProblemError 404."""
    who, id_ = await importer(request, session), request.path_params["batch"]
    batch = await queries.batch_of(session, id_) if is_id(id_) else None
    if batch is None or not who.may_work_on(batch):
        raise not_found()
    return batch
