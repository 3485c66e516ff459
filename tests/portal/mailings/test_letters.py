# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said by e-mail: the seed's table, in text and in HTML, and nothing from elsewhere."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.core.italy.periods import parse_period
from portal.core.work.columns import lines_of
from portal.core.work.mail import Letter
from portal.core.work.writing import one_line
from portal.figures.rules import Counts, Nameless
from portal.mailings.letters import EditionFacts, letter_table, relazione_letter
from portal.reports.relazione.baselines import Baseline
from portal.reports.relazione.model import Layout, Relazione, Texts, topic_rows
from portal.reports.relazione.rows import OTHER_CODE
from portal.taxonomy.queries import find_topic
from tests import seed
from tests.conftest import AtDesk
from tests.world import World

FACTS = EditionFacts(
    number=1,
    replaces=None,
    reason="",
    approved_on=date(2016, 7, 4),
    approved_by="Anna Bianchi",
    link="https://portale.example/s/lucca/relazioni/periodo?periodo=2016-S1",
)


@pytest.fixture
def relazione(world: World, at_desk: AtDesk) -> Relazione:
    """The seed's figures, without its 149 persons."""
    with at_desk(world.lucca):
        rows = seed.counts()
        now = _counts(149, {code: now for code, now, _then in rows}, {"F": 67, "M": 82})
        then = _counts(172, {code: then for code, _now, then in rows}, None)
        topics = [(code, topic.label) for code, _n, _t in rows if (topic := find_topic(code))]
        return Relazione(
            desk_name="Sportello di Lucca",
            desk_slug="lucca",
            period=parse_period("2016-S1"),
            against=Baseline((parse_period("2015-S1"),)),
            current=now,
            baseline=then,
            rows=topic_rows(topics, now, then),
            historical=(),
            taxonomy_version="1",
        )


def _counts(users: int, topics: dict[str, int], by_sex: dict[str, int] | None) -> Counts:
    return Counts(users=users, users_by_sex=by_sex, visits=users, anonymous=0, topics=topics)


def written(app: Flask, relazione: Relazione, facts: EditionFacts = FACTS) -> Letter:
    with app.app_context():
        return relazione_letter(
            relazione, facts, to="ufficio@comune.example", message_id="a@b.example"
        )


def test_the_subject_names_period_desk_and_edition(app: Flask, relazione: Relazione) -> None:
    assert written(app, relazione).subject == (
        "Relazione I semestre 2016 – Sportello di Lucca (edizione 1)"
    )


def test_a_correction_says_so_and_why(app: Flask, relazione: Relazione) -> None:
    facts = replace(FACTS, number=2, replaces=1, reason="mancava una giornata.")
    letter = written(app, relazione, facts)
    assert letter.subject == (
        "Rettifica: Relazione I semestre 2016 – Sportello di Lucca (edizione 2)"
    )
    sentence = "Questa edizione sostituisce l’edizione 1. Motivo: mancava una giornata."
    assert sentence in " ".join(letter.text.split())
    assert sentence in letter.html


def test_the_text_has_the_table_in_72_columns(app: Flask, relazione: Relazione) -> None:
    text = written(app, relazione).text
    long = [line for line in text.splitlines() if len(line) > 72 and "https://" not in line]
    assert long == []
    assert re.search(r"^Cittadinanza +55 +38 +\+14,8$", text, re.MULTILINE)
    assert re.search(r"^Rinnovo Permesso Di Soggiorno +56 +83 +−10,7$", text, re.MULTILINE)
    assert re.search(r"^Totale +214 +222$", text, re.MULTILINE)
    assert "Questo messaggio contiene solo dati complessivi, senza nomi." in text
    assert "Edizione 1, approvata da Anna Bianchi il 04/07/2016." in " ".join(text.split())
    assert "214 servizi a 149 utenti" in " ".join(text.split())


