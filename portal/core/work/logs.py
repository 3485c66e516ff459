# SPDX-License-Identifier: AGPL-3.0-or-later
"""Structured logs: one JSON line for each request or failure, without personal data.

The line names the route's rule, never its address, form or message: a name typed into a search or
quoted by a database error must not reach a log. Failures are written as type and source lines.
"""

import json
import logging
import re
import secrets
import sys
import threading
import time
import traceback
from types import TracebackType

from flask import Flask, Response, g, request

from portal.core import clock

log = logging.getLogger("portal")
WARNING = re.compile(r"[^:]+:\d+: \w+")
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without the letters and digits that a hand or an ear takes for one another."""


class JsonLine(logging.Formatter):
    """A record as one JSON object; exceptions keep their frames and lose their message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = type(record.exc_info[1]).__qualname__
            frames = traceback.extract_tb(record.exc_info[2])
            line["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


class WordlessLine(JsonLine):
    """What a library has to say: its sentence with the gaps in it, never what is filled into them.

    Its sentences quote addresses, messages and errors, and those may hold anything; numbers stay.
    """

    def format(self, record: logging.LogRecord) -> str:
        plain = logging.LogRecord(
            record.name, record.levelno, record.pathname, record.lineno, "library", (), None
        )
        plain.exc_info = record.exc_info
        plain.facts = {"logger": record.name, "sentence": _with_gaps(record)}
        return super().format(plain)


def _with_gaps(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return ""
    if record.name == "py.warnings":
        # Filled in by Python already: where, of which kind, and then the words.
        where = WARNING.match(record.msg)
        return where[0] if where else ""
    sentence = record.msg.strip().partition("\n")[0]
    values = record.args
    if isinstance(values, tuple) and values and all(isinstance(each, int) for each in values):
        return sentence % values if sentence.count("%") == len(values) else sentence
    return sentence


def write_libraries(*names: str) -> None:
    """Whatever libraries write in this process; `names` are loggers with handlers of their own."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(WordlessLine())
    logging.captureWarnings(True)
    # Else a handler prints what it could not write.
    logging.raiseExceptions = False
    for name in ("", *names):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
    threading.excepthook = lambda thread: write_uncaught(
        thread.exc_type, thread.exc_value or thread.exc_type(), thread.exc_traceback
    )
    sys.excepthook = write_uncaught


def write_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """In place of Python's own words: a message may quote a name, an address or a password."""
    why = (kind, error, trace)
    record = logging.LogRecord("python", logging.ERROR, "", 0, "not caught", (), why)
    print(WordlessLine().format(record), file=sys.stderr)  # noqa: T201


def new_reference() -> str:
    """A request's short name, easy to read out over the phone: 7F3K-20HP."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def write_logs(app: Flask) -> None:
    """Log to standard output and give each request its reference."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLine())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False

    @app.before_request
    def begin() -> None:
        g.reference = new_reference()
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint not in ("static", "home.healthz"):
            facts = {
                "reference": g.get("reference"),
                "method": request.method,
                "route": str(request.url_rule) if request.url_rule else None,
                "status": response.status_code,
                "ms": round(1000 * (time.perf_counter() - g.get("began", time.perf_counter())), 1),
            }
            log.info("request", extra={"facts": facts})
        response.headers["X-Request-Id"] = g.get("reference", "")
        return response


def log_failure(error: BaseException) -> None:
    """Write an unexpected failure beside the request's reference."""
    log.error(
        "failure",
        exc_info=(type(error), error, error.__traceback__),
        extra={"facts": {"reference": g.get("reference")}},
    )
