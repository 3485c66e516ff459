# SPDX-License-Identifier: AGPL-3.0-or-later
"""When whoever governs the machine is written to."""

from flask import current_app

from portal.core import clock
from portal.core.work.delivery import queue_letter
from portal.machine.disks import folders_of, nearly_full
from portal.machine.letters import OF_DISKS


def open_due() -> None:
    """Say that a disk is nearly full, once a day; where no letter leaves only `/readyz` says it."""
    settings = current_app.config["SETTINGS"]
    if settings.admin_email and settings.smtp_url and nearly_full(folders_of(settings)):
        queue_letter(OF_DISKS, of_no_place=True, day=clock.today())
