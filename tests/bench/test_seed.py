"""The fair that is measured: people who may come in at once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bench.seed import fill, hellos
from people.sessions import alive
from rooms.model import LOBBY, Room
from server.app import create_kernel
from server.kernel.settings import Settings
from server.live.resume import opened
from server.live.topics import Topic


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given: Mapping[str, Any] = {"data": tmp_path}
    return Settings(**given)


async def test_everybody_has_a_session_that_stands_and_a_token_that_opens(settings: Settings):
    place, everybody = await fill(settings, 4)
    kernel = create_kernel(settings)
    now = kernel.clock.now()
    frames = [json.loads(frame) for frame in hellos(settings, place, everybody, now)]
    tokens = [opened(settings.secret_bytes, frame["p"]["resume"], now) for frame in frames]
    assert [token and token.person_id for token in tokens] == [one.person for one in everybody]
    async with kernel.database.read() as session:
        standing = await alive(session, [one.session for one in everybody], now)
        lobby = await session.scalar(select(Room).where(Room.fair_id == place.fair))
    await kernel.database.close()
    assert {id: person.id for id, person in standing.items()} == {one.session: one.person for one in everybody}
    assert lobby is not None
    assert (lobby.id, lobby.kind) == (place.lobby, LOBBY)


async def test_everybody_asks_for_five_topics(settings: Settings):
    place, everybody = await fill(settings, 4)
    frames = hellos(settings, place, everybody, create_kernel(settings).clock.now())
    for frame in frames:
        wanted = [Topic.parse(name) for name in json.loads(frame)["p"]["channels"]]
        assert sorted(topic.namespace for topic in wanted if topic) == ["chat", "chat", "chat", "person", "room"]
