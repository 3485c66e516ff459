# SPDX-License-Identifier: AGPL-3.0-or-later
"""gunicorn for the portal.

gunicorn -c python:config.gunicorn --bind 127.0.0.1:8000 "portal.app:create_app_from_environment()"
"""

import ctypes
import logging
import signal
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter

worker_class = "config.buffering.BufferingWorker"
workers = 2
timeout = 60
graceful_timeout = 10
# The heartbeat file on a memory disk: on a slow one a busy worker would look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# By default one socket in the home folder is shared by every gunicorn of the user.
control_socket_disable = True
# Requests are logged by the application, which knows what must not be written.
accesslog = None
loglevel = "warning"


class WithoutVisitor(logging.Filter):
    """What went wrong with a request, without its path, which waitress fills in by itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "waitress":
            record.msg = "request refused" if record.exc_info is None else "request failed"
            record.args = ()
        return True


# The same lines of JSON as the application's: what is filled into a sentence may be a visitor's.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "WARNING", "handlers": ["lines"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["lines"], "propagate": False},
        # A request that waits a moment for a thread is no event.
        "waitress.queue": {"level": "ERROR"},
    },
    "filters": {"without_visitor": {"()": WithoutVisitor}},
    "formatters": {"json": {"()": "portal.core.work.logs.WordlessLine"}},
    "handlers": {
        "lines": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": "json",
            "filters": ["without_visitor"],
        }
    },
}


def on_starting(_arbiter: Arbiter) -> None:
    """End with the supervisor that started us, even when it is killed."""
    # A warning is a line as the others; a handler prints nothing of what it could not write.
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
