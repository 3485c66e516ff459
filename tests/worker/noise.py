# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody with the broker in hand may leave there: messages that no program can read."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

SECRET = "Aminatou Segreta"
TASK = "do_job"
HUGE = 32 * 1024 * 1024
DEEP = 5_000


def envelope(
    body: bytes, *, task: Any = TASK, kind: str = "application/json", encoding: str = "utf-8"
) -> dict[str, Any]:
    """A message as Celery leaves it in the broker, with anything in it."""
    return {
        "body": base64.b64encode(body).decode(),
        "content-type": kind,
        "content-encoding": encoding,
        "headers": {"lang": "py", "task": task, "id": str(uuid4()), "argsrepr": SECRET},
        "properties": {
            "correlation_id": str(uuid4()),
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }


def call(*arguments: Any, task: Any = TASK, **named: Any) -> dict[str, Any]:
    """A whole message that asks for a task."""
    embedded = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    return envelope(json.dumps([arguments, named, embedded]).encode(), task=task)


def unreadable() -> Iterator[tuple[str, bytes]]:
    """Each kind of message, with its name."""
    yield from _not_json()
    for name, body in _BODIES.items():
        yield f"body {name}", json.dumps(envelope(body)).encode()
    for part in ("body", "content-type", "content-encoding", "headers", "properties"):
        whole = call(str(uuid4()))
        del whole[part]
        yield f"no {part}", json.dumps(whole).encode()
        for other in _OTHERS:
            yield f"{part} {other!r:.20}", json.dumps(whole | {part: other}).encode()
    for place, field in _FIELDS:
        for other in _OTHERS:
            whole = call(str(uuid4()))
            whole[place][field] = other
            yield f"{place} {field} {other!r:.20}", json.dumps(whole).encode()
    for field in ("delivery_tag", "delivery_info", "body_encoding"):
        whole = call(str(uuid4()))
        del whole["properties"][field]
        yield f"no {field}", json.dumps(whole).encode()


def _not_json() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "garbage", bytes(range(256))
    yield "half", json.dumps(call(str(uuid4()))).encode()[:100]
    yield "deep", b"[" * DEEP
    yield "deeper", b"[" * HUGE
    yield "a number too long", b"9" * 10_000
    yield "huge", b"x" * HUGE
    yield "a huge body", json.dumps(envelope(b"x" * HUGE)).encode()
    for text in ("null", "42", '"x"', "[]", "{}", '{"__type__": "uuid", "__value__": "x"}', "NaN"):
        yield text, text.encode()


_BODIES = {
    "nothing": b"",
    "not text": b"\xff\xfe\x00",
    "half": b"[[",
    "null": b"null",
    "a number": b"42",
    "no arguments": b"[]",
    "an object": b"{}",
    "arguments in words": b'["x", "y", "z"]',
    "old protocol": b'{"task": "do_job", "id": [], "args": 4, "kwargs": 5}',
    "deep": b"[" * DEEP,
    "words": SECRET.encode(),
}
_OTHERS: tuple[Any, ...] = (None, 42, SECRET, ["x"], {"x": SECRET})
_FIELDS = (
    *(("headers", name) for name in ("task", "id", "eta", "expires", "retries", "timelimit")),
    *(("headers", name) for name in ("compression", "reply_to", "group", "stamps", "chord")),
    *(("properties", name) for name in ("delivery_tag", "delivery_info", "body_encoding")),
    *(("properties", name) for name in ("priority", "reply_to", "correlation_id")),
)
