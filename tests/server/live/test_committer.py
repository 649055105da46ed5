"""Committing together."""

from collections.abc import Sequence
from datetime import UTC, datetime

from server.kernel.patience import REQUEST_S, answer_limit
from server.live.committer import Lane, Waiting
from server.live.entries import Append, Appended


async def test_whoever_begins_a_commit_nobody_waits_longer_than_for_a_page() -> None:
    limits: list[float | None] = []

    async def commit(batch: Sequence[Waiting]) -> None:
        limits.append(answer_limit())
        for each in batch:
            each.settle(Appended(1, repeated=False, data={}, at=datetime.now(UTC)))

    lane = Lane(commit)
    await lane.put(Append("chat:hall", "anna", None, "said", {}))
    await lane.drained()
    assert limits == [REQUEST_S]
