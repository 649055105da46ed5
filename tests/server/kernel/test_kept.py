"""Files that rows name: what one person takes away while another brings it again is there in the end."""

import asyncio
import contextlib

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.kernel.db import UnitOfWork
from server.kernel.kept import drop
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel

CONTENT = b"a catalogue"


async def named(session: AsyncSession, name: str) -> bool:
    """Whether a row names the file; here it is a job that nobody does."""
    return await session.scalar(select(OutboxRow.id).where(OutboxRow.key == name)) is not None


def say_used(uow: UnitOfWork, name: str) -> None:
    uow.enqueue("a row that names a file", {}, key=name)


async def taken_away(kernel: Kernel, name: str) -> None:
    async with kernel.database.write() as uow:
        drop(uow, name)


async def test_a_file_goes_when_no_row_names_it_and_stays_while_one_does(kernel: Kernel) -> None:
    kernel.kept.register(named)
    used, unused = await kernel.files.put(b"used"), await kernel.files.put(b"unused")
    async with kernel.kept.keeping({used: b"used"}) as uow:
        say_used(uow, used)

    await taken_away(kernel, used)
    await taken_away(kernel, unused)
    await kernel.jobs.run_due()

    assert kernel.files.path(used).read_bytes() == b"used"
    assert not kernel.files.path(unused).exists()


async def test_a_file_that_was_dropped_between_its_coming_and_its_row_is_put_again(kernel: Kernel) -> None:
    kernel.kept.register(named)
    name = await kernel.files.put(CONTENT)
    await taken_away(kernel, name)
    await kernel.jobs.run_due()

    async with kernel.kept.keeping({name: CONTENT}) as uow:
        say_used(uow, name)

    assert kernel.files.path(name).read_bytes() == CONTENT


async def test_no_row_comes_between_the_look_who_uses_a_file_and_its_end(kernel: Kernel) -> None:
    looked, came = asyncio.Event(), asyncio.Event()

    async def slowly(session: AsyncSession, kept: str) -> bool:
        found = await named(session, kept)
        looked.set()
        with contextlib.suppress(TimeoutError):  # held, its row comes after the file has gone; else now, in this time
            await asyncio.wait_for(came.wait(), 0.2)
        return found

    async def bring() -> None:
        async with kernel.kept.keeping({name: CONTENT}) as uow:
            say_used(uow, name)
        came.set()

    kernel.kept.register(slowly)
    name = await kernel.files.put(CONTENT)
    await taken_away(kernel, name)
    dropping = asyncio.create_task(kernel.jobs.run_due())
    await looked.wait()
    await asyncio.gather(bring(), dropping)

    assert kernel.files.path(name).read_bytes() == CONTENT


async def test_what_comes_to_nothing_leaves_no_file(kernel: Kernel) -> None:
    kernel.kept.register(named)
    name = await kernel.files.put(CONTENT)

    with pytest.raises(ValueError, match="refused"):
        async with kernel.kept.keeping({name: CONTENT}):
            raise ValueError("refused")
    await kernel.jobs.run_due()

    assert not kernel.files.path(name).exists()
