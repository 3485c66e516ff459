# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the source of a template may do: print, choose, and walk down what it prints."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal.core.documents.document import Chart
from portal.core.documents.docx.package import unzipped, zipped
from portal.core.documents.docx.samples import sample
from portal.core.documents.docx.sandbox import compiled
from portal.core.documents.docx.words import MANY, SCHEMA, WHOLE, words_of
from portal.core.errors import Refusal
from tests.portal.core.documents.docx.templates import refusal, replaced, with_paragraph, with_xml
from tests.portal.core.documents.paper import in_word

HEAD = "word/header1.xml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NOTES = f'<Relationship Id="x9" Type="{OFFICE}/footnotes" Target="footnotes.xml"/></Relationships>'
NOTES_TYPE = (
    b'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.wordprocessingml.footnotes+xml"/></Types>'
)
USELESS = "si possono solo stampare i segnaposto"
SOURCES = [
    ("{{ ''.__class__ }}", "«….__class__» non esiste"),
    ("{{ titolo.__class__.__mro__ }}", "«titolo.__class__» non esiste"),
    ("{{ titolo['__class__'] }}", "«titolo.__class__» non esiste"),
    ("{{ titolo|attr('__class__') }}", "il filtro «attr» non si può usare"),
    ("{{ titolo|safe }}", "il filtro «safe» non si può usare"),
    ("{{ titolo|default(ente) }}", "il filtro «default» non si può usare"),
    ("{{ avvisi|upper }}", "il filtro «upper» non vale per «avvisi»"),
    ("{{ self }}", "il segnaposto «self» non esiste"),
    ("{{ cycler.__init__.__globals__ }}", "il segnaposto «cycler» non esiste"),
    ("{{ pippo }}", "quelli sono: avvisi, definitiva, edizione, ente"),
    ("{% for s in sezioni %}{{ s.pippo }}{% endfor %}", "di «s» sono: blocchi, chiave, titolo"),
    ("{% for s in sezioni %}{{ loop.cycle }}{% endfor %}", "«loop.cycle» non esiste"),
    ("{{ sezioni }}", "«sezioni» non è un testo da stampare"),
    ("{{ sezioni[0] }}", "«sezioni.0» non è un testo da stampare"),
    ("{{ titolo[0] }}", USELESS),
    ("{{ titolo[1:] }}", USELESS),
    ("{{ titolo.upper() }}", USELESS),
    ("{{ range(10**9) }}", USELESS),
    ("{{ 7*7 }}", USELESS),
    ("{{ 'a' ~ titolo }}", USELESS),
    ("{{ 'a' if definitiva else 'b' }}", USELESS),
    ("{{ [titolo] }}", USELESS),
    ("{% if titolo is defined %}{% endif %}", USELESS),
    ("{% if titolo in avvisi %}{% endif %}", USELESS),
    ("{% for a in range(10**9) %}{% endfor %}", USELESS),
    ("{% for a in 'abc' %}{% endfor %}", "«…» non è un elenco"),
    ("{% for a in titolo %}{% endfor %}", "«titolo» non è un elenco"),
    ("{% for a, b in avvisi %}{% endfor %}", USELESS),
    ("{% for titolo in avvisi %}{% endfor %}", USELESS),
    ("{% for s in sezioni recursive %}{% endfor %}", USELESS),
    ("{% for s in sezioni %}{% for a in avvisi %}{% endfor %}{% endfor %}", "dentro il ciclo su"),
    ("{% for s in sezioni %}{% for t in sezioni %}{% endfor %}{% endfor %}", "non «sezioni»"),
    ("{% set a = titolo %}", USELESS),
    ("{% macro a() %}{% endmacro %}", USELESS),
    ("{% include 'x' %}", USELESS),
    ("{% import 'x' as x %}", USELESS),
    ("{% extends 'x' %}", USELESS),
    ("{% block x %}{% endblock %}", USELESS),
    ("{% with a = titolo %}{% endwith %}", USELESS),
    ("{% filter upper %}{% endfilter %}", USELESS),
    ("{% call titolo() %}{% endcall %}", USELESS),
    ("{% autoescape false %}{{ titolo }}{% endautoescape %}", USELESS),
    ("{% do titolo %}", "scritto male"),
    ("{{ titolo", "graffe"),
    ("titolo }}", "graffe"),
    ("{{ a {{ titolo }}", "graffe"),
    ("{% vm %}", "«{% vm %}», che qui non si può usare"),
    ("{% colspan titolo %}", "«{% colspan titolo %}»"),
    ("{{p titolo }}", "«{{p titolo }}»"),
    ("{% if definitiva %}", "scritto male"),
    ("{{ titolo }}" * 500, "troppi segnaposto"),
    ("{" * 2000, "troppi segnaposto"),
    ("{{ " + "(" * 3000 + "titolo" + ")" * 3000 + " }}", "non si riesce a riempire"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "why"), SOURCES)
