# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents as PDF, read back with poppler's programs: what is said, where, and in which fonts."""

import csv
import hashlib
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from html import escape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.documents import document as parts
from portal.core.documents.document import Block, Chart, Document, Figures, Paragraph
from portal.core.documents.pdf import BOX, pdf_bytes, png_of_svg
from portal.core.documents.tables import Check, Column, Row, Table, Value, cell_text
from tests.examples import slow
from tests.seed import BASELINE_USERS, USERS, table

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 90"><rect width="300" height="20"/>'
    '<text x="0" y="50" font-size="12" font-family="Titillium Web">{}</text></svg>'
)
COUNTS, RATES, CHANGE = "Richieste", "Ogni 100 utenti", "Variazione"
COLUMNS = (
    Column("label", "Tipologia di richiesta", "text"),
    Column("count", "2016", "count", COUNTS),
    Column("baseline", "2015", "count", COUNTS),
    Column("rate", "2016", "share", RATES),
    Column("baseline_rate", "2015", "share", RATES),
    Column("variation", "punti", "change", CHANGE),
    Column("outcome", "esito", "text", CHANGE),
)
CHART = Chart("uno", "bars", "Utenti in breve", "Utenti", ("a",), (parts.Series("2016", (1,)),))
# Lone halves of a pair too, which UTF-8 cannot write.
ANY_TEXT = st.text(st.characters(codec=None), min_size=1)
# From a fresh process, elsewhere and on another day: what it makes of a pickled document.
ALONE = (
    "import hashlib, pickle, sys; from portal.core.documents.pdf import pdf_bytes;"
    "document, svg = pickle.load(sys.stdin.buffer);"
    "print(hashlib.sha256(pdf_bytes(document, charts=lambda _: svg)).hexdigest())"
)
FORKED = (
    "import os, pickle, signal, sys; from portal.core.documents.pdf import pdf_bytes;"
    "document, svg = pickle.load(sys.stdin.buffer);"
    "made = pdf_bytes(document, charts=lambda _: svg); child = os.fork();"
    "child or signal.alarm(60);"
    "child or os._exit(made != pdf_bytes(document, charts=lambda _: svg));"
    "sys.exit(os.waitpid(child, 0)[1])"
)


def rates(label: str, now: int, then: int, outcome: str) -> tuple[Value, ...]:
    both = Fraction(100 * now, USERS), Fraction(100 * then, BASELINE_USERS)
    return (label, now, then, *both, both[0] - both[1], outcome)


def main_table() -> Table:
    """The table of the desk's own document, with what the relazione sets beside it."""
    lines = list(csv.reader(table().decode().splitlines(), delimiter=";"))[1:-1]
    rows = [Row(rates(one[0], int(one[1]), int(one[2]), "dati insufficienti")) for one in lines]
    rows.append(Row((*rates("Totale", 214, 222, "")[:5], "", ""), "total"))
    check = Check(True, "✓ Le 14 righe sommano ai totali 214 e 222.")
    return Table("Richieste", COLUMNS, tuple(rows), note="Divise per gli utenti.", check=check)


def document(*blocks: Block, **changes: object) -> Document:
    made = Document(
        title="Relazione, I semestre 2016",
        subtitle="1° gennaio – 30 giugno 2016, a confronto con lo stesso periodo del 2015",
        owner="Provincia di Prova",
        desk="Centro servizi per cittadini stranieri",
        edition="Edizione 1 del 23 novembre 2026",
        warnings=(),
        sections=(parts.Section("prima", "Prima", blocks or (Paragraph("Testo."),)),),
        running="Centro servizi · Relazione",
        provenance="Tipologie v1 · impronta 9f2c",
        created=datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo("Europe/Rome")),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def whole() -> Document:
    """A document with each kind of block."""
    figures = Figures((parts.Figure("u", "Utenti", 149), parts.Figure("n", "Nuovi", None)))
    paragraph = Paragraph("Una persona che è venuta.", lead="Utente:")
    return document(figures, paragraph, main_table(), CHART, is_final=True)


def printed(one: Document, svg: str = SVG.format("Utenti")) -> bytes:
    return pdf_bytes(one, charts=lambda _chart: svg)


