"""One line an entry: key=value for people, or JSON for machines (LOG_FORMAT=json)."""

import logging
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.typing import EventDict, Processor

from . import environment

PLAIN = (str, int, float, bool, type(None))


def formatter() -> logging.Formatter:
    """The formatter of every log line, Django's and libraries' too; LOG_FORMAT is line or json."""
    always: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *always,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*always, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _keep_what_is_plain,
            structlog.processors.format_exc_info,
            _renderer(environment.choice("LOG_FORMAT", "line", {"line", "json"})),
        ],
    )


def _renderer(name: str) -> Any:
    if name == "json":
        return structlog.processors.JSONRenderer()
    return structlog.processors.KeyValueRenderer(
        key_order=["timestamp", "level", "logger", "event"], drop_missing=True
    )


def _keep_what_is_plain(logger: Any, name: str, entry: EventDict) -> EventDict:
    # Django adds the whole request, whose address may hold somebody's token.
    return {
        key: value if isinstance(value, PLAIN) or key == "exc_info" else str(value)
        for key, value in entry.items()
        if not isinstance(value, HttpRequest)
    }