def test_a_source_that_does_more_than_print_is_refused(source: str, why: str) -> None:
    assert why in refusal(with_paragraph(source))


@pytest.mark.parametrize(
    "source", ["{{ ''.__class__ }}", "{% for a in range(10**9) %}{% endfor %}"]
)
def test_it_does_not_run_where_nobody_checked_it(source: str) -> None:
    with pytest.raises(Refusal):
        in_word(sample(is_final=False), with_paragraph(source))


def test_the_sandbox_stands_behind_the_reading() -> None:
    template = compiled("{{ titolo }}", "testo")
    environment = template.environment
    assert environment.autoescape
    assert environment.globals == {}
    with pytest.raises(Exception, match="unsafe"):
        environment.from_string("{{ titolo.__class__ }}").render(titolo="")


def test_a_mistake_is_shown_with_its_place_and_its_words() -> None:
    said = refusal(with_paragraph("Il titolo è {{ titulo }}, non altro"))
    assert said.startswith(
        "Modello, testo, vicino a «Il titolo è {{ titulo }}, non altro»: il segn"
    )
    said = refusal(replaced("{{ ente }}", "{{ enti }}", HEAD))
    assert said.startswith("Modello, intestazione, vicino a «{{ enti }}")


def test_an_if_across_paragraphs_is_explained() -> None:
    line = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    broken = line.format("{% if definitiva %}") + line.format("{%p endif %}")
    assert "{%p …%}" in refusal(with_xml(broken))


def test_a_template_that_repeats_too_much_is_stopped() -> None:
    loop = "{%p for b in s.blocchi %}</w:t></w:r></w:p>"
    long = f"{loop}<w:p><w:r><w:t>{'parola ' * 135_000}</w:t></w:r></w:p>"
    assert "ripete troppo" in refusal(replaced(loop, long))


@pytest.mark.parametrize("noise", ["{{", "{%", "{<w:t/>", "{#", "-%}", "%}", "}}"])
def test_noise_is_refused_at_once(noise: str) -> None:
    noisy = f"<w:p><w:r>{'<w:t>' + noise * 40_000 + '</w:t>'}</w:r></w:p>"
    start = time.perf_counter()
    refusal(with_xml(noisy))
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<w:t>{{ ''.__class__ }}</w:t>", "note a piè di pagina"),
        ("<w:t a='{{'>x</w:t>" * 9_000, "troppi segnaposto"),
    ],
)
def test_notes_are_read_like_the_rest(text: str, why: str) -> None:
    parts = unzipped(replaced("</Relationships>", NOTES, "word/_rels/document.xml.rels"))
    xml = f'<w:footnotes xmlns:w="{WORD}"><w:p><w:r>{text}</w:r></w:p></w:footnotes>'
    types = parts["[Content_Types].xml"].replace(b"</Types>", NOTES_TYPE)
    start = time.perf_counter()
    assert why in refusal(
        zipped({**parts, "[Content_Types].xml": types, "word/footnotes.xml": xml.encode()})
    )
    assert time.perf_counter() - start < 3


def test_the_words_are_those_of_the_schema() -> None:
    for is_final in (True, False):
        words = words_of(sample(is_final=is_final), lambda chart: chart)
        assert list(_strangers(words, WHOLE)) == []


def _strangers(value: Any, kind: str) -> Iterator[object]:
    """What is not where SCHEMA says."""
    if kind.endswith(MANY):
        for one in value:
            yield from _strangers(one, kind.removesuffix(MANY))
    elif kind in SCHEMA:
        if value.keys() != SCHEMA[kind].keys():
            yield value
        for key, held in SCHEMA[kind].items():
            yield from _strangers(value[key], held)
    elif not isinstance(value, str | bool | Chart):
        yield value
