"""Organisations that are called the same."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.cores import core_of
from directory.organisations.model import Organisation
from directory.organisations.queries import visible_to
from directory.organisations.rules import slug_of
from server.kernel.tables import small_letters


async def of_name(session: AsyncSession, viewer_id: str, name: str, limit: int = 5) -> Sequence[Organisation]:
    """The organisations that are called so, whatever their legal form.

    Whatever was made under such a name has it in its address; of one that was renamed since, the very name is found.
    """
    core = core_of(name)
    slug, same = slug_of(core), small_letters(Organisation.name, name) == name.lower()
    called = or_(same, Organisation.slug == slug, Organisation.slug.startswith(f"{slug}-")) if slug else same
    query = select(Organisation.id, Organisation.name).where(called, visible_to(viewer_id))
    rows = await session.execute(query.order_by(Organisation.created_at, Organisation.id))
    ids = [row.id for row in rows if row.name.lower() == name.lower() or (core and core_of(row.name) == core)][:limit]
    found = await session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return sorted(found, key=lambda each: ids.index(each.id))
