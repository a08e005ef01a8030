"""How the daemon logs: one event per line, JSON for machines or words for people, no secret in either."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError

MASK = "***"
# Libraries that tell of every step below a warning, statements with their values among it.
CHATTY = ("aiohttp", "aiosqlite", "alembic", "asyncio", "sqlalchemy")
SHORTEST_SECRET = 6  # shorter texts would be struck out where they mean nothing


class Redactor:
    """A log processor that strikes known secrets out of every text; the net below the care taken elsewhere."""

    def __init__(self) -> None:
        self._secrets: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        """Strike these too from now on; what was a secret once stays one. The longest are struck first."""
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} | set(self._secrets)
        self._secrets = tuple(sorted(known, key=lambda secret: (-len(secret), secret)))

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """The event without secrets."""
        for key, value in event.items():
            event[key] = self._clean(value)
        return event

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                for secret in self._secrets:
                    value = value.replace(secret, MASK)
                return value
            case Mapping():
                return {key: self._clean(each) for key, each in value.items()}
            case list() | tuple():
                return [self._clean(each) for each in value]
        return value


class NoHttp(logging.Filter):
    """A request that is no HTTP is its sender's mistake: a line that says so, not a traceback of the library's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """*record*, put in our words if it is of such a request."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg, record.args, record.exc_info = "request_is_no_http", (), None
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
            record.reason = error.message.strip().partition("\n")[0][:200]  # what follows quotes the request
        return True


def configure(
    style: str, *, redactor: Redactor, stream: TextIO | None = None, level: int = logging.INFO
) -> None:
    """Log to *stream* (standard error by default) as *style*, `json` or `console`, from *level* up.

    Records of the standard library (aiohttp's, for one) take the same road.
    """
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    final: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,  # before the redactor: a traceback may quote a secret
        redactor,
    ]
    if style == "json":
        final.append(structlog.processors.JSONRenderer())
    else:
        plain = structlog.dev.plain_traceback
        final.append(structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=plain))
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    server = logging.getLogger("aiohttp.server")
    server.filters[:] = [NoHttp()]
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
