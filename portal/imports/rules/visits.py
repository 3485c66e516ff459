# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of a file of visits, one enquiry each, and the visits that they make."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.codice_fiscale import read_codice_fiscale
from portal.core.italy.states_and_comuni import find_state, folded, match_comuni
from portal.imports.rules.files import FileRow
from portal.imports.rules.problems import Problems
from portal.people import rules as people
from portal.visits.rules import LONGEST_NOTE, Channel, is_before_birth

PERSON_COLUMNS = (
    "cognome",
    "nome",
    "sesso",
    "data_nascita",
    "cittadinanza",
    "comune_residenza",
    "codice_fiscale",
)
COLUMNS = ("data", "persona", *PERSON_COLUMNS, "tipologia", "canale", "note")
NAMING = ("cognome", "nome", "codice_fiscale")
LONGEST_KEY = 100

CHANNELS = {
    "sportello": Channel.DESK,
    "di persona": Channel.DESK,
    "appuntamento": Channel.APPOINTMENT,
    "su appuntamento": Channel.APPOINTMENT,
    "telefono": Channel.PHONE,
    "e mail": Channel.EMAIL,
    "altrove": Channel.ELSEWHERE,
    **{channel.value: channel for channel in Channel},
}
RESIDENCES = {
    "fuori provincia": people.OUTSIDE,
    "estero": people.ABROAD,
    "senza fissa dimora": people.HOMELESS,
}
_ONLY_DATE = re.compile(r"[0-9/. -]{1,20}")

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A row as it was understood: what could not be, or was empty, is None."""

    number: int
    key: str | None
    told: dict[str, Any]

    @property
    def day(self) -> date | None:
        return self.told["data"]


@dataclass(slots=True)
class VisitInFile:
    """One contact on one day: all rows of a key and day, or one row without a key."""

    row: int
    key: str | None
    day: date
    channel: Channel | None = None
    topics: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def note(self) -> str:
        return "\n".join(self.notes)


def read_rows(
    lines: Iterable[FileRow],
    problems: Problems,
    *,
    find_code: Callable[[str], str | None],
    check_day: Callable[[date], None],
) -> list[VisitRow]:
    """Every row understood cell by cell; what cannot be is a problem and goes on as empty."""
    readers = _readers(find_code, check_day)
    return [_row(line, readers, problems) for line in lines]


def gather_visits(
    rows: Iterable[VisitRow], problems: Problems, warnings: Problems
) -> list[VisitInFile]:
    """The visits in the order of the file; rows without a readable day make none."""
    by_key_and_day: dict[tuple[str, date], VisitInFile] = {}
    visits = []
    for row in rows:
        if row.day is None:
            continue
        visit = by_key_and_day.get((row.key, row.day)) if row.key else None
        if visit is None:
            visit = VisitInFile(row.number, row.key, row.day)
            visits.append(visit)
            if row.key:
                by_key_and_day[row.key, row.day] = visit
        _add(visit, row, problems, warnings)
    return visits


def warn_of_births(
    visits: Iterable[VisitInFile],
    births: Mapping[str, formats.PartialDate | None],
    warnings: Problems,
) -> None:
    """A visit before its person was born is kept: which of the two dates is wrong, is not known."""
    for visit in visits:
        if visit.key and is_before_birth(visit.day, births[visit.key]):
            warnings.add(
                visit.row, "data", _("è prima della nascita della persona: controlla le due date")
            )


def _add(visit: VisitInFile, row: VisitRow, problems: Problems, warnings: Problems) -> None:
    code, channel, note = (row.told[column] for column in ("tipologia", "canale", "note"))
    if code:
        visit.topics.append(code)
    if channel and visit.channel and channel is not visit.channel:
        warnings.add(
            row.number,
            "canale",
            _("lo stesso accesso ha un altro canale a una riga di prima, e vale quello"),
        )
    visit.channel = visit.channel or channel
    if note and note not in visit.notes:
        visit.notes.append(note)
        if len(visit.note) > LONGEST_NOTE:
            problems.add(row.number, "note", _("le note dell’accesso superano i 2000 caratteri"))


def _row(line: FileRow, readers: dict[str, Read], problems: Problems) -> VisitRow:
    told = {
        column: _cell(line, column, read, problems) if line.cells[column] else None
        for column, read in readers.items()
    }
    if not line.cells["data"]:
        problems.add(line.number, "data", _("manca"))
    key = told["persona"]
    if not line.cells["persona"] and any(line.cells[column] for column in NAMING):
        problems.add(
            line.number,
            "persona",
            _("la riga ha un nome ma non una chiave: scrivi la chiave o togli il nome"),
        )
    return VisitRow(line.number, key, told)


def _cell(line: FileRow, column: str, read: Read, problems: Problems) -> Any:
    try:
        return read(line.cells[column])
    except (ValueError, Refusal) as wrong:
        problems.add(line.number, column, str(wrong))
        return None


def _readers(
    find_code: Callable[[str], str | None], check_day: Callable[[date], None]
) -> dict[str, Read]:
    def day(text: str) -> date:
        if not _ONLY_DATE.fullmatch(text):
            raise ValueError(_("non è una data: scrivila come 12/04/2016"))
        read = formats.parse_day(text)
        check_day(read)
        return read

    def topic(text: str) -> str:
        code = find_code(text)
        if code is None:
            raise ValueError(_("non è una tipologia dell’elenco, né con l’etichetta né col codice"))
        return code

    return {
        "data": day,
        "persona": _key,
        "cognome": people.tidy,
        "nome": people.tidy,
        "sesso": _sex,
        "data_nascita": _birth,
        "cittadinanza": _citizenship,
        "comune_residenza": _residence,
        "codice_fiscale": _codice_fiscale,
        "tipologia": topic,
        "canale": _channel,
        "note": str.strip,
    }


def _key(text: str) -> str:
    key = people.tidy(text)
    if len(key) > LONGEST_KEY:
        raise ValueError(_("la chiave supera i 100 caratteri"))
    return key


def _sex(text: str) -> str:
    if text.upper() not in people.SEXES:
        raise ValueError(_("scrivi F, M o X, oppure lascia vuoto"))
    return text.upper()


def _birth(text: str) -> formats.PartialDate:
    try:
        return formats.parse_partial(text)
    except ValueError:
        # The sentence of parse_partial repeats the date: a birth is not for a terminal.
        raise ValueError(
            _("la data non esiste o non si capisce: scrivila come 12/04/1988, 04/1988 o 1988")
        ) from None


def _citizenship(text: str) -> str:
    state = find_state(text)
    if state is None or not state.is_citizenship:
        raise ValueError(
            _("non è una cittadinanza: scrivi lo Stato in italiano o il codice ISO o ISTAT")
        )
    return state.istat3


def _residence(text: str) -> tuple[str, str | None]:
    kind = RESIDENCES.get(folded(text))
    if kind:
        return kind, None
    found = match_comuni(text)
    if not found:
        raise ValueError(
            _(
                "non è un Comune: scrivi il nome intero, «fuori provincia», «estero»"
                " o «senza fissa dimora»"
            )
        )
    if len(found) > 1:
        raise ValueError(
            _("più Comuni si chiamano così: aggiungi la provincia, come in «Livo (CO)»")
        )
    return people.COMUNE, found[0].istat6


def _codice_fiscale(text: str) -> str:
    try:
        return read_codice_fiscale(text).text
    except ValueError:
        raise ValueError(_("il codice fiscale non si legge: ricontrolla lettere e cifre")) from None


def _channel(text: str) -> Channel:
    # «e-mail» folds to «e mail», «email» is the code itself.
    channel = CHANNELS.get(folded(text))
    if channel is None:
        raise ValueError(
            _("scrivi sportello, appuntamento, telefono, e-mail, PEC, video o altrove")
        )
    return channel


def say_what_is_not_kept(rows: Iterable[VisitRow]) -> list[str]:
    """An anonymous visit has no sex and no country to keep: say so once, with the first row."""
    unkept = [
        row.number
        for row in rows
        if row.key is None and any(row.told[column] for column in PERSON_COLUMNS)
    ]
    if not unkept:
        return []
    return [
        ngettext(
            "Riga %(row)s: senza chiave l’accesso è anonimo, e i dati della persona non si"
            " conservano (%(n)s riga in tutto).",
            "Riga %(row)s: senza chiave l’accesso è anonimo, e i dati della persona non si"
            " conservano (%(n)s righe in tutto).",
            len(unkept),
            n=formats.count(len(unkept)),
            row=unkept[0],
        )
    ]
