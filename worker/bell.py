# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a message in the broker may say: which job to look at, or that what is due be opened.

Celery and kombu trust what they find there: one message that they cannot read ends the worker,
and the next one too. Here each is read before they see it, and made anew from the little that it
may say; whatever else lies in the queue is dropped.
"""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis import Redis
from redis.exceptions import ResponseError

from config.queue import QUEUE, RETRY_SECONDS
from portal.core import clock
from portal.core.work.logs import log

ARGUMENTS = {"do_job": 1, "open_due_and_notify": 0}
"""How many each of our two tasks takes; an argument is a job's id."""
LONGEST_BYTES = 10_000
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def read_message(item: bytes) -> bytes | None:
    """The message made anew; none when it has expired, or is none of ours: that is logged."""
    try:
        if len(item) > LONGEST_BYTES:
            raise ValueError
        found = json.loads(item)
        headers, body = found["headers"], json.loads(base64.b64decode(found["body"]))
        expires = headers.get("expires")
        if expires and datetime.fromisoformat(expires) < clock.now():
            return None
        return _written(headers["task"], body)
    except UNREADABLE:
        log.warning("message dropped", extra={"facts": {"bytes": len(item)}})
        return None


def _written(task: str, body: Any) -> bytes:
    arguments, named = body[0], body[1]
    if named or len(arguments) != ARGUMENTS[task]:
        raise ValueError
    ids = [str(UUID(argument)) for argument in arguments]
    message_id = str(uuid4())
    message = {
        "body": base64.b64encode(json.dumps([ids, {}, {}]).encode()).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": task, "id": message_id},
        "properties": {
            "correlation_id": message_id,
            "delivery_tag": message_id,
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "body_encoding": "base64",
        },
    }
    return json.dumps(message).encode()


class BellClient(Redis):
    """The client with which kombu waits for messages."""

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        """As kombu asks it of redis-py; «none» is what it gets when no message came in time."""
        try:
            reply = super().parse_response(connection, command_name, **options)
        except ResponseError as error:
            if command_name != "BRPOP" or not str(error).startswith("WRONGTYPE"):
                raise
            self.delete(QUEUE)
            log.warning("queue dropped: no list")
            return None
        if command_name != "BRPOP" or not reply:
            return reply
        message = read_message(reply[1])
        return message and (reply[0], message)


class BellChannel(kombu_redis.Channel):
    """kombu's, with our client."""

    def _get_client(self) -> type[BellClient]:
        return BellClient


class BellTransport(kombu_redis.Transport):
    """kombu's, with our channel."""

    Channel = BellChannel


class BellConsumer(Consumer):
    """Celery's consumer, which would wait longer and longer for a broker that was away."""

    def ensure_connected(self, conn: Connection) -> Connection:
        return conn.ensure_connection(
            lambda _error, _pause: log.warning("broker away"),
            interval_start=RETRY_SECONDS,
            interval_step=0,
            callback=maybe_shutdown,
        )


def read_with_care() -> None:
    """Have every connection of this process read messages in this way."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:BellTransport"
