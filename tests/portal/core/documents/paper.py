# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents to be written as files, and the same file made elsewhere on another day."""

import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from portal.core.documents.document import (
    Block,
    Chart,
    Document,
    Figure,
    Figures,
    Section,
    Series,
)
from portal.core.documents.docx import docx_bytes
from portal.core.documents.docx.samples import PNG
from portal.core.documents.tables import Column, Value, cell_text

FIGURES = Figures(
    (
        Figure("users", "Utenti", 1149, ("nel 2015: 172", "67 donne")),
        Figure("rate", "Servizi per utente", Fraction(214, 149), places=2),
        Figure("visits", "Accessi", None),
    )
)
CHART = Chart("a", "bars", "Richieste in breve", "Richieste", ("a",), (Series("2016", (1,)),))
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1
)
"""Whatever XML can hold."""
# A fresh process that believes it is another day.
ELSEWHERE = """
import datetime, pickle, sys, time
moment = float(sys.argv[1])
class Elsewhere(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(moment, tz)
    @classmethod
    def utcnow(cls):
        return cls.now()
datetime.datetime = Elsewhere
time.time = lambda: moment
make, one = pickle.load(sys.stdin.buffer)
import hashlib
print(hashlib.sha256(make(one)).hexdigest())
"""


def document(*sections: Section, **changes: object) -> Document:
    """A document of these sections."""
    made = Document(
        title="Relazione, I semestre 2016",
        subtitle="1° gennaio – 30 giugno 2016",
        owner="Provincia di Prova",
        desk="Centro servizi",
        edition="Edizione 1 del 23 novembre 2026",
        warnings=("Dati parziali.",),
        sections=sections,
        running="Centro servizi & C. · Relazione",
        provenance="Tipologie v1 · impronta 9f2c",
        created=datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo("Europe/Rome")),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def of(*blocks: Block) -> Document:
    """A document of one section."""
    return document(Section("prima", "Prima", blocks))


def in_word(one: Document, template: bytes | None = None) -> bytes:
    """A document in Word, each of its charts a white point."""
    return docx_bytes(one, template=template, pictures=lambda _chart: PNG)


def hashes(make: Callable[[Document], bytes], one: Document) -> set[str]:
    """Of the file made here and now, and in two other places and years."""
    found = {hashlib.sha256(make(one)).hexdigest()}
    for moment, zone in ((10**9, "Asia/Tokyo"), (2 * 10**9, "America/Lima")):
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE, str(moment)], input=pickle.dumps((make, one)),
            capture_output=True, check=True, env={**os.environ, "TZ": zone},
        )  # fmt: skip
        found.add(done.stdout.decode().strip())
    return found


def excel_text(value: float, number_format: str) -> str:
    """A number as Excel shows it: rounded half up from fifteen digits, by its section's format."""
    kept = Decimal(f"{value:.15g}")
    above, below, zero = (number_format.split(";") * 3)[:3]
    form = above if kept > 0 else below if kept < 0 else zero
    sign = "-" if kept < 0 and ";" not in number_format else ""
    places = form.partition(".")[2].count("0")
    number = abs(kept).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{number:,f}" if "," in form else f"{number:f}"
    text = text.translate(str.maketrans(",.", ".,"))
    return sign + "".join(one for one in form if one in "+-") + text + "%" * ("%" in form)


def plain_text(value: Value, column: Column) -> str:
    """As the page says it, with the minus of files."""
    return cell_text(value, column).replace("\u2212", "-")