def test_html_and_text_show_the_same_figures(app: Flask, relazione: Relazione) -> None:
    letter = written(app, relazione)
    table = BeautifulSoup(letter.html, "html.parser").find_all("table")[-1]
    for row in table.select("tbody tr"):
        label, *figures = [cell.get_text() for cell in row.find_all(["th", "td"])]
        line = next(
            line for line in letter.text.splitlines() if line.startswith(label.split()[0])
            and line.split()[-len([one for one in figures if one]):] == [f for f in figures if f]
        )  # fmt: skip
        assert line
    asked = [row for row in relazione.rows if row.count or row.baseline]
    assert len(table.select("tbody tr")) == len(asked) + 1
    for row in relazione.rows:
        assert row.label in letter.text.replace("\n", " "), "also what nobody asked for is named"


def test_the_html_asks_nothing_of_another_server(app: Flask, relazione: Relazione) -> None:
    soup = BeautifulSoup(written(app, relazione).html, "html.parser")
    assert soup.find_all(["img", "script", "link", "style", "iframe", "form", "object"]) == []
    assert not soup.find_all(src=True)
    assert [tag["href"] for tag in soup.find_all(href=True)] == [FACTS.link]
    assert "url(" not in str(soup)
    assert soup.find(width="640") is not None


def test_a_name_with_markup_or_line_breaks_stays_a_name(app: Flask, relazione: Relazione) -> None:
    wild = replace(
        relazione,
        desk_name="Lucca\r\nBcc: c@d.example <script>{{7*7}}</script> =?utf-8?q?=0D=0A?=",
    )
    letter = written(app, wild)
    assert letter.subject == (
        "Relazione I semestre 2016 – Lucca Bcc: c@d.example <script>{{7*7}}</script>"
        " = ?utf-8?q?=0D=0A?= (edizione 1)"
    )
    assert "<script>" not in letter.html
    assert "{{7*7}}" in letter.html


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\r\nb", "a b"), ("a\u2028b", "a b"), ("  a   b ", "a b"), ("=?x?=", "= ?x?=")],
)
def test_a_subject_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_columns_stay_aligned_when_a_label_is_long(app: Flask, relazione: Relazione) -> None:
    with app.app_context():
        table: Any = letter_table(relazione)
    long = replace(table.rows[0], cells=("Parola " * 20, *table.rows[0].cells[1:]))
    lines = lines_of(replace(table, rows=(long, *table.rows[1:])))
    assert max(len(line) for line in lines) <= 72
    ends = {len(line) for line in lines if re.search(r"\d,\d$", line)}
    assert len(ends) == 1


def test_the_letter_of_the_old_layout_is_the_whole_document(
    app: Flask, relazione: Relazione
) -> None:
    """As seen: neither premise nor text, and «Altre richieste» without the note that names it."""
    rest = replace(relazione.rows[-1], code=OTHER_CODE, label="Altre richieste")
    other = replace(rest, codes=(relazione.rows[0].code,), count=6)
    whole = replace(
        relazione,
        layout=Layout.HISTORICAL,
        historical=(*relazione.rows[:-1], other),
        texts=Texts("La premessa.\n\nIn due parti.", "Il commento."),
    )
    letter = written(app, whole)
    in_order = [
        "La premessa.",
        "In due parti.",
        "ha erogato 214 servizi a 149 utenti (67 donne",
        "La colonna «Variazione in %» dice di quanti punti",
        "Altre richieste",
        f"Altre richieste: {relazione.rows[0].label}.",
        "Il commento.",
    ]
    page = BeautifulSoup(letter.html, "html.parser").get_text(" ")
    for said in (letter.text, page):
        found = [" ".join(said.split()).find(part) for part in in_order]
        assert -1 not in found, found
        assert found == sorted(found)
    assert "Variazione in punti" not in letter.text
    assert max(map(len, letter.text.splitlines()[:-3])) <= 72


def test_why_a_variation_is_missing_goes_with_the_letter(app: Flask, relazione: Relazione) -> None:
    nameless = Nameless(50, {relazione.rows[0].code: 50}, is_whole=True)
    untold = replace(relazione, current=replace(relazione.current, nameless=nameless))
    letter = written(app, untold)
    page = BeautifulSoup(letter.html, "html.parser").get_text(" ")
    for said in (letter.text, page):
        assert "Le variazioni sono n.d.: nel I semestre 2016" in " ".join(said.split())
        assert "La premessa" not in said
