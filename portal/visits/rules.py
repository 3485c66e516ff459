# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a visit may be. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.formats import PartialDate


class Channel(StrEnum):
    """How the contact came about."""

    DESK = "desk"
    APPOINTMENT = "appointment"
    PHONE = "phone"
    EMAIL = "email"
    PEC = "pec"
    VIDEO = "video"
    ELSEWHERE = "elsewhere"


CHANNEL_LABELS = {
    Channel.DESK: _l("Di persona"),
    Channel.APPOINTMENT: _l("Su appuntamento"),
    Channel.PHONE: _l("Telefono"),
    Channel.EMAIL: _l("E-mail"),
    Channel.PEC: _l("PEC"),
    Channel.VIDEO: _l("Video"),
    Channel.ELSEWHERE: _l("Altrove"),
}


class Interpreter(StrEnum):
    """With whose help the desk and the person understood each other."""

    NONE = "none"
    MEDIATOR = "mediator"
    RELATIVE = "relative"
    TELEPHONE = "telephone"


INTERPRETER_LABELS = {
    Interpreter.NONE: _l("Nessuno"),
    Interpreter.MEDIATOR: _l("Mediatore dello sportello"),
    Interpreter.RELATIVE: _l("Parente o amico"),
    Interpreter.TELEPHONE: _l("Servizio telefonico"),
}

LONGEST_NOTE = 2000

DELETION_REASONS = (
    _l("Inserito per errore"),
    _l("Inserito due volte"),
    _l("Giorno o sportello sbagliato"),
    _l("Altro"),
)


@dataclass(frozen=True)
class VisitFacts:
    """A visit as it was told; `topics` are codes in the order asked, repeats included."""

    visited_on: date
    topics: tuple[str, ...] = ()
    person_id: UUID | None = None
    channel: Channel = Channel.DESK
    interpreter: Interpreter | None = None
    """None: not stated, which is not «nobody»."""
    for_third_party: bool = False
    note: str = ""


FIRST_DAY = date(2000, 1, 1)
"""Before it no list of topics is in force."""


def is_too_early(visited_on: date) -> bool:
    """Whether a day is before the first list of topics: a year typed wrong."""
    return visited_on < FIRST_DAY


def refuse_future(visited_on: date, today: date) -> None:
    """A visit is recorded on its day or later, never before."""
    if visited_on > today:
        raise Refusal(
            _("La data è nel futuro: scegli oggi o un giorno passato."), field="visited_on"
        )
    if is_too_early(visited_on):
        raise Refusal(_("La data è troppo lontana: controlla l’anno."), field="visited_on")


def is_before_birth(visited_on: date, birth: PartialDate | None) -> bool:
    """Whether nobody born then can have come; where only the year or the month of a birth is known,
    only if it is certain.
    """
    return birth is not None and visited_on < birth.earliest


def warn_of_birth(days: Iterable[date], birth: PartialDate | None) -> str:
    """What is said of a person's visits before their birth; nothing where there is none.

    A warning and no refusal: either date may be the wrong one, and the other has to stay.
    """
    early = [day for day in days if is_before_birth(day, birth)]
    if not early:
        return ""
    return ngettext(
        "L’accesso del %(day)s è prima della nascita: controlla le due date.",
        "%(n)s accessi sono prima della nascita, il primo del %(day)s: controlla le date.",
        len(early),
        n=formats.count(len(early)),
        day=formats.day(min(early)),
    )
