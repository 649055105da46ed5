"""An operation of the API, declared once: served, described in OpenAPI, and explained on the page of the reference."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from directory.api.shapes.common import Nothing
from server.kernel.access import Access
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import Kernel, kernel_of

VERSION = "/api/v1"
# What a file is sent and handed out as: what it is, is known by its content.
FILE = "application/octet-stream"
_ID = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Call:
    """A request whose parameters and body are as the operation describes them."""

    request: Request
    query: Any  # of the operation's model
    body: Any  # of the operation's model, or the bytes of a file; None where it has none

    @property
    def kernel(self) -> Kernel:
        """The ground."""
        return kernel_of(self.request)

    @property
    def person(self) -> Any:
        """Whose token it is; None: there is none."""
        return self.request.state.person

    @property
    def person_id(self) -> str | None:
        """The id of the one whose token it is."""
        return self.person.id if self.person else None

    @property
    def by_id(self) -> str:
        """The same, where the door lets nobody in without a token."""
        found: str = self.person.id
        return found

    @property
    def id(self) -> str:
        """The id in the path. Raises ProblemError 404 for what is none."""
        return self.named("id")

    def named(self, name: str) -> str:
        """An id in the path by its name there. Raises ProblemError 404 for what is none."""
        found: str = self.request.path_params[name]
        if not is_id(found):
            raise not_found()
        return found

    @property
    def site(self) -> str:
        """Our own address."""
        return self.kernel.settings.public_url


@dataclass(frozen=True)
class Operation:
    """What can be asked of a path by a method. `summary` and `about` are message ids.

    `refusals` are the statuses besides those that every operation may answer with, each with when.
    """

    method: str
    path: str  # below `VERSION`
    name: str
    level: Access  # as in server.access
    summary: str
    endpoint: Callable[[Call], Awaitable[Response]]
    answer: type[BaseModel] | None = None
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    status: int = 200
    about: str = ""
    refusals: tuple[int, ...] = ()
    takes_file: bool = False  # the body is a file as it is
    keeps_file: bool = False  # the same, but too large to be held: the endpoint reads it itself
    gives_file: bool = False

    @property
    def whole_path(self) -> str:
        """Its path on the server."""
        return VERSION + self.path

    @property
    def part(self) -> str:
        """The part of the API to which it belongs: the first word of its path."""
        return self.path.split("/")[1]

    @property
    def ids(self) -> list[str]:
        """What the path names records by."""
        return _ID.findall(self.path)

    @property
    def brings_file(self) -> bool:
        """Whether a file is sent."""
        return self.takes_file or self.keeps_file
