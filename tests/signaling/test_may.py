"""What somebody may do in a call is told as soon as it changes, to those who are in it."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

import fairs.actions
from rooms.actions import open_room
from rooms.model import STAGE
from server.live import topics
from tests.chat.lines import Lines, lines
from tests.fairs.guests import guests
from tests.signaling.quiet import QuietBackEnd


@pytest.fixture
async def line(app: Starlette) -> AsyncIterator[Lines]:
    """A fair with people, behind a real port, whose calls nothing carries."""
    async with guests(app) as there, lines(there) as opened:
        await app.state.calls.stop()
        app.state.calls.back_end = QuietBackEnd()
        yield opened


async def test_a_role_that_is_taken_or_given_changes_at_once_what_one_may_do_in_a_call(line: Lines) -> None:
    there = line.there
    async with there.kernel.database.write() as uow:
        call = topics.call((await open_room(uow, there.fair.id, STAGE, "stage", "Stage")).id)
    async with line.client("dev", call) as dev, line.client("aylin", call) as aylin:
        had = dev.welcome["channels"][call]["snapshot"]["may"]
        assert (bool(had["publish"]), had["moderate"]) == (True, True)
        for roles, may in (([], {"publish": [], "listen": True, "moderate": False}), (["moderator"], had)):
            async with there.kernel.database.write() as uow:
                await fairs.actions.set_roles(uow, there.fair.id, there.ids["dev"], roles, by_id=there.ids["edda"])
            assert (await dev.event(k="may", c=call))["d"] == may
        there.app.state.calls.live.grants.refresh(there.ids["aylin"])
        there.app.state.calls.live.grants.revoke(there.ids["aylin"], call)
        await aylin.event(k="revoked", c=call)
        assert "may" not in [each["k"] for each in aylin.heard], "nothing has changed for her"
