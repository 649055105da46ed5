"""An error in the application's log fails the test in whose process it is told, as one in a server's log does.

A page that answers with "something went wrong" while the test looks at something else would else be seen by nobody.
A test that breaks something on purpose reads the log itself (`structlog.testing.capture_logs`), or says so beforehand
with the mark `expects_trouble`.
"""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog

from server.kernel import away

expects_trouble = pytest.mark.expects_trouble
_told: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the log; what it prints of an error is plain, since colours and local variables cost a second."""
    config.addinivalue_line("markers", "expects_trouble: breaks something of which the application tells its log")
    *processors, _renderer = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, _listen, plain])


def _listen(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if event.get("level") in ("error", "critical"):
        _told.append(f"{event.get('event')}: {event.get('exc_info')!r}")
    return event


@pytest.fixture(autouse=True)
def no_trouble_is_told(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which the application told of an error."""
    _told.clear()
    for service in away.DATABASE, away.REDIS, away.DATABASE_DISK, away.FILES_DISK, away.SEARCH_DISK:
        service.away_since = None  # what one test took away is there again
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    if structlog.get_config() != before:  # a command that ran here has set up logs, and nobody would listen any more
        structlog.configure(**before)
        forget_loggers()
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    told, _told[:] = list(_told), []
    assert not told or request.node.get_closest_marker("expects_trouble"), f"told of trouble: {'; '.join(told)}"


def forget_loggers() -> None:
    """Loggers keep what was set up when they were used first."""
    for module in list(sys.modules.values()):
        if isinstance(log := getattr(module, "log", None), structlog._config.BoundLoggerLazyProxy):
            vars(log).pop("bind", None)
