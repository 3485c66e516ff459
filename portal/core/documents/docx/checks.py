# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether an uploaded template can be used: what is wrong is said in one sentence.

The file is a zip of XML that somebody else wrote. It is weighed before it is opened, and nothing
may stand in it that fetches, runs or embeds; then it must print a sample whole before any relazione
is entrusted to it.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from docx.oxml.ns import qn
from flask_babel import gettext as _
from lxml import etree

from portal.core.documents.docx.filling import docx_bytes, words_in
from portal.core.documents.docx.package import CONTENT_TYPES, unzipped
from portal.core.documents.docx.samples import PNG, REQUIRED, sample
from portal.core.documents.docx.sandbox import refused
from portal.core.errors import Refusal
from portal.core.italy.formats import shown
from portal.core.uploads import LARGEST_TEMPLATE, LARGEST_TEMPLATE_MB

LARGEST_UNZIPPED, LARGEST_XML = 20_000_000, 1_000_000
MOST_PARTS = 200
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XML = frozenset({"xml", "rels"})
PICTURES = frozenset({"png", "jpg", "jpeg", "gif"})
# Of a kind of relationship, the last word: what it brings is run, opened or merged in.
EMBEDDING = frozenset({
    "attachedTemplate", "vbaProject", "wordVbaData", "oleObject", "package", "control",
    "activeXControlBinary", "aFChunk", "subDocument", "frame", "mailMergeSource",
    "mailMergeHeaderSource", "recipientData", "externalLink", "extensibility",
})  # fmt: skip
ACTIVE = tuple(qn(f"w:{name}") for name in ("mailMerge", "altChunk", "subDoc", "object", "control"))
FIELDS = ("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "STYLEREF", "REF", "PAGEREF", "SEQ", "TOC")
"""What a word processor may work out by itself; other fields open files or run programs."""
WORD_NAMESPACE = qn("w:t").removesuffix("t")
TEXTS = frozenset({qn("w:t"), qn("w:instrText"), qn("w:delText"), qn("w:delInstrText")})
Tree = Any


def check_template(content: bytes) -> None:
    """Refuse a template that could not print a relazione, or could do anything else."""
    parts = _parts(content)
    for name in parts:
        _check_name(name)
    trees = {name: _tree(name, part) for name, part in parts.items() if _ending(name) in XML}
    _check_types(trees[CONTENT_TYPES])
    for name, tree in trees.items():
        if _ending(name) == "rels":
            _check_relationships(tree)
        _check_elements(tree)
        _check_fields(tree)
    _check_sample(content)


# The zip


def _parts(content: bytes) -> dict[str, bytes]:
    if len(content) > LARGEST_TEMPLATE:
        raise refused(
            _("Il modello è troppo grande: al massimo %(limit)s MB.", limit=LARGEST_TEMPLATE_MB)
        )
    try:
        with ZipFile(BytesIO(content)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            _weigh(entries)
            # What an entry says of its size is also the most that is read of it.
            parts = {entry.filename: packed.read(entry) for entry in entries}
    except (BadZipFile, ZlibError, EOFError, RuntimeError, ValueError) as error:
        raise _not_a_document() from error
    if CONTENT_TYPES not in parts:
        raise _not_a_document()
    return parts


def _weigh(entries: list[ZipInfo]) -> None:
    # Names that differ in capitals alone are one name to Word.
    sizes = {entry.filename.lower(): entry.file_size for entry in entries}
    largest_xml = max((size for name, size in sizes.items() if _ending(name) in XML), default=0)
    if len(sizes) > MOST_PARTS or sum(sizes.values()) > LARGEST_UNZIPPED:
        raise refused(_("Il modello, una volta aperto, è troppo grande: al massimo 20 MB in 200 "
                        "parti."))  # fmt: skip
    if largest_xml > LARGEST_XML:
        raise refused(_("Il modello contiene troppo testo: al massimo 1 MB per parte."))
    ways = {entry.compress_type for entry in entries}
    # Of two parts with one name, the check and Word might read each its own.
    if len(sizes) != len(entries) or not ways <= {ZIP_STORED, ZIP_DEFLATED}:
        raise _not_a_document()
    if any(entry.flag_bits & 1 for entry in entries):
        raise refused(_("Il modello è protetto da una password: toglila e caricalo di nuovo."))


def _not_a_document() -> Refusal:
    return refused(_("Il file non è un documento di Word: salvalo come .docx e caricalo di nuovo."))


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _check_name(name: str) -> None:
    small = name.lower()
    if "vba" in small:
        raise _has_macros()
    if _ending(name) not in XML | PICTURES or "activex" in small or "embeddings" in small:
        raise refused(
            _("Il modello contiene «%(part)s»: possono starci solo testo e immagini PNG, JPEG o "
              "GIF, senza oggetti, controlli o caratteri incorporati."), part=shown(name, 60),
        )  # fmt: skip


def _has_macros() -> Refusal:
    return refused(_("Il modello contiene macro: salvalo come .docx, che non ne ha."))


# The parts


def _tree(name: str, part: bytes) -> Tree:
    """A part without entities of its own: a few letters of those can stand for gigabytes."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(part, True)
        reader = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(part, reader)
    except (expat.ExpatError, etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise refused(_("Il modello è danneggiato: la parte «%(part)s» non si legge."),
                      part=shown(name, 60)) from error  # fmt: skip


def _refuse_doctype(*_declared: Any) -> None:
    raise refused(_("Il modello dichiara entità XML (DOCTYPE), che in un documento di Word non "
                    "servono: salvalo di nuovo con il tuo programma."))  # fmt: skip


def _check_types(tree: Tree) -> None:
    types = set()
    for element in tree.iterchildren(etree.Element):
        said = element.get("ContentType", "")
        if "macroEnabled" in said or "vbaProject" in said:
            raise _has_macros()
        # Word goes by the type of a part, whatever its name.
        ending = element.get("Extension", "").lower() or _ending(element.get("PartName", ""))
        if ending in PICTURES and not said.startswith("image/"):
            raise _not_a_document()
        types.add(said)
    if MAIN not in types:
        raise _not_a_document()


def _check_relationships(tree: Tree) -> None:
    for relation in tree.iterchildren(etree.Element):
        target, kind = relation.get("Target", ""), relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode", "").lower() == "external" or ":" in target:
            raise refused(
                _("Il modello si collega a «%(target)s», fuori dal file: togli il collegamento, "
                  "l’indirizzo può restare come testo."), target=shown(target, 60),
            )  # fmt: skip
        if kind in EMBEDDING:
            raise refused(
                _("Il modello contiene un oggetto incorporato («%(target)s»): toglilo."),
                target=shown(target, 60),
            )  # fmt: skip


def _check_elements(tree: Tree) -> None:
    if next(tree.iter(*ACTIVE), None) is not None:
        raise refused(_("Il modello contiene un oggetto incorporato o una stampa unione: toglili."))


def _check_fields(tree: Tree) -> None:
    for field in _fields(tree):
        name = (field.split() or [""])[0].upper()
        if name not in FIELDS:
            raise refused(
                _("Il modello contiene il campo «%(field)s»: si possono usare solo %(known)s."),
                field=shown(name), known=", ".join(FIELDS),
            )  # fmt: skip


def _fields(tree: Tree) -> Iterator[str]:
    """What each field says, without the fields within it."""
    open_fields: list[str] = []
    for element in tree.iter(qn("w:fldSimple"), qn("w:fldChar"), qn("w:instrText")):
        kind = element.get(qn("w:fldCharType"))
        if element.tag == qn("w:fldSimple"):
            yield element.get(qn("w:instr"), "")
        elif element.tag == qn("w:instrText"):
            open_fields = open_fields or [""]
            open_fields[-1] += element.text or ""
        elif kind == "begin":
            open_fields.append("")
        elif kind == "end" and open_fields:
            yield open_fields.pop()
    yield from open_fields


# The sample


def _check_sample(content: bytes) -> None:
    for is_final in (True, False):
        try:
            made = docx_bytes(sample(is_final=is_final), template=content, pictures=lambda _: PNG)
        except Refusal:
            raise
        except Exception as error:
            # A file in the hands of whoever made it breaks the libraries in ways without number.
            raise refused(
                _("Il modello non si riesce a riempire: salvalo di nuovo come .docx con Word o "
                  "LibreOffice e ricaricalo.")
            ) from error  # fmt: skip
        _check_printed(unzipped(made))


def _check_printed(parts: dict[str, bytes]) -> None:
    trees = {name: etree.fromstring(part) for name, part in parts.items()
             if name.startswith("word/") and name.endswith(".xml")}  # fmt: skip
    text = " ".join(words_in(tree) for tree in trees.values())
    for tree in trees.values():
        _check_places(tree)
    if "{{" in text or "{%" in text:
        raise refused(_("Il modello ha segnaposto dove non si riempiono: scrivili nel testo, "
                        "nell’intestazione o nel piè di pagina."))  # fmt: skip
    for what, words in REQUIRED:
        if not all(word in text for word in words):
            raise refused(_("Il modello non stampa %(what)s: riprendi quella parte dal modello "
                            "del portale."), what=what)  # fmt: skip


def _check_places(tree: Tree) -> None:
    """Word opens no file with words outside a paragraph."""
    for element in tree.iter(f"{WORD_NAMESPACE}*"):
        stray = (element.text or "") if element.tag not in TEXTS else ""
        if (stray + (element.tail or "")).strip():
            raise refused(
                _("Il modello stampa «%(text)s» fuori da un paragrafo: scrivi {{ … }} senza p, r, "
                  "tr o tc."), text=shown(stray + (element.tail or "")),
            )  # fmt: skip
