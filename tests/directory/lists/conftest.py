"""Two organisations, and people with browsers: Aylin and Clara belong to Voltbus, Ben to nobody."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
import pytest
from starlette.applications import Starlette

from directory.organisations.model import Member, Organisation
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.parts import Kernel
from tests.people import scene


@dataclass
class Desk:
    """Who keeps what about whom."""

    kernel: Kernel
    aylin: httpx2.AsyncClient
    ben: httpx2.AsyncClient
    clara: httpx2.AsyncClient
    ids: dict[str, str]
    voltbus: str
    norrnat: str


@pytest.fixture
async def desk(app: Starlette) -> AsyncIterator[Desk]:
    """Everybody signed in."""
    kernel: Kernel = app.state.kernel
    async with AsyncExitStack() as stack:
        seats = [await stack.enter_async_context(scene.at_browser(app, name)) for name in scene.NAMES]
        browsers, people = [seat[0] for seat in seats], [seat[1] for seat in seats]
        async with kernel.database.write() as uow:
            voltbus, norrnat = await organisation(uow, "voltbus"), await organisation(uow, "norrnat")
            for each in (people[0], people[2]):
                now = kernel.clock.now()
                uow.session.add(Member(organisation_id=voltbus, person_id=each.id, role="member", since=now))
        ids = dict(zip(("aylin", "ben", "clara"), [each.id for each in people], strict=True))
        yield Desk(kernel, browsers[0], browsers[1], browsers[2], ids, voltbus, norrnat)


async def organisation(uow: UnitOfWork, slug: str) -> str:
    """An organisation about which nothing is known but its name."""
    unknown = dict.fromkeys(("legal_name", "website", "domain", "size", "stage", "business_model"), "")
    unknown |= dict.fromkeys(("customer_focus", "place", "postcode", "video_url"), "")
    now = uow.clock.now()
    made = Organisation(
        id=new_id(),
        slug=slug,
        kind="startup",
        name=slug.capitalize(),
        country="DE",
        visibility="public",
        created_at=now,
        updated_at=now,
        **unknown,
    )
    uow.session.add(made)
    await uow.session.flush()
    return made.id
