# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page, PDF, workbook, Word, CSV and JSON of one relazione carry the same figures."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portal.core.documents.document import Document
from portal.core.documents.tables import MARKS, Table, Value
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK, stamp_of
from portal.reports.editions.snapshot import thaw
from portal.reports.files import composed, draft, rendered
from portal.reports.relazione import assembly
from tests import seed
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.reports import readings
from tests.portal.reports.builds import Build
from tests.portal.reports.plans import draw_plan, record
from tests.portal.reports.readings import Lines
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
FILES = {
    "html": "relazione.html",
    "pdf": "relazione.pdf",
    "docx": "relazione.docx",
    "xlsx": "relazione.xlsx",
    "json": "relazione.json",
    "csv": "relazione.csv",
}
HALF_OF_THE_LAST_PLACE = Fraction(1, 2 * 10**6)


def test_an_edition_of_the_seed(
    seeded: World, at_desk: AtDesk, build: Build, client_of: ClientOf
) -> None:
    with at_desk(seeded.lucca):
        asked = editions.request_edition(DESK, period="2016-S1").id
    build(seeded.lucca, asked)
    with at_desk(seeded.lucca):
        edition = editions.get_edition(DESK, asked)
        forms = {
            form: editions.get_file(DESK, edition, name).content for form, name in FILES.items()
        }
        document = composed(thaw(edition.frozen), stamp_of(edition))
        known = [(now, then) for _code, now, then in seed.counts()]
    page = client_of(seeded.anna).get(f"/s/lucca/relazioni/edizioni/{asked}").text
    assert compare(document, page, forms) > 6 * 150
    topics, sexes = (table for table in document.tables if table.key in ("richieste", "sexes"))
    assert [row.cells[1:3] for row in topics.rows] == [*known, (214, 222)]
    assert [row.cells[1] for row in sexes.rows] == [67, 82, 0, 149]


def test_a_desk_of_which_everything_is_known(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    """Ages, homes, languages, and the fractions of a mean."""
    with at_desk(world.viareggio):
        record(draw_plan(5))
    with at_desk(world.viareggio):
        relazione = assembly.get_relazione(period="2016", baseline="media-3")
        forms = {form: rendered(relazione, format=form) for form in FILES}
        document = composed(relazione, draft())
    address = "/s/viareggio/relazioni/periodo?periodo=2016&confronto=media-3"
    page = client_of(world.fabio).get(address).text
    assert compare(document, page, forms) > 6 * 200


def compare(document: Document, page: str, forms: Mapping[str, bytes]) -> int:
    """How many cells were compared with what the document says.

    People read no line of which there is nothing to say; programs read every one.
    """
    paper, screen, compared = document.printed(), document.printed(details=True), 0
    for form, printed, read in (
        ("page", screen, readings.from_page(page, screen)),
        ("html", paper, readings.from_page(forms["html"].decode(), paper)),
        ("pdf", paper, readings.from_pdf(forms["pdf"], paper)),
        ("docx", paper, readings.from_docx(forms["docx"], paper)),
        ("xlsx", paper, readings.from_xlsx(forms["xlsx"], paper)),
    ):
        for table in printed.tables:
            assert read[table.key] == readings.shown(table), (form, table.key)
            compared += len(table.rows) * len(table.columns)
    tables = {table.key: table for table in document.tables}
    topics = tables["richieste"]
    for form, read in (
        ("json", readings.from_json(forms["json"], document)),
        ("csv", readings.from_csv(forms["csv"], topics)),
    ):
        for key, lines in read.items():
            compared += compare_exact(lines, tables[key], (form, key))
    return compared


def compare_exact(lines: Lines, table: Table, where: tuple[str, str]) -> int:
    """Programs read six places of each fraction, and nothing where nothing can be computed."""
    assert len(lines) == len(table.rows), where
    for line, row in zip(lines, table.rows, strict=True):
        for found, value in zip(line, row.cells, strict=True):
            assert _is_same(found, value), (*where, row.key, found, value)
    return len(table.rows) * len(table.columns)


def _is_same(found: Any, value: Value) -> bool:
    if value is None or value in MARKS:
        return found in (None, "", value)
    if isinstance(value, int | Fraction | Decimal):
        return abs(Fraction(found) - Fraction(value)) <= HALF_OF_THE_LAST_PLACE
    return bool(found == value)
