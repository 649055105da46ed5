"""Logs for people or machines without anything secret in them, and the kernel's figures."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from prometheus_client import Counter, Gauge

from server.kernel.settings import Settings

CSP_REPORTED = Counter("fairmatch_csp_reports_total", "Breaches of the content security policy")
JOBS_DONE = Counter("fairmatch_jobs_done_total", "Jobs that were done", ["job"])
JOBS_FAILED = Counter("fairmatch_jobs_failed_total", "Attempts of jobs that failed", ["job"])
JOBS_PARKED = Gauge(
    "fairmatch_jobs_parked", "Jobs that failed for good and wait for an operator", multiprocess_mode="mostrecent"
)
MAILS_REFUSED = Counter("fairmatch_mails_refused_total", "Mails that the receiver's server refused for good")
WORK_ENDED = Counter("fairmatch_work_ended_total", "Work without an end that ended, and was begun again", ["work"])
ERRORS_LOGGED = Counter(
    "fairmatch_errors_logged_total", "Lines of the log that tell of a fault, by what they say", ["event"]
)
BUS_DROPPED = Counter("fairmatch_bus_dropped_total", "Messages that the bus could not take")
BUS_RECONNECTS = Counter("fairmatch_bus_reconnects_total", "New connections to the bus")
MEDIA_NODES_LOST = Counter(
    "fairmatch_media_nodes_lost_total", "Media nodes that ended by themselves and are begun anew"
)

HIDDEN = "[hidden]"
# Names of values that stand in no log, whoever logs them by mistake: secrets, and what people write to one another.
_SECRET_NAME = re.compile(
    r"(^|_)(token|ticket|secret|password|cookie|cookies|authorization|resume|text|body|html|payload|subject|headers)$"
)
# What our own lines say. Other libraries' are free text, of which figures are not made.
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Secrets inside other texts: parameters of addresses, bearer tokens, and addresses that are secret themselves.
_SECRET_TEXT = re.compile(
    r"(?i)([?&](?:token|ticket|code|state|key)=|\bbearer\s+|/(?:calendar|needs/end|news/mails)/)[^\s\"'&?/]+"
)


def set_up_logs(settings: Settings, to: TextIO | None = None) -> None:
    """Send structlog and the standard library's logs the same way, to standard output or elsewhere."""
    to = to or sys.stdout
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        count_errors,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,  # plain: the pretty ones show local variables
                hide_secrets,
                _renderer(settings, colors=to.isatty()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for talkative in ("alembic", "uvicorn", "aiosqlite", "asyncio"):
        logging.getLogger(talkative).setLevel(max(level, logging.WARNING))


def count_errors(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No fault is told to the log alone: whoever watches the figures sees that there was one."""
    if event.get("level") in ("error", "critical"):
        said = str(event.get("event", ""))
        ERRORS_LOGGED.labels(said if _EVENT.fullmatch(said) else "elsewhere").inc()
    return event


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what must not be logged by a mark: whole values by their name, parts of texts by their form."""
    for name, value in event.items():
        if _SECRET_NAME.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = _SECRET_TEXT.sub(rf"\1{HIDDEN}", value)
    return event


def _renderer(settings: Settings, *, colors: bool) -> Any:
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer()
    # Plain: the other formatter shows local variables, and those may be secrets.
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
