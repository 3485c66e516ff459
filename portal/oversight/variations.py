# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each desk's relazione says of its variations, side by side: words, and intervals. Pure.

The network adds no test of its own: it has no person to count, and each desk has told its changes
within the family of its own table.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.documents.tables import Column, Row, Table, Value
from portal.core.italy import formats
from portal.oversight.columns import DeskFigures
from portal.oversight.rules import NetworkComparison
from portal.reports.inference import Change
from portal.reports.sections.verdicts import P_PLACES, WORDS, worded

MOST_NAMED = 3
INTERVAL = ("low", "high")


def change_of(desk: DeskFigures, code: str) -> Change | None:
    """What the desk says of the line; None where it has said nothing."""
    said = desk.verdicts.get(code, {}).get("change")
    return Change(said) if said else None


def finding(comparison: NetworkComparison) -> str:
    """The sentence that comes first: how many variations are more than chance, or that none is."""
    told = [
        (desk, label, change)
        for code, label in comparison.topics
        for desk in comparison.desks
        if (change := change_of(desk, code))
    ]
    if not told:
        return _("Di queste variazioni gli sportelli non hanno detto se sono più del caso.")
    found = [variation for variation in told if variation[-1].is_found]
    if not found:
        return _nothing(change for _desk, _label, change in told)
    number = formats.count(len(found))
    rest = _("Le altre non si distinguono dal caso, o le richieste sono troppo poche per dirlo.")
    if len(found) > MOST_NAMED:
        many = ngettext(
            "%(n)s variazione non si spiega con il caso: ▲ in aumento, ▼ in calo.",
            "%(n)s variazioni non si spiegano con il caso: ▲ in aumento, ▼ in calo.",
            len(found),
            n=number,
        )
        return f"{many} {rest}"
    named = "; ".join(
        f"{desk.desk.name}, {label}, {WORDS[change]}" for desk, label, change in found
    )
    few = ngettext(
        "%(n)s variazione non si spiega con il caso: %(named)s.",
        "%(n)s variazioni non si spiegano con il caso: %(named)s.",
        len(found),
        n=number,
        named=named,
    )
    return f"{few} {rest}"


def _nothing(changes: Iterable[Change]) -> str:
    if all(change is Change.INSUFFICIENT for change in changes):
        return _("Le richieste sono troppo poche per distinguere una variazione dal caso.")
    return _("Nessuna variazione degli sportelli si distingue dal caso.")


def table(comparison: NetworkComparison) -> Table:
    """Each desk and topic: the variation, its interval and the word."""
    interval = _("Intervallo")
    lines = [
        (desk, row)
        for code, label in comparison.topics
        for desk in comparison.desks
        for row in desk.rows()
        if row.code == code and change_of(desk, code)
    ]
    return Table(
        key="intervalli",
        caption=_("Intervalli delle variazioni di ogni sportello"),
        columns=(
            Column("topic", _("Tipologia di richiesta"), "text"),
            Column("desk", _("Sportello"), "text"),
            Column("variation", _("Variazione in punti"), "change"),
            Column("low", _("da"), "change", interval),
            Column("high", _("a"), "change", interval),
            *_chance(comparison),
            Column("outcome", _("Esito"), "text"),
        ),
        rows=tuple(
            Row(
                (
                    *(row.label, desk.desk.name, row.variation),
                    *_told(desk, row.code, [column.key for column in _chance(comparison)]),
                ),
                key=f"{row.code}/{desk.desk.slug}",
            )
            for desk, row in lines
        ),
        note=_("Gli esiti sono quelli della relazione di ogni sportello, che confronta le proprie"
               " persone e tiene conto che le sue righe sono molte. Intervallo: di quanti punti"
               " può essere cambiata davvero la domanda, al 95 % per l’intera tabella dello"
               " sportello. Con molti sportelli qualche freccia può venire per caso."),
        folded=True,
    )  # fmt: skip


def _chance(comparison: NetworkComparison) -> tuple[Column, ...]:
    """What editions of before printed with the interval; since then it is in the JSON alone."""
    if not comparison.is_of_before:
        return ()
    return (Column("p_adjusted", _("p corretto"), "share", places=P_PLACES),)


def _told(desk: DeskFigures, code: str, more: Sequence[str]) -> tuple[Value, ...]:
    said = desk.verdicts[code]
    numbers = [None if said[key] is None else Decimal(said[key]) for key in (*INTERVAL, *more)]
    return (*numbers, outcome(desk, code))


def outcome(desk: DeskFigures, code: str) -> str:
    """The word, with its arrow; where the desk has said nothing, that it does not apply."""
    change = change_of(desk, code)
    return worded(change) if change else formats.DOES_NOT_APPLY
