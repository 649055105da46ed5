"""A partner institution that imports."""

import pytest

from directory.imports import beside
from directory.partners.actions import appoint
from tests.directory.imports.test_runs import asked_here
from tests.directory.scene import Scene


@pytest.fixture
async def chamber(there: Scene, monkeypatch: pytest.MonkeyPatch) -> str:
    """A partner institution for which Chloé speaks; its id. Voltbus is Aylin's, and no import's."""
    monkeypatch.setattr(beside, "_asked", asked_here)
    await there.organisation()
    _, id_ = await there.organisation(by="chloe", name="Chamber", website="", kind="partner")
    async with there.kernel.database.write() as uow:
        await appoint(uow, id_, by_id=there.ids["ada"])
    return id_
