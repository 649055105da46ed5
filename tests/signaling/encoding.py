"""An encoder that runs beside a test."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PROGRAM = Path(__file__).with_name("encoder.py")


@asynccontextmanager
async def encoding(url: str, token: str, **options: str) -> AsyncIterator[None]:
    """FFmpeg sends to this address, with these options of its WHIP muxer, and takes its leave in the end."""
    # FFmpeg gives a node up that does not greet it within 5 s; a machine full of tests may take longer to come to it.
    options = {"handshake_timeout": "60000"} | options
    given = [f"{name}={value}" for name, value in options.items()]
    encoder = await asyncio.create_subprocess_exec(sys.executable, PROGRAM, url, token, *given)
    try:
        yield
        encoder.terminate()
        assert await encoder.wait() == 0
    finally:
        if encoder.returncode is None:
            encoder.kill()
            await encoder.wait()
