"""One line an entry: key=value for people, or JSON for machines (LOG_FORMAT=json)."""

import logging
from typing import Any

import structlog

from . import environment

PLAIN = (str, int, float, bool, type(None))


def formatter() -> logging.Formatter:
    """The formatter of every log line; LOG_FORMAT is `line` or `json`."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        _keep_what_is_plain,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
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


def _keep_what_is_plain(logger: Any, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    # Django adds the whole request, whose address may hold somebody's token.
    return {
        key: value
        for key, value in entry.items()
        if key.startswith("_") or key == "exc_info" or isinstance(value, PLAIN)
    }
