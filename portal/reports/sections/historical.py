# SPDX-License-Identifier: AGPL-3.0-or-later
"""The historical layout as a whole document, in the order in which desks wrote theirs by hand."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.documents.document import Block, Paragraph, Section
from portal.reports.relazione.model import Relazione
from portal.reports.sections import prose, topic_tables

TITLES = {
    "premessa": _l("Premessa"),
    "sintesi": _l("Servizi e utenti"),
    "variazione": _l("Che cosa dice la variazione"),
    "prospetto-storico": _l("Prospetto storico"),
    "testo": _l("Testo del responsabile"),
}
AROUND = ("premessa", "variazione", "testo")
"""Keys of the sections that are neither its totals nor its table."""


def sections_of(relazione: Relazione) -> tuple[Section, ...]:
    """Premise, total and users by sex, what the variation means, table, text."""
    table = topic_tables.historical_table(relazione)
    blocks: dict[str, tuple[Block, ...]] = {
        "premessa": prose.paragraphs(relazione.texts.premise),
        "sintesi": tuple(Paragraph(sentence) for sentence in prose.synthesis(relazione)),
        "variazione": (Paragraph(_meaning(relazione)),) if relazione.against.periods else (),
        "prospetto-storico": (table,),
        "testo": prose.paragraphs(relazione.texts.comment),
    }
    return tuple(
        Section(key, str(title), blocks[key]) for key, title in TITLES.items() if blocks[key]
    )


def _meaning(relazione: Relazione) -> str:
    if relazione.rates_of_all:
        return _("La colonna «%(column)s» dice di quanti punti sono cambiate le richieste ogni 100"
                 " utenti da un periodo all’altro: prima la differenza, poi un solo arrotondamento."
                 " Non è un aumento percentuale.",
                 column=topic_tables.HISTORICAL_VARIATION)  # fmt: skip
    return _("La colonna «%(column)s» dice di quanti punti sono cambiate le richieste degli utenti,"
             " ogni 100 di loro, da un periodo all’altro: prima la differenza, poi un solo"
             " arrotondamento. Non è un aumento percentuale, e le richieste senza nome non vi"
             " entrano.", column=topic_tables.HISTORICAL_VARIATION)  # fmt: skip
