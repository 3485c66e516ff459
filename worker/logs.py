# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Celery has to say, as our JSON lines; a forged message may hold anything."""

from typing import Any

from celery import signals

from portal.core.work.logs import write_libraries


@signals.setup_logging.connect
def write_logs(**_facts: Any) -> None:
    """Instead of Celery's own set-up, which would write whole messages."""
    write_libraries("celery", "kombu", "py.warnings")
