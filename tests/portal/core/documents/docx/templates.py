# SPDX-License-Identifier: AGPL-3.0-or-later
"""Word templates as somebody may upload them: what is made with them, what is said of them."""

from collections.abc import Callable, Mapping
from io import BytesIO

import docx
import pytest
from docx.document import Document as WordDocument

from portal.core.documents.document import Document
from portal.core.documents.docx import check_template, default_template
from portal.core.documents.docx.package import unzipped, zipped
from portal.core.errors import Refusal
from tests.portal.core.documents.paper import in_word

BODY = "word/document.xml"


def refusal(content: bytes) -> str:
    """What is said of a template, in one sentence, beside its field."""
    with pytest.raises(Refusal) as caught:
        check_template(content)
    sentence = caught.value.sentence
    assert caught.value.field == "template"
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 420
    return sentence


def with_parts(parts: Mapping[str, bytes]) -> bytes:
    return zipped({**unzipped(default_template()), **parts})


def replaced(old: str, new: str, part: str = BODY) -> bytes:
    """The portal's template with something else in a part."""
    text = unzipped(default_template())[part].decode()
    assert old in text
    return with_parts({part: text.replace(old, new).encode()})


def with_paragraph(text: str) -> bytes:
    """With a line more, in which Word would write the same signs."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return with_xml(f"<w:p><w:r><w:t>{safe}</w:t></w:r></w:p>")


def with_xml(xml: str) -> bytes:
    return replaced("<w:sectPr", f"{xml}<w:sectPr")


def edited(change: Callable[[WordDocument], object]) -> bytes:
    """The portal's template as an office sends it back."""
    opened = docx.Document(BytesIO(default_template()))
    change(opened)
    out = BytesIO()
    opened.save(out)
    return out.getvalue()


def word(one: Document, template: bytes | None = None) -> WordDocument:
    return docx.Document(BytesIO(in_word(one, template)))


def cells(opened: WordDocument, number: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in opened.tables[number].rows]


def said(opened: WordDocument) -> list[str]:
    """The paragraphs outside tables, without those that only keep a distance."""
    return [one.text for one in opened.paragraphs if one.text]
