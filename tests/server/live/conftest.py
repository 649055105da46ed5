"""The ground of the live line's tests."""

from collections.abc import AsyncIterator

import pytest

from server.kernel.parts import Kernel
from server.live.transport import SERVER_OPTIONS
from tests.server.live.ground import PLAIN_OPTIONS, Fair, World, build, serving


@pytest.fixture
def fair() -> Fair:
    """Anna, Ben and Cara."""
    return Fair()


@pytest.fixture
async def world(kernel: Kernel, fair: Fair) -> AsyncIterator[World]:
    """One worker over the seam."""
    async with serving(build(kernel, fair), fair) as started:
        yield started


@pytest.fixture(params=["seam", "plain"])
async def either(request: pytest.FixtureRequest, kernel: Kernel, fair: Fair) -> AsyncIterator[World]:
    """One worker, over the seam and over plain ASGI: both keep the same promises."""
    options = SERVER_OPTIONS if request.param == "seam" else PLAIN_OPTIONS
    async with serving(build(kernel, fair), fair, options) as started:
        yield started
