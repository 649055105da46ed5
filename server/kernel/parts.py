"""What is composed at the start and handed to every feature, in one typed place."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from server.kernel.bus import Bus
from server.kernel.clock import Clock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.fetch import Fetcher
from server.kernel.files import Files
from server.kernel.jobs import Jobs
from server.kernel.kept import KeptFiles
from server.kernel.mail import Mail
from server.kernel.rate import Limiter
from server.kernel.settings import Settings


@dataclass(frozen=True)
class Kernel:
    """The ground under all features. Built once, by `server.app`."""

    settings: Settings
    clock: Clock
    events: Events
    database: Database
    bus: Bus
    jobs: Jobs
    mail: Mail
    files: Files
    kept: KeptFiles
    limiter: Limiter
    fetcher: Fetcher


def kernel_of(connection: HTTPConnection) -> Kernel:
    """The kernel that serves this request or WebSocket."""
    kernel: Kernel = connection.app.state.kernel
    return kernel
