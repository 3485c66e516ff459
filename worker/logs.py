# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Celery has to say, as our JSON lines: the sentence alone, never what is filled into it.

Its sentences quote messages, arguments and errors; a forged message may hold anything.
"""

import logging
import sys
from typing import Any

from celery import signals

from portal.core.work.logs import JsonLine

LOGGERS = ("celery", "kombu", "py.warnings")


class WordlessLine(JsonLine):
    """The first line of the sentence as it stands in Celery's code, with its gaps."""

    def format(self, record: logging.LogRecord) -> str:
        gaps = str(record.msg).strip().partition("\n")[0]
        facts = {"logger": record.name, "sentence": gaps}
        plain = logging.LogRecord(
            record.name, record.levelno, record.pathname, record.lineno, "queue", (), None
        )
        plain.exc_info = record.exc_info
        plain.facts = facts
        return super().format(plain)


@signals.setup_logging.connect
def write_logs(**_facts: Any) -> None:
    """Instead of Celery's own set-up, which would write whole messages."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(WordlessLine())
    logging.captureWarnings(True)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
