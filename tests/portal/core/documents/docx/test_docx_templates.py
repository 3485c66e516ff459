# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates that somebody uploads: each that could do harm, or leave a figure out, is refused."""

import warnings
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from docx.document import Document as WordDocument

from portal.core.documents.docx import check_template, default_template
from portal.core.documents.docx.package import unzipped, zipped
from portal.core.documents.docx.samples import REQUIRED
from portal.core.uploads import LARGEST_TEMPLATE
from tests.portal.core.documents.docx.templates import (
    BODY,
    edited,
    refusal,
    replaced,
    with_parts,
    with_xml,
)

TYPES, RELATIONS = "[Content_Types].xml", "word/_rels/document.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


def without(*texts: str) -> bytes:
    """Without the paragraphs that say this."""

    def remove(opened: WordDocument) -> None:
        for paragraph in list(opened.element.body.iter(f"{{{opened.element.nsmap['w']}}}p")):
            if "".join(one.text or "" for one in paragraph.iter("{*}t")) in texts:
                paragraph.getparent().remove(paragraph)

    return edited(remove)


def test_the_portals_own_template_can_be_used() -> None:
    check_template(default_template())
    assert default_template() == default_template.__wrapped__()


# What its file may hold


def test_another_kind_of_file_is_refused() -> None:
    for content in (b"", b"%PDF-1.7", b"PK\x03\x04", zipped({"a.xml": b"<a/>"})):
        assert "non è un documento di Word" in refusal(content)
    template = unzipped(default_template())[TYPES].replace(b"document.main", b"template.main")
    assert "salvalo come .docx" in refusal(with_parts({TYPES: template}))


def test_a_large_file_is_refused_before_it_is_opened() -> None:
    assert "al massimo 2 MB" in refusal(b"PK" + bytes(LARGEST_TEMPLATE))
    bombs = {f"word/media/{n}.png": bytes(5_000_000) for n in range(5)}
    assert len(with_parts(bombs)) < 200_000
    assert "al massimo 20 MB" in refusal(with_parts(bombs))
    assert "al massimo 1 MB per parte" in refusal(with_parts({"word/a.xml": bytes(5_000_000)}))
    assert "200 parti" in refusal(with_parts({f"word/{n}.xml": b"<a/>" for n in range(300)}))


def test_a_zip_that_can_be_read_in_two_ways_is_refused() -> None:
    out = BytesIO(default_template())
    with ZipFile(out, "a", ZIP_DEFLATED) as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr(BODY, b"<a/>")
    assert "non è un documento di Word" in refusal(out.getvalue())
    assert "non è un documento di Word" in refusal(with_parts({BODY.upper(): b"<a/>"}))
    other = BytesIO(default_template())
    with ZipFile(other, "a", ZIP_BZIP2) as packed:
        packed.writestr("word/a.xml", b"<a/>")
    assert "non è un documento di Word" in refusal(other.getvalue())


def test_a_protected_file_is_refused() -> None:
    content = bytearray(default_template())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in refusal(bytes(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}<x>&b;</x>'
    assert "DOCTYPE" in refusal(with_parts({"word/a.xml": text.encode(encoding)}))


def test_broken_xml_is_refused() -> None:
    for broken in (b"<a>", b"", b'<?xml version="1.0" encoding="utf-7"?><a/>', b"<a>\x00</a>"):
        assert "«word/a.xml» non si legge" in refusal(with_parts({"word/a.xml": broken}))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("word/vbaProject.bin", "macro"), ("word/vbaData.xml", "macro"),
        ("word/embeddings/oleObject1.bin", "oggetti"), ("word/activeX/activeX1.xml", "oggetti"),
        ("word/embeddings/a.xml", "oggetti"), ("word/media/a.svg", "a.svg"),
        ("word/media/a.emf", "a.emf"), ("word/fonts/a.odttf", "caratteri"), ("a", "«a»"),
        ("word/afchunk.html", "afchunk"),
    ],
)  # fmt: skip
def test_only_text_and_pictures_stand_in_it(name: str, why: str) -> None:
    assert why in refusal(with_parts({name: b"<a/>"}))


def test_a_comment_of_xml_harms_nobody() -> None:
    for part, end in ((RELATIONS, "</Relationships>"), (TYPES, "</Types>"), (BODY, "<w:sectPr")):
        check_template(replaced(end, f"<!-- Salvato -->{end}", part))


def test_macros_are_refused_by_their_type_too() -> None:
    types = unzipped(default_template())[TYPES].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main",
        b"application/vnd.ms-word.document.macroEnabled.main",
    )
    assert "macro" in refusal(with_parts({TYPES: types}))


