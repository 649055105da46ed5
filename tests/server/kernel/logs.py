"""Logs are set up for the whole process; a test that does so puts them back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from tests.support.trouble import forget_loggers


@contextmanager
def own_logs() -> Iterator[None]:
    """Let a test set up logs; everything is as before afterwards."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    logging.root.handlers[:] = []
    yield
    structlog.configure(**before)
    forget_loggers()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
