# SPDX-License-Identifier: AGPL-3.0-or-later
"""What readers are told of a variation: on the page, on paper, by e-mail, in files, for ever."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from portal.core.italy.periods import parse_period
from portal.desks.actions import omit_from_report
from portal.desks.queries import get_desk
from portal.mailings.letters import EditionFacts, relazione_letter
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import snapshot
from portal.reports.files import composed, draft
from portal.reports.inference import Basis, Change, Finding, Inference
from portal.reports.measures import count_asking
from portal.reports.relazione.assembly import get_relazione
from portal.reports.relazione.model import Relazione
from portal.reports.sections import verdicts
from portal.reports.sections.topic_tables import as_json, modern_table
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Someone, World

PAGE = "/s/lucca/relazioni/periodo?periodo=2016-S1"
VERDICT = (
    "Nessuna delle 14 variazioni si distingue dal caso. La più netta è Cittadinanza: 55"
    " richieste; con questi utenti ne servivano almeno 61 per dire «in aumento»."
)
ASSUMED = "Del I semestre 2015 si conoscono solo i totali. Si assume che"


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_seed_is_told_the_same_everywhere(
    app: Flask, seeded: World, at_desk: AtDesk, client_of: Callable[[Someone], PortalClient]
) -> None:
    client = client_of(seeded.bruno)
    page = client.soup(PAGE)
    said = squeezed(page.text)
    assert VERDICT in said
    assert ASSUMED in said
    cells = page.select("#tabella-richieste td:last-child")
    words = [cell.text.strip() for cell in cells]
    assert words.count("non distinguibile dal caso") == words.count("dati insufficienti") == 6
    assert "—" not in words, "of what nobody asked for only the names are printed"
    assert "in aumento" not in words
    folded = page.select_one("details.folded:has(#tabella-intervalli)")
    assert folded is not None
    assert "−2,7" in folded.text
    assert "0,223" not in folded.text, "the chances are in the appendix, which is off"
    assert not page.select("#appendice, #tabella-probabilita")
    assert not re.search("Benjamini|ispersione|p corretto", said)
    why = squeezed(client.soup(
        "/s/lucca/relazioni/perche?periodo=2016-S1&tabella=richieste&riga=CIT").text)  # fmt: skip
    assert "da −2,7 a +33,9 punti" in why
    assert "p =" not in why
    row = json.loads(client.get("/s/lucca/relazioni/file.json?periodo=2016-S1").data)["rows"][0]
    assert (row["change"], row["low"], row["high"]) == ("chance", "-2.664482", "33.927762")
    assert row["p_adjusted"] == "0.222592"
    with at_desk(seeded.lucca):
        relazione = get_relazione(period="2016-S1")
        frozen = json.loads(json.dumps(snapshot.freeze("2016-S1", "2015-S1")))
    assert snapshot.thaw(frozen).inference == relazione.inference
    with app.app_context():
        letter = relazione_letter(
            relazione, FACTS, to="sindaco@example.org", message_id="a@b.example"
        )
    assert VERDICT in squeezed(letter.text)
    assert VERDICT in squeezed(letter.html)
    assert letter.text.count("non distinguibile dal caso") == 6


def test_an_edition_from_before_the_findings_has_none(seeded: World, at_desk: AtDesk) -> None:
    with at_desk(seeded.lucca):
        frozen = json.loads(json.dumps(snapshot.freeze("2016-S1", "2015-S1")))
    del frozen["inference"]
    old = snapshot.thaw(frozen)
    assert old.inference is None
    assert [column.key for column in modern_table(old).columns][-1] == "variation"


def test_who_checks_has_the_methods_in_an_appendix(
    seeded: World, at_desk: AtDesk, client_of: Callable[[Someone], PortalClient]
) -> None:
    with at_desk(seeded.lucca):
        desk = get_desk(seeded.lucca.id)
        assert desk.report_omits == ["appendice"]
        omit_from_report(desk, parts=[])
    client = client_of(seeded.bruno)
    page = client.soup(PAGE)
    appendix = page.select_one("section[aria-labelledby=appendice]")
    assert appendix is not None
    said = squeezed(appendix.text)
    assert "Benjamini e Hochberg" in said
    assert "Dispersione. 1,00: 1 vuol dire" in said
    assert "0,223" in said
    why = squeezed(client.soup(
        "/s/lucca/relazioni/perche?periodo=2016-S1&tabella=richieste&riga=CIT").text)  # fmt: skip
    assert "corretta per il numero di righe, 0,223" in why


FACTS = EditionFacts(1, None, "", date(2016, 7, 4), "Anna Bianchi", "https://portale.example/x")


LINES = {code: code for code in ("CIT", "LAV", "FOR")}


def test_who_asks_again_is_counted_once_for_each_number_of_times(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        for topics in (("CIT",), ("CIT", "CIT", "LAV"), ("CIT", "CIT")):
            person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
            visits.record_visit(facts=VisitFacts(date(2016, 2, 3), topics, person.id))
        visits.record_visit(facts=VisitFacts(date(2016, 6, 30), ("LAV",), person.id))
        visits.record_visit(facts=VisitFacts(date(2016, 7, 1), ("CIT",), person.id))
        visits.record_visit(facts=VisitFacts(date(2016, 2, 3), ("CIT", "FOR")))
        assert count_asking([parse_period("2016-S1")], LINES) == [
            {"CIT": {1: 1, 2: 2}, "LAV": {1: 2}}
        ]
        relazione = get_relazione(period="2016-S1", baseline="2016-S2")
    assert relazione.inference is not None
    assert relazione.inference.basis is Basis.RECORDS
    assert relazione.inference.anonymous == 2
    assert relazione.inference.findings["CIT"].count == 5
    assert "FOR" not in relazione.inference.findings
    told = " ".join(verdicts.assumptions(relazione))
    assert "2 richieste anonime restano fuori dalla prova" in told
    row = next(row for row in relazione.rows if row.code == "FOR")
    assert verdicts.outcome(relazione, row) is None


def test_periods_of_unequal_length_are_not_tried(few: World, at_desk: AtDesk) -> None:
    with at_desk(few.lucca):
        relazione = get_relazione(period="2016-S1", baseline="2016")
    assert relazione.inference is None
    assert verdicts.verdict(relazione) == ("", "")
    assert as_json(relazione)["rows"][0]["change"] is None


def test_a_handful_of_enquiries_is_said_to_be_too_few(few: World, at_desk: AtDesk) -> None:
    with at_desk(few.lucca):
        relazione = get_relazione(period="2016-S1", baseline="2016-S1")
    assert relazione.inference is not None
    assert {one.change for one in relazione.inference.findings.values()} == {Change.INSUFFICIENT}
    assert verdicts.verdict(relazione)[0].startswith("Le richieste sono troppo poche")


def finding(change: Change, difference: str, **more: Any) -> Finding:
    zero = Decimal(0)
    values = {"low": zero, "high": zero, "p": zero, "p_adjusted": zero, "count": 9, "baseline": 5,
              "needed_up": 20, "needed_down": None}  # fmt: skip
    return Finding(change=change, difference=Decimal(difference), **(values | more))


@pytest.fixture
def relazione(few: World, at_desk: AtDesk) -> Relazione:
    with at_desk(few.lucca):
        return get_relazione(period="2016-S1", baseline="2016-S1")


def test_a_change_that_was_found_comes_first(relazione: Relazione) -> None:
    one = {"CIT": finding(Change.UP, "9"), "LAV": finding(Change.CHANCE, "1")}
    told = replace(relazione, inference=Inference(Basis.RECORDS, Decimal(1), one))
    whole = len(told.rows)
    assert verdicts.verdict(told)[0] == (
        f"Una variazione su {whole} non si spiega con il caso: Cittadinanza, in aumento."
    )
    both = one | {"LAV": finding(Change.DOWN, "-3")}
    told = replace(relazione, inference=Inference(Basis.RECORDS, Decimal(1), both))
    assert "Informazioni sul lavoro, in calo" in verdicts.verdict(told)[0]
    outcomes = {row.key: row.cells[-1] for row in modern_table(told).rows}
    assert (outcomes["CIT"], outcomes["LAV"]) == ("▲ in aumento", "▼ in calo")
    said = composed(told, draft())
    assert [section.key for section in said.sections][-2:] == ["prova", "come-si-conta"]


def test_a_fall_says_how_few_would_have_been_needed(relazione: Relazione) -> None:
    down = finding(Change.CHANCE, "-4", needed_down=2)
    told = replace(relazione, inference=Inference(Basis.RECORDS, Decimal(1), {"CIT": down}))
    assert verdicts.verdict(told)[1].endswith("dovevano essere al massimo 2 per dire «in calo».")
    none = replace(down, needed_down=None)
    told = replace(relazione, inference=Inference(Basis.BARE, None, {"CIT": none}))
    assert verdicts.verdict(told)[1] == ""
    assert "Dei due periodi si conoscono solo i totali" in verdicts.assumptions(told)[0]