def test_a_part_is_what_its_type_says() -> None:
    """Word would read this picture as a header, with whatever stands in it."""
    header = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
    for said in (f'<Default Extension="PNG" ContentType="{header}"/>',
                 f'<Override PartName="/word/media/a.png" ContentType="{header}"/>'):  # fmt: skip
        content = replaced("</Types>", f"{said}</Types>", TYPES)
        assert "non è un documento di Word" in refusal(content)


@pytest.mark.parametrize("name", ["mailMerge", "altChunk", "subDoc", "object", "control"])
def test_nothing_active_stands_in_the_text(name: str) -> None:
    assert "stampa unione" in refusal(with_xml(f"<w:p><w:r><w:{name}/></w:r></w:p>"))


@pytest.mark.parametrize(
    ("kind", "target", "mode", "why"),
    [
        ("hyperlink", "https://example.org/", ' TargetMode="External"', "example.org"),
        ("image", "file:///etc/passwd", ' TargetMode="External"', "fuori dal file"),
        ("attachedTemplate", "x.dotm", ' TargetMode="external"', "fuori dal file"),
        ("image", "https://example.org/a.png", "", "fuori dal file"),
        ("attachedTemplate", "a.xml", "", "incorporato"),
        ("oleObject", "a.xml", "", "incorporato"),
        ("control", "a.xml", "", "incorporato"),
        ("aFChunk", "a.xml", "", "incorporato"),
        ("subDocument", "a.xml", "", "incorporato"),
    ],
)
def test_nothing_is_fetched_or_embedded(kind: str, target: str, mode: str, why: str) -> None:
    link = f'<Relationship Id="x9" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
    content = replaced("</Relationships>", f"{link}</Relationships>", RELATIONS)
    assert why in refusal(content)


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        ('<w:fldSimple w:instr=" DDEAUTO c:\\\\a b "/>', "DDEAUTO"),
        ('<w:fldSimple w:instr="{{ titolo }}"/>', "{{"),
        (FIELD.format("begin") + "<w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>"
         "PICTURE x</w:instrText></w:r>" + FIELD.format("end"), "INCLUDEPICTURE"),
        (FIELD.format("begin") * 2 + "<w:r><w:instrText>PAGE</w:instrText></w:r>"
         + FIELD.format("end") + "<w:r><w:instrText>c:\\a</w:instrText></w:r>"
         + FIELD.format("end"), "C:\\A"),
        (FIELD.format("begin") + "<w:r><w:instrText>PAGE </w:instrText></w:r>"
         + FIELD.format("begin") + "<w:r><w:instrText>DDE x</w:instrText></w:r>"
         + FIELD.format("end") * 2, "DDE"),
        ("<w:r><w:instrText>LINK x</w:instrText></w:r>", "LINK"),
    ],
)  # fmt: skip
def test_a_field_that_opens_files_is_refused(xml: str, name: str) -> None:
    assert f"il campo «{name}" in refusal(with_xml(f"<w:p>{xml}</w:p>"))


# What it must print

LEFT_OUT = {
    "avvisi": ("{{ a }}",),
    "testo": ("{% if b.inizio %}{{ b.inizio }} {% endif %}{{ b.testo }}",),
    "cifre": ("{{ v.valore }}",),
    "tabelle": ("{{ c.testo }}",),
    "verifica": ("{{ b.nota }}",),
}


@pytest.mark.parametrize(("what", "texts"), LEFT_OUT.items())
def test_a_template_that_leaves_something_out_is_refused(what: str, texts: tuple[str, ...]) -> None:
    assert len(REQUIRED) == len(LEFT_OUT)
    said = refusal(without(*texts))
    assert said.startswith("Il modello non stampa")
    assert what in said


def test_a_template_for_some_sections_only_is_refused() -> None:
    some = replaced("for s in sezioni", "for s in sezioni if s.chiave == 'richieste'")
    assert "non stampa" in refusal(some)


def test_placeholders_where_nothing_is_filled_are_refused() -> None:
    notes = '<w:p xmlns:w="{}"><w:t>{{{{ titolo }}}}</w:t></w:p>'.format(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    )
    relation = f'<Relationship Id="x9" Type="{OFFICE}/endnotes" Target="endnotes.xml"/>'
    parts = unzipped(replaced("</Relationships>", f"{relation}</Relationships>", RELATIONS))
    override = b'<Override PartName="/word/endnotes.xml" ContentType="application/xml"/></Types>'
    types = parts[TYPES].replace(b"</Types>", override)
    assert "dove non si riempiono" in refusal(
        zipped({**parts, TYPES: types, "word/endnotes.xml": notes.encode()})
    )


def test_words_outside_a_paragraph_are_refused() -> None:
    stray = with_xml("<w:tbl><w:tblGrid/>{%tr if definitiva %}</w:tbl>")
    assert refusal(stray)
    assert "fuori da un paragrafo" in refusal(with_xml("<w:p>{{ titolo }}</w:p>"))
