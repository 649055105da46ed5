"""Kernels on the ground of this run: one on the embedded ground, two that share a database and a bus on the cluster."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from server.app import create_kernel, running
from server.kernel.clock import SystemClock
from server.kernel.parts import Kernel
from tests.support.backend import Backend


@pytest.fixture
async def kernels(backend: Backend) -> AsyncIterator[list[Kernel]]:
    """As many started kernels as this ground has workers."""
    async with contextlib.AsyncExitStack() as stack:
        started = []
        for number in range(backend.workers):
            settings = backend.settings(worker_name=f"w{number + 1}", dev=True)
            started.append(await stack.enter_async_context(running(create_kernel(settings, SystemClock()))))
        yield started
