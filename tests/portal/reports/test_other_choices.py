# SPDX-License-Identifier: AGPL-3.0-or-later
"""The screen shows other choices than the edition: what is said, offered and compared then."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from bs4 import BeautifulSoup

from portal.core import clock
from portal.desks.actions import omit_from_report
from portal.desks.queries import get_desk
from portal.reports.relazione import manager_words
from portal.reports.relazione.model import Texts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build
from tests.portal.reports.test_choices import (
    EDITIONS,
    OLD_TABLE,
    PAGE,
    PERIOD,
    SEEN,
    approve,
    asked,
)
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]


def test_other_parts_on_the_screen_are_the_next_edition_and_then_a_correction(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    first = asked(at_desk, seeded, build, {})
    with at_desk(seeded.lucca):
        omit_from_report(get_desk(seeded.lucca.id), parts=["mesi"])
    client = client_of(seeded.anna)
    other = (
        "Sullo schermo hai altre scelte: a confronto con il I semestre 2015, prospetto completo,"
        " senza «Andamento mensile», con «Appendice: come si prova una variazione»."
    )
    panel = words(client.soup(PAGE).select_one("#edition"))
    assert other in panel
    assert "Costruisci l’edizione 2 con queste scelte" in panel
    # The old table has no such parts: there it is the layout alone that is another.
    assert "senza «" not in words(client.soup(SEEN).select_one("#edition"))
    second = asked(at_desk, seeded, build, {})
    assert second != first
    assert "altre scelte" not in words(client.soup(PAGE).select_one("#edition"))
    approve(at_desk, seeded, second)
    with at_desk(seeded.lucca, seeded.anna):
        manager_words.write_texts(
            period=PERIOD, texts=Texts("", "Scritto dopo."), seen_version=None
        )
    panel = words(client.soup(PAGE).select_one("#edition"))
    assert "prospetto completo, con un altro testo del responsabile." in panel
    assert "Rettifica con queste scelte…" in panel


def test_a_correction_of_the_choices_alone_changes_no_number(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    first = asked(at_desk, seeded, build, {})
    approve(at_desk, seeded, first)
    second = asked(at_desk, seeded, build, OLD_TABLE, reason="La Giunta vuole lo storico")
    client = client_of(seeded.anna)
    changes = words(client.soup(f"{EDITIONS}/{second}").select_one("[aria-labelledby=differenze]"))
    assert "Nessun conteggio del periodo è diverso." in changes
    assert "Prima: a confronto con il I semestre 2015, prospetto completo." in changes
    assert "Ora: senza confronto, prospetto storico." in changes
    with at_desk(seeded.lucca):
        visits.record_visit(facts=VisitFacts(date(2016, 5, 3), ("CIT",)))
    # What came after the approval is told whatever is chosen on the screen.
    for chosen in (SEEN, f"{PAGE}&confronto=2015&prospetto=moderno"):
        late = client.soup(chosen).select_one(".late")
        lines = [words(row) for row in late.select("tr") if "Richieste per" in words(row)]
        assert [line.partition("Cittadinanza, ")[2] for line in lines] == [
            "richieste 55 56", "di cui senza nome 0 1",
        ], chosen  # fmt: skip


def test_a_period_still_open_is_read_and_offered_for_no_edition(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    client = client_of(seeded.anna)
    page = f"{PAGE}&confronto=altro&altro=2016-S2"
    with clock.stopped_at(datetime(2016, 8, 1, 9, tzinfo=UTC)):
        for edition in ("none", "ready", "approved"):
            read = client.soup(page)
            panel = read.select_one("#edition")
            assert not read.select(".late"), "half of the days is no correction"
            assert "quel periodo non è ancora finito" in words(panel), edition
            assert not panel.select("form[action$=edizioni], a[href*='rettifica?']"), edition
            if edition == "none":
                first = asked(at_desk, seeded, build, {})
            elif edition == "ready":
                approve(at_desk, seeded, first)


def test_a_refused_period_leaves_the_layout_as_it_was_asked(
    seeded: World, client_of: ClientOf
) -> None:
    answer = client_of(seeded.anna).get(f"{PAGE}&confronto=altro&altro=pippo&prospetto=storico")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.data, "html.parser")
    assert page.select_one("#tabella-prospetto") is not None
    (chosen,) = page.select("[name=prospetto] [selected], [name=prospetto][checked]")
    assert chosen["value"] == "storico"


def test_figures_are_explained_whichever_layout_was_chosen_last(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    asked(at_desk, seeded, build, OLD_TABLE)
    client = client_of(seeded.anna)
    page = client.soup(f"{PAGE}&confronto=anno-prima&prospetto=moderno")
    links = [link["href"] for link in page.select("a[href*=perche]")]
    assert len(links) > 20
    why = client.soup(links[0])
    back = next(link["href"] for link in why.select("a[href*='relazioni/periodo?']"))
    assert "prospetto=moderno" in back
    assert "confronto=anno-prima" in back
    assert client.get(links[0].replace("prospetto=moderno", "")).status_code == 200
