"""What a program says about itself: one JSON object a line on standard error, or words for a person at a terminal.

It decides the form of a line and what never gets into one: no values of variables, no text of an error, no words of a
library that may quote what somebody typed. What is worth a line is decided by whoever writes it (docs/adr/0125).
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FRAMES = 12
"""Of a traceback, the innermost: a line stays below the 4 KiB that several processes can write to a pipe unmixed."""


class LogFormat(StrEnum):
    """`auto`: at a terminal in words, and only what is wrong; everything in JSON elsewhere."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


def begin(program: str, *, form: LogFormat, to: TextIO) -> None:
    """Let every line of this process name its program."""
    alone = form is LogFormat.AUTO and to.isatty()
    chosen = form if form is not LogFormat.AUTO else LogFormat.TEXT if alone else LogFormat.JSON
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _of(program),
            _where,
            *(_words(to) if chosen is LogFormat.TEXT else [_line]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if alone else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(to),
    )


def take_over() -> None:
    """Have libraries, warnings and threads that die say it in lines, too. For a program, not for a test in one."""
    logging.basicConfig(handlers=[_OfLibraries()], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    sys.excepthook = _died
    threading.excepthook = lambda died: _died(died.exc_type, died.exc_value, died.exc_traceback)


class _OfLibraries(logging.Handler):
    """Hands on which library spoke and where, and what it always says there: the values come from requests."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.msg if record.args and isinstance(record.msg, str) else ""
        structlog.get_logger().log(
            record.levelno,
            "library",
            library=record.name,
            said=said,
            at=f"{record.module}.py:{record.lineno}",
            exc_info=record.exc_info or None,
        )


def _died(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        structlog.get_logger().critical("died", exc_info=(kind, error, trace))


def _of(program: str) -> Processor:
    def name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["program"] = program
        return event

    return name


def _where(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """In place of an error, the kinds and places of it and its causes: its text may name a person."""
    given = event.pop("exc_info", None)
    if not given:
        return event
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1]
    causes: list[dict[str, object]] = []
    while error is not None and len(causes) < FRAMES:
        causes.append({"kind": type(error).__name__, "at": _frames(error)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    event["raised"] = causes
    return event


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)]


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """ASCII alone: what is not printable, or steers a terminal, is escaped."""
    return json.dumps(event, default=_unknown)


def _unknown(value: object) -> str:
    return f"<{type(value).__name__}>"


def _words(to: TextIO) -> list[Callable[..., Any]]:
    return [_harmless, structlog.dev.ConsoleRenderer(colors=to.isatty(), timestamp_key="time")]


def _harmless(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _printable(value) for name, value in event.items()}


def _printable(value: object) -> object:
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "?" for c in value)
    return value if isinstance(value, int | float | None) else json.dumps(value, default=_unknown)
