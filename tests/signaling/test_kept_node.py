"""A node beside the server is started again: also when it cannot be started at all for a while."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from signaling.kept_node import KeptNode
from tests.support.backend import settings_with
from tests.support.virtual_time import run


def test_a_node_that_cannot_be_started_for_now_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [OSError("no process is left"), OSError("no memory is left")]
    started: list[float] = []

    async def start(*_: object, **__: object) -> Any:
        if answers:
            raise answers.pop()
        started.append(asyncio.get_running_loop().time())
        return SimpleNamespace(pid=1, returncode=0, wait=asyncio.Event().wait)

    async def scenario() -> None:
        node = KeptNode(settings_with())
        node.begin()
        await asyncio.sleep(5)
        await node.stop()

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    with capture_logs() as logged:
        run(scenario())
    assert [(each["event"], each["work"]) for each in logged] == [("work_failed", "media_node")] * 2
    assert len(started) == 1
