# SPDX-License-Identifier: AGPL-3.0-or-later
"""The portal's own programs beside the embedded servers: pages, worker, clock."""

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from config.settings import Settings, serving_environment
from portal.core.errors import Refusal
from portal.embedded.room import Room
from portal.embedded.supervisor import Program, Supervisor


def keep_running(
    room: Room, settings: Settings, *, say: Callable[[str], None], ready: Callable[[], None]
) -> None:
    """Start pages, worker and clock and start again what falls, until a signal stops it all.

    `say` hears what fell, `ready` is called once when pages answer.
    """
    supervisor = Supervisor(room, say=say)
    environment = serving_environment(settings)
    web, *background = _programs(settings)
    with supervisor.running([web], environment):
        supervisor.wait_until(lambda: _answers(settings), seconds=60)
        supervisor.start(background, environment)
        ready()
        supervisor.watch()


def refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Refusal(
                f"La porta {settings.port} è già occupata: ferma l’altro programma o scegline "
                f"un’altra, per esempio «PORT={settings.port % 65535 + 1} make run»."
            ) from error


def _programs(settings: Settings) -> list[Program]:
    """The first answers pages, the others may come up after it."""
    python = [sys.executable, "-m"]
    bind = f"{settings.host}:{settings.port}"
    gunicorn = ["gunicorn", "-c", "python:config.gunicorn", "--bind", bind]
    # Threads: two pools of processes would be too much for the small machine that this serves.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = ["-A", "worker.app", "worker", "-P", "threads", "-c", "2", *alone]
    beat = ["-A", "worker.beat", "beat"]
    return [
        Program("web", [*python, *gunicorn, "portal.app:create_app_from_environment()"]),
        Program("worker", [*python, "celery", "--quiet", *worker, "--loglevel", "WARNING"]),
        Program("beat", [*python, "celery", "--quiet", *beat, "--loglevel", "WARNING"]),
    ]


def _answers(settings: Settings) -> bool:
    site = urlsplit(settings.public_url).netloc  # it answers to no other name
    url = f"http://{settings.host}:{settings.port}/healthz"
    asked = urllib.request.Request(url, headers={"Host": site})
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
