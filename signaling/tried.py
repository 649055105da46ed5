"""Several things that must each be tried, whatever becomes of the others."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from signaling.protocol import MediaError

T = TypeVar("T")


async def each_tried(work: Iterable[Awaitable[T]]) -> tuple[list[T], MediaError | None]:
    """Do all of it at once: what came of it where it went well, and the first refusal when everything has come to its
    end. Raises the first error of another kind, then."""
    done, refusal = list[T](), None
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, MediaError):
            refusal = refusal or result
        elif isinstance(result, BaseException):
            raise result
        else:
            done.append(result)
    return done, refusal


async def all_tried(work: Iterable[Awaitable[object]]) -> None:
    """The same, where the first refusal is raised as well. Raises MediaError."""
    _, refusal = await each_tried(work)
    if refusal:
        raise refusal
