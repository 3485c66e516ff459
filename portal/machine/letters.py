# SPDX-License-Identifier: AGPL-3.0-or-later
"""That a disk is nearly full, said by letter to whoever governs the machine.

`/readyz` says it too, to a program that asks; a letter needs nobody who asks.
"""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from config.settings import Settings
from portal.core.italy import formats
from portal.core.work.delivery import LetterType
from portal.core.work.job_names import JobName
from portal.core.work.mail import Letter, message_id
from portal.core.work.writing import Templates, written
from portal.machine.disks import Disk, folders_of, nearly_full
from portal.machine.models import DiskLetter

TEMPLATES = Templates(
    "machine/mail/disk.subject", "machine/mail/disk.txt", "machine/mail/disk.html"
)
HAS_ROOM = "ended"
"""What is said of a letter when there is room again before it leaves."""
FOLDERS = {"home": _l("dati del portale (PORTAL_HOME)"), "database": _l("banca dati")}


def _write(row: DiskLetter) -> Letter | str:
    settings: Settings = current_app.config["SETTINGS"]
    disks = nearly_full(folders_of(settings))
    if not disks or settings.admin_email is None or settings.smtp_url is None:
        return HAS_ROOM
    values = {
        "heading": _("Un disco è quasi pieno"),
        "site": settings.public_url,
        "disks": [_line(disk) for disk in disks],
        "sentences": [
            _("Il portale funziona ancora. A disco pieno non si può più registrare nessuno."),
            _("Libera spazio o ingrandisci il disco. Ciò che è già registrato non è in pericolo."),
        ],
    }
    return written(
        TEMPLATES, values, to=settings.admin_email, message_id=message_id(row.id, settings)
    )


def _line(disk: Disk) -> str:
    return _(
        "%(folder)s: liberi %(free)s MB su %(whole)s MB.",
        folder=FOLDERS[disk.name],
        free=formats.count(disk.free),
        whole=formats.count(disk.whole),
    )


def _still_wanted(_row: DiskLetter) -> bool:
    return True


OF_DISKS = LetterType(DiskLetter, JobName.DELIVER_WARNING, _write, _still_wanted)
