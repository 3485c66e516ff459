# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of what a network does not read: hidden cells, corrections on their way. Pure."""

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.documents.tables import PROTECTED
from portal.core.italy import formats
from portal.core.italy.nouns import noun_of
from portal.core.italy.periods import parse_period
from portal.oversight.columns import DeskFigures
from portal.oversight.layouts import CHANGES, COUNTS
from portal.oversight.rules import Correction, NetworkComparison, News
from portal.reports.disclosure.sheets import LEAST, LEAST_SENSITIVE


def hidden_note(comparison: NetworkComparison, show: str) -> str:
    """How many cells are hidden of those that are shown, and why; nothing where none is."""
    codes = [code for code, _label in comparison.topics]
    hidden = sum(_is_hidden(desk, code, show) for desk in comparison.desks for code in codes)
    if not hidden:
        return ""
    number = ngettext(
        "%(mark)s dato protetto: %(n)s casella su %(whole)s.",
        "%(mark)s dato protetto: %(n)s caselle su %(whole)s.",
        hidden,
        mark=PROTECTED,
        n=formats.count(hidden),
        whole=formats.count(len(codes) * len(comparison.desks)),
    )
    why = _("Sono richieste di protezione, salute, tutela o sociale di meno di %(least)s persone, o"
            " numeri da cui quelle si ricaverebbero, anche insieme a ciò che è già stato"
            " pubblicato. 0 è zero, non un dato nascosto.", least=LEAST_SENSITIVE)  # fmt: skip
    partly = _("«Almeno» vuol dire che manca la parte nascosta.") if show != CHANGES else ""
    return f"{number} {why} {partly}".rstrip()


def _is_hidden(desk: DeskFigures, code: str, show: str) -> bool:
    sides = ("now", "then") if show == CHANGES else ("now",)
    hides = desk.protected.hides if show == COUNTS else desk.protected.hides_rate
    return any(hides(code, side) for side in sides)


def withheld_note(comparison: NetworkComparison) -> str:
    """Of which desks not even the sum of the enquiries may be told."""
    names = [desk.desk.name for desk in comparison.desks if desk.protected.hides("", "now")]
    if not names:
        return ""
    return _("Di %(names)s le richieste sono tutte protette: sono così poche che da ogni numero si"
             " capirebbe che cosa ha chiesto una persona.",
             names=formats.joined(names))  # fmt: skip


def correction_notes(comparison: NetworkComparison) -> list[str]:
    """What each desk has corrected of the period, and what became of it."""
    return [
        f"{correction.desk.name}: {what_became_of(correction)}"
        for correction in comparison.corrections
    ]


def what_became_of(correction: Correction) -> str:
    """A correction in a sentence that follows the name of its desk."""
    day = formats.day(clock.in_rome(correction.at).date())
    match correction.news:
        case News.TOLD:
            return _("rettifica comunicata il %(day)s.", day=day)
        case News.WAITS:
            return _("rettifica in arrivo, approvata il %(day)s. Cambia meno di %(least)s persone:"
                     " qui si legge ancora l’edizione di prima, e la rettifica entrerà nei numeri"
                     " del prossimo periodo che lo sportello approva.",
                     day=day, least=LEAST)  # fmt: skip
        case News.ELSEWHERE:
            other = noun_of(parse_period(correction.period)).of_it
            return _("rettifica di meno di %(least)s persone, comunicata il %(day)s dentro i numeri"
                     " %(of_period)s.", day=day, least=LEAST, of_period=other)  # fmt: skip
        case News.HERE:
            other = noun_of(parse_period(correction.period)).of_it
            return _("questi numeri comprendono la rettifica %(of_period)s.", of_period=other)
        case News.SUM:
            return _("le richieste sono la somma di quelle già comunicate per i periodi che lo"
                     " compongono: lo sportello ne ha contate altre, che si leggeranno quando avrà"
                     " rettificato quei periodi.")  # fmt: skip
