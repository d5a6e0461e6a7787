"""Structured logs: for people on a terminal, as JSON lines for programs."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(level: str = "info", as_json: bool | None = None) -> None:
    """Log to standard error what is at least of `level`. `as_json` None: unless that is a terminal."""
    # A pool tells of every try to reach a database that has gone, with a traceback; we say once that it has.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    terminal = sys.stderr.isatty() if as_json is None else not as_json
    renderer: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if terminal else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
