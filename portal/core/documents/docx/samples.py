# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small document with each kind of thing, and which of its words no template may leave out.

An office restyles and reorders; it drops no figure, nor what says how far figures can be trusted.
"""

from base64 import b64decode
from datetime import UTC, datetime
from fractions import Fraction

from flask_babel import lazy_gettext as _l

from portal.core.documents.document import (
    Chart,
    Document,
    Figure,
    Figures,
    Paragraph,
    Section,
    Series,
)
from portal.core.documents.tables import Check, Column, Row, Table

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
"""One white point."""
REQUIRED = (
    (_l("gli avvisi (avvisi)"), ("Avviso di prova",)),
    (_l("i testi (blocchi con forma testo e nota)"),
     ("Premessa di prova", "Inizio di prova", "Testo di prova", "Postilla di prova",
      "Commento di prova")),
    (_l("le cifre (blocchi con forma cifre)"), ("Cifra di prova", "98.765", "Sotto di prova")),
    (_l("le tabelle (blocchi con forma tabella)"),
     ("Didascalia di prova", "Colonna di prova", "Figura di prova", "Riga di prova", "87.654",
      "Totale di prova", "76.543", "n.d.")),
    (_l("le verifiche e le note sotto le tabelle (verifica, nota)"),
     ("Verifica riuscita", "Verifica fallita", "Nota di prova")),
)  # fmt: skip
"""Each with its words in the sample."""


def sample(*, is_final: bool) -> Document:
    """A document whose sections have keys that a template cannot all expect."""
    columns = (
        Column("label", "Colonna di prova", "text"),
        Column("figure", "Figura di prova", "count"),
        Column("share", "%", "share"),
    )
    rows = (
        Row(("Riga di prova", 87_654, Fraction(1, 3))),
        Row(("Totale di prova", 76_543, None), "total"),
    )
    table = Table("Didascalia di prova", columns, rows, "Nota di prova", caption_visible=True,
                  check=Check(True, "Verifica riuscita"))  # fmt: skip
    wrong = Table("Seconda", columns, rows, check=Check(False, "Verifica fallita"))
    figures = Figures((Figure("a", "Cifra di prova", 98_765, ("Sotto di prova",)),))
    chart = Chart("a", "bars", "Grafico di prova", "Unità", ("a",), (Series("2016", (1,)),))
    paragraph = Paragraph("Testo di prova", lead="Inizio di prova")
    note = Paragraph("Postilla di prova", kind="note")
    return Document(
        title="Titolo di prova", subtitle="Sottotitolo di prova", owner="Ente di prova",
        desk="Sportello di prova", edition="Edizione di prova", warnings=("Avviso di prova",),
        sections=(
            Section("premessa", "Premessa", (Paragraph("Premessa di prova"),)),
            Section("prova", "Sezione di prova", (figures, paragraph, table, chart, wrong, note)),
            Section("testo", "Testo", (Paragraph("Commento di prova"),)),
        ),
        running="Piede di prova", provenance="Provenienza di prova",
        created=datetime(2026, 1, 1, tzinfo=UTC), is_final=is_final,
    )  # fmt: skip
