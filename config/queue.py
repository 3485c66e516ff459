# SPDX-License-Identifier: AGPL-3.0-or-later
"""How Celery uses the broker: a doorbell, never the truth.

Bounded everywhere: with the defaults a dead broker costs a page up to 19 seconds and a frozen one
hangs it for good. No result backend: what came of a job is a row in PostgreSQL. One list and
nothing beside it: kombu would keep unread messages, routes and orders to workers there as well,
and believe whatever it finds in them. A message lost with its worker is sent again each minute.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kombu import Queue

QUEUE = "sportelli"
SECONDS = 2
RETRY_SECONDS = 1
HEALTH_SECONDS = 2
WORKER = "sportelli-worker"
"""How the connections of workers are called in the broker, followed by the process."""
LONGEST_TASK_SECONDS = 1800


def broker_rules() -> list[str]:
    """What we may do in the broker, in the words of ACL SETUSER; ours or an administrator's."""
    text = (Path(__file__).parent / "valkey.acl").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [word for line in lines for word in line.split()]


def broker_url(redis_url: str) -> str:
    """The address in the words of Celery, which knows sockets by another scheme."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    place = f"{parts.netloc}{parts.path}"
    return f"redis+socket://{place}?virtual_host={database.get('db', '0')}"


def celery_settings(redis_url: str, *, client_name: str | None = None) -> dict[str, Any]:
    """The settings that the portal, which only notifies, and the workers share."""
    return {
        "broker_url": broker_url(redis_url),
        "broker_connection_timeout": SECONDS,
        "broker_connection_retry_on_startup": True,
        # A broker may be away for a night: whoever waits for it does not give up.
        "broker_connection_max_retries": None,
        "broker_channel_error_retry": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": QUEUE,
        # Declared, it would have routes kept in the broker.
        "task_queues": [Queue(QUEUE, routing_key=QUEUE, no_declare=True)],
        # Whoever writes into the broker could order a worker to stop.
        "worker_enable_remote_control": False,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_time_limit": LONGEST_TASK_SECONDS,
        "worker_prefetch_multiplier": 1,
        "task_publish_retry_policy": {
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.2,
        },
        "broker_transport_options": {
            "socket_timeout": SECONDS,
            "socket_connect_timeout": SECONDS,
            "retry_on_timeout": False,
            "health_check_interval": HEALTH_SECONDS,
            "ack_emulation": False,
            "priority_steps": [0],
            "client_name": client_name,
        },
    }
