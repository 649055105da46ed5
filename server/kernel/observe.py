"""Logs for people or machines, and the registry of all figures."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Gauge

from server.kernel.settings import Settings

# Values that never stand in a log, whoever logs them by mistake: secrets, and what people write to one another.
_SECRET = re.compile(r"token|ticket|secret|password|cookie|authorization|resume|text|body|html|payload", re.IGNORECASE)
HIDDEN = "[hidden]"

CSP_REPORTED = Counter("fairmatch_csp_reports_total", "Breaches of the content security policy")
JOBS_DONE = Counter("fairmatch_jobs_done_total", "Jobs that were done", ["job"])
JOBS_FAILED = Counter("fairmatch_jobs_failed_total", "Attempts of jobs that failed", ["job"])
JOBS_PARKED = Gauge(
    "fairmatch_jobs_parked",
    "Jobs that failed for good and wait for an operator",
    multiprocess_mode="mostrecent",
)
BUS_DROPPED = Counter("fairmatch_bus_dropped_total", "Messages that the bus could not take")
BUS_RECONNECTS = Counter("fairmatch_bus_reconnects_total", "New connections to the bus")


def set_up_logs(settings: Settings) -> None:
    """Send structlog and the standard library's logs the same way, to standard output."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(settings)],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for talkative in ("alembic", "uvicorn", "aiosqlite", "asyncio"):
        logging.getLogger(talkative).setLevel(max(level, logging.WARNING))


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what must not be logged by a mark."""
    for name in event:
        if _SECRET.search(name):
            event[name] = HIDDEN
    return event


def _last(settings: Settings) -> list[Any]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Plain tracebacks: the pretty ones show local variables, and those may be secrets.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=plain)]