def told(program: str, content: bytes, *options: str) -> str:
    """What a program of poppler says of a PDF; a missing one fails, it does not skip."""
    if not shutil.which(program):
        pytest.fail(f"{program} manca: installa il pacchetto «poppler-utils»")
    command = [program, *options, "-", *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def text_of(*blocks: Block, **changes: object) -> str:
    return " ".join(told("pdftotext", printed(document(*blocks, **changes)), "-layout").split())


def elsewhere(program: str, one: Document, svg: str, **environment: str) -> str:
    """What a fresh process says that is given a document and its drawing."""
    command, pickled = [sys.executable, "-c", program], pickle.dumps((one, svg))
    made = subprocess.check_output(command, input=pickled, env=os.environ | environment)
    return made.decode().strip()


def places(content: bytes, word: str) -> list[tuple[float, float]]:
    """From where to where each such word of the first page goes, across."""
    boxes = told("pdftotext", content, "-bbox", "-l", "1")
    found = re.findall(r'xMin="([\d.]+)".*xMax="([\d.]+)".*>' + re.escape(word) + "<", boxes)
    return [(float(left), float(right)) for left, right in found]


def test_it_is_for_archives_and_for_screen_readers() -> None:
    content = printed(whole())
    said = told("pdfinfo", content, "-isodates")
    facts = {line.partition(":")[0]: line.partition(":")[2].strip() for line in said.splitlines()}
    assert (facts["Tagged"], facts["CreationDate"]) == ("yes", "2026-11-23T08:05:00Z")
    assert facts["Title"] == "Relazione, I semestre 2016"
    assert facts["Author"] == "Provincia di Prova, Centro servizi per cittadini stranieri"
    assert facts["Page size"].endswith("(A4)")
    for mark in (b"<pdfuaid:part>1<", b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"/Lang(it)"):
        assert mark in content


def test_what_is_a_heading_and_what_a_table_is_marked_so() -> None:
    said = told("pdfinfo", printed(whole()), "-struct")
    marks = Counter(re.findall(r"^ *(H\d|Figure|T[A-Z]\w*|Table)\b", said, re.MULTILINE))
    cells = {"TR": 2 + 15, "TH": 3 + 1 + 6, "TD": 15 * 7}
    assert marks == {"H1": 1, "Table": 1, "THead": 1, "TBody": 1, "Figure": 1, **cells}


def test_it_says_every_figure() -> None:
    lines = told("pdftotext", printed(whole()), "-layout").splitlines()
    said = [" ".join(line.split()) for line in lines]
    for row in main_table().rows:
        cells = [cell_text(value, column) for value, column in zip(row.cells, COLUMNS, strict=True)]
        assert " ".join(" ".join(cells).split()) in said
    assert "Rinnovo Permesso Di Soggiorno 56 83 37,6 48,3 −10,7 dati insufficienti" in said
    heads = (
        "Richieste Ogni 100 utenti Variazione",
        f"{COLUMNS[0].head} 2016 2015 2016 2015 punti esito",
    )
    below = "✓ Le 14 righe sommano ai totali 214 e 222.", "Divise per gli utenti."
    before = "1. Prima", "149 n.d.", "Utente: Una persona che è venuta."
    assert {*before, *heads, *below} <= set(said)


def test_figures_end_under_the_end_of_their_heads() -> None:
    content = printed(document(main_table()))
    for head, cell, total in (("2016", "56", "214"), ("2015", "83", "222")):
        ends = [places(content, cell)[0][1], places(content, total)[0][1]]
        assert ends == pytest.approx([places(content, head)[-2][1]] * 2, abs=0.5)


@pytest.mark.parametrize("is_final", [True, False])
def test_only_a_final_edition_is_filed_and_signed(is_final: bool) -> None:
    said = text_of(is_final=is_final)
    for words in ("Protocollo n. __________ del __________", "Il/La responsabile", "Per l’ente"):
        assert (words in said) is is_final
    assert "Provincia di Prova Edizione 1 del 23 novembre 2026" in said


def test_warnings_and_wrong_sums_are_read_without_colours() -> None:
    wrong = Table("T", COLUMNS, (), check=Check(False, "✗ Le righe sommano a 213."))
    said = text_of(wrong, warnings=("Il periodo non è finito.", "Chiusi ad agosto."))
    assert "del 2015 Il periodo non è finito. Chiusi ad agosto. 1. Prima" in said
    assert "✗ Le righe sommano a 213." in said


def test_each_page_repeats_the_head_and_says_where_it_stands() -> None:
    rows = tuple(Row((f"Riga {number}", number * 1111), key=str(number)) for number in range(120))
    columns = Column("label", "Voce", "text"), Column("n", "Numero", "count", "Nel 2016")
    content = printed(document(Table("Lunga", columns, rows), Paragraph("Fine.")))
    pages = told("pdftotext", content, "-layout").split("\f")[:-1]
    assert len(pages) >= 4
    found: list[str] = []
    for number, page in enumerate(pages, 1):
        said = " ".join(page.split())
        assert "Nel 2016 Voce Numero Riga" in said
        running = f"Tipologie v1 · impronta 9f2c · pagina {number} di {len(pages)}"
        assert said.endswith("Centro servizi · Relazione " + running)
        found += re.findall(r"Riga \d+ [\d.]+", said)
    assert found == [f"Riga {row.key} {cell_text(row.cells[1], columns[1])}" for row in rows]


@pytest.mark.parametrize("is_final", [True, False])
def test_no_page_of_a_table_is_empty_or_carries_the_total_alone(is_final: bool) -> None:
    for lines in range(24, 34):
        rows = [Row((f"Riga {number}", number)) for number in range(lines)]
        long = Table("Lunga", COLUMNS[:2], (*rows, Row(("Totale", 9), "total")))
        said = told("pdftotext", printed(document(long, is_final=is_final)), "-layout")
        assert all("Riga" in page for page in said.split("Totale")[0].split("\f")), lines


def test_signatures_never_stand_alone() -> None:
    for count in range(14, 24):
        content = printed(document(*[Paragraph("Riga.")] * count, is_final=True))
        assert "Riga." in told("pdftotext", content).split("\f")[-2], count


def test_fonts_are_embedded_and_ours() -> None:
    lines = told("pdffonts", printed(document(Paragraph("Ciao ✓ Привет"), CHART))).splitlines()[2:]
    ours = "NotoSans-Regular NotoSansSymbols2-Regular TitilliumWeb-Regular TitilliumWeb-SemiBold"
    assert sorted(line.split()[0][7:] for line in lines) == ours.split()
    assert all(line.split()[-5] == "yes" for line in lines)


@pytest.mark.parametrize(
    "words", ["Спасибо вам", "ধন্যবাদ আপনাকে", "谢谢你们", "Ευχαριστώ", "Cảm ơn bạn", "धन्यवाद"]
)
def test_other_scripts_come_back(words: str) -> None:
    said = text_of(Paragraph(words, lead="Un saluto:"), Table("T", COLUMNS[:1], (Row((words,)),)))
    assert (said.count(words), said.count(BOX)) == (2, 0)


def test_arabic_comes_back_and_runs_from_the_right() -> None:
    words = "مرحبا بكم في مكتب"
    content = printed(document(Paragraph(words)))
    said = unicodedata.normalize("NFKC", told("pdftotext", content))
    said = "".join(one for one in said if unicodedata.category(one) != "Cf")
    assert all(word in said or word[::-1] in said for word in words.split())
    ((_, right),) = places(content, "مرحبا") or places(content, "مرحبا"[::-1])
    assert right == pytest.approx((210 - 19) * 72 / 25.4, abs=2)


def test_unknown_glyphs_are_seen() -> None:
    said = text_of(Paragraph("Uno ก due \U0001f600 tre \ue000 quattro \ud800 cinque \uffff"))
    assert "Uno □ due □ tre □ quattro □ cinque □" in said
    # A letter keeps standing where no font has its accent too; what turns text around is gone.
    assert "a□b cd" in text_of(Paragraph("a\u0e31b c\u202ed\x07"))


@slow()
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_printed(one: str, two: str, three: str) -> None:
    columns = Column("a", one, "text", two), Column("b", three, "count", two)
    noted = Table(one, columns, (Row((three, 3)),), note=two, caption_visible=True)
    blocks = Paragraph(one, lead=two), Paragraph(three, kind="note"), replace(CHART, name=three)
    made = document(*blocks, noted, title="T" + one, warnings=(two,), running=three, desk=two)
    assert printed(made, SVG.format(escape(one))).startswith(b"%PDF")


def test_markup_stays_inert() -> None:
    typed = '#pagebreak() *a* _b_ $x^2$ \\ <c> @d "e" `f` = g [h] // i {page} https:/j'
    blocks = Paragraph(typed), Table("T", (Column("a", typed, "text"),), (Row((typed,)),))
    said = text_of(*blocks, title=typed, running="", provenance=typed)
    assert said.count(typed) == 5
    assert said.endswith(typed + " · pagina 1 di 1")


def test_drawings_are_text_with_a_name() -> None:
    content = printed(document(CHART, replace(CHART, name="")), SVG.format("Perché"))
    assert told("pdftotext", content).count("Perché") == 2
    assert {b"/Alt(Utenti in breve)", b"/Alt(Grafico)"} == set(re.findall(rb"/Alt\(.*?\)", content))


def test_a_drawing_in_other_scripts_becomes_a_picture() -> None:
    assert b"/Subtype/Image" in printed(document(CHART), SVG.format("বাংলা q\u0301 \ud800"))


def test_pictures_have_the_width_that_is_asked_for() -> None:
    assert struct.unpack(">II", png_of_svg(SVG, width_mm=127)[16:24]) == (1100, 146)


def test_the_same_document_gives_the_same_bytes_anywhere_and_any_day() -> None:
    here = hashlib.sha256(printed(whole())).hexdigest()
    far = {"TZ": "Pacific/Kiritimati", "SOURCE_DATE_EPOCH": "1000000000", "PYTHONHASHSEED": "7"}
    assert elsewhere(ALONE, whole(), SVG.format("Utenti"), **far) == here
    assert hashlib.sha256(printed(replace(whole(), title="Altro"))).hexdigest() != here


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        printed(document(created=datetime(2026, 11, 23)))


def test_threads_and_forked_processes_print_too() -> None:
    one = document(CHART)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(printed, [one] * 8)) == {printed(one)}
    elsewhere(FORKED, one, SVG.format("Utenti"))
