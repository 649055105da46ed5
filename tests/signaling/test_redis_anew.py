"""A Redis that is started again and knows nothing: calls go on, and what is missing in it is not known."""

import pytest

from signaling import registry
from signaling.found_nodes import FoundNodes
from signaling.media import member
from signaling.protocol import Expel, MediaError, PartlyKnownError
from tests.signaling.installation import Installation, Worker
from tests.signaling.scene import until
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


@expects_trouble
async def test_a_redis_that_is_started_again_and_knows_nothing_puts_nobody_out(
    there: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    enters_when_told(monkeypatch)
    one = await there.worker()
    first, second = await there.node("first"), await there.node("second")
    await one.join("anna")
    await until(lambda: one.people == ["anna"])
    home, further = (first, second) if first.node.rooms else (second, first)
    await forgotten(there, one)
    await further._beat()
    nodes = one.back_end.nodes
    assert isinstance(nodes, FoundNodes)
    await nodes._look()
    assert not await one.back_end.catch_up()
    for asked in (one.back_end.state("room"), one.join("bernd"), one.back_end.expel(Expel(person="anna"))):
        with pytest.raises(MediaError, match="unavailable: the registry of media nodes was started again"):
            await asked
    await home._beat()
    assert await one.back_end.state("room")
    assert await one.back_end.catch_up()
    assert one.people == ["anna"]
    nodes._registry._whole_at = 0.0  # so much later
    await one.join("bernd")
    await until(lambda: one.people == ["anna", "bernd"])
    assert (list(home.node.rooms), list(further.node.rooms)) == (["room"], [])
    await nodes._registry.stop()
    assert await one.back_end.state("nobody") is None  # a line to the same Redis is a new one, and nothing else


@expects_trouble
async def test_whoever_is_put_out_meanwhile_is_out_at_all_nodes_that_have_entered_again(
    there: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    enters_when_told(monkeypatch)
    one = await there.worker()
    home = await there.node("only")
    await one.join("anna")
    await forgotten(there, one)
    await home._beat()
    with pytest.raises(PartlyKnownError, match="started again") as known:
        await one.back_end.where("anna")
    assert [each.room for each in known.value.found] == ["room"]
    with pytest.raises(MediaError, match="started again"):  # to be done again: there may be more nodes
        await one.back_end.expel(Expel(person="anna"))
    assert not home.node.rooms


@expects_trouble
async def test_a_worker_without_calls_notices_as_well_when_redis_is_started_again(
    there: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    enters_when_told(monkeypatch)
    one = await there.worker()
    nodes = one.back_end.nodes
    assert isinstance(nodes, FoundNodes)
    await until(lambda: nodes._registry._run)
    await forgotten(there, one)
    await until(lambda: nodes._registry._run != "the one before")
    assert nodes._registry._is_new


def enters_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes enter again when the test has them do it, and it is waited for that."""
    monkeypatch.setattr(member, "BEAT_S", PATIENCE_S)
    monkeypatch.setattr(registry, "ENTERED_S", PATIENCE_S)
    for of in (registry, member):  # nor does a lease end that nobody renews meanwhile
        monkeypatch.setattr(of, "LEASE_S", PATIENCE_S)


async def forgotten(there: Installation, worker: Worker) -> None:
    """Redis is started again without what it knew: as far as can be seen by a worker."""
    nodes = worker.back_end.nodes
    assert isinstance(nodes, FoundNodes)
    nodes._registry._run = "the one before"
    await nodes._registry.stop()
    look = there.registry()
    keys = await look._ask("KEYS", f"{look._prefix}*")
    if keys:
        await look._ask("DEL", *(key.decode() for key in keys))
    await look.stop()
