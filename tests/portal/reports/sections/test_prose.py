# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentences of a relazione, in Italian that also holds for none, one and unknown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from portal.core.italy.periods import Period, parse_period
from portal.reports.relazione.baselines import Baseline
from portal.reports.relazione.model import Counts, Relazione, services_per_user, topic_rows
from portal.reports.sections import notices, prose
from portal.reports.sections.method import how_counted
from portal.reports.sections.topic_tables import modern_table, tables_json

S = "\u00a0"


def counts(
    users: int | None, services: int, sexes: Mapping[str, int] | None = None, anonymous: int = 0
) -> Counts:
    return Counts(users, sexes, users, anonymous, {"CIT": services})


def relazione(
    current: Counts,
    baseline: Counts | None,
    period: Period | None = None,
    baseline_period: Period | None = None,
) -> Relazione:
    period = period or parse_period("2016-S1")
    return Relazione(
        desk_name="Centro servizi",
        desk_slug="centro-servizi",
        period=period,
        against=Baseline((baseline_period or period.baseline(),)),
        current=current,
        baseline=baseline,
        rows=topic_rows([("CIT", "Cittadinanza")], current, baseline),
        historical=(),
        taxonomy_version="1",
    )


SEED = relazione(counts(149, 214, {"F": 67, "M": 82}), counts(172, 222))


def test_the_synthesis_of_the_seed() -> None:
    assert prose.synthesis(SEED) == [
        "Nel periodo 1° gennaio – 30 giugno 2016 lo sportello ha erogato 214 servizi a 149 utenti "
        f"(67 donne, pari al 45,0{S}%, e 82 uomini, pari al 55,0{S}%).",
        "Rispetto allo stesso periodo del 2015 gli utenti sono passati da 172 a 149 "
        "e i servizi da 222 a 214.",
    ]


@pytest.mark.parametrize(
    ("current", "text"),
    [
        (counts(0, 0), "non ha avuto utenti e non ha erogato servizi."),
        (counts(1, 1, {"F": 1}), "ha erogato 1 servizio a 1 utente (1 donna)."),
        (counts(1, 1, {"M": 1}), "ha erogato 1 servizio a 1 utente (1 uomo)."),
        (counts(2, 0, {"M": 2}), "ha accolto 2 utenti (2 uomini) senza erogare servizi."),
        (counts(0, 3), "ha erogato 3 servizi, solo a contatti anonimi."),
        (
            counts(None, 214),
            "ha erogato 214 servizi; il numero degli utenti non è stato rilevato.",
        ),
        (counts(1000, 1500), "ha erogato 1.500 servizi a 1.000 utenti."),
        (
            counts(100, 5, {"F": 88, "M": 11, "X": 1}),
            f"a 100 utenti (88 donne, pari all’88,0{S}%, 11 uomini, pari all’11,0{S}%, "
            f"e 1 persona con sesso X, pari all’1,0{S}%).",
        ),
        (
            counts(200, 5, {"F": 199, "X": 0}),
            f"(199 donne, pari al 99,5{S}%, e 1 persona con sesso non indicato, "
            f"pari allo 0,5{S}%).",
        ),
        (
            counts(10, 5, {"F": 5, "M": 0, "X": 1}),
            f"e 5 persone con sesso X o non indicato, pari al 50,0{S}%).",
        ),
    ],
)
def test_what_was_done(current: Counts, text: str) -> None:
    assert prose.synthesis(relazione(current, None))[0].endswith(text)


@pytest.mark.parametrize(
    ("current", "baseline", "text"),
    [
        (counts(5, 9), None, "Non ci sono dati per un confronto con lo stesso periodo del 2015."),
        (
            counts(5, 9),
            counts(5, 7),
            "gli utenti sono rimasti 5 e i servizi sono passati da 7 a 9.",
        ),
        (
            counts(5, 9),
            counts(4, 9),
            "gli utenti sono passati da 4 a 5 e i servizi sono rimasti 9.",
        ),
        (
            counts(1, 0),
            counts(1, 0),
            "il numero degli utenti è rimasto 1 e il numero dei servizi è rimasto 0.",
        ),
        (
            counts(5, 9),
            counts(None, 7),
            "i servizi sono passati da 7 a 9; gli utenti di allora non sono stati rilevati.",
        ),
        (counts(None, 9), counts(5, 7), "2015 i servizi sono passati da 7 a 9."),
    ],
)
def test_how_it_compares(current: Counts, baseline: Counts | None, text: str) -> None:
    assert prose.synthesis(relazione(current, baseline))[1].endswith(text)


@pytest.mark.parametrize(
    ("period", "baseline", "start"),
    [
        ("2016", None, "Rispetto al 2015 gli"),
        ("2016/2017", None, "Rispetto all’anno scolastico 2015/2016 gli"),
        ("2016-05", None, "Rispetto allo stesso periodo del 2015 gli"),
        ("2016-05", "2016-04", "Rispetto ad aprile 2016 gli"),
        ("2016-06", "2016-05", "Rispetto a maggio 2016 gli"),
        ("2016-S1", "2015-S2", "Rispetto al II semestre 2015 gli"),
        ("2016-S1", "2015", "Rispetto al 2015 gli"),
        ("2016-11-01..2017-02-10", None, "Rispetto allo stesso periodo di un anno prima gli"),
        (
            "2016-S1",
            "2015-03-08..2015-03-11",
            "Rispetto al periodo dall’8 all’11 marzo 2015 gli",
        ),
        ("2016-S1", "2015-03-08..2015-03-08", "Rispetto al giorno 08/03/2015 gli"),
    ],
)
def test_the_earlier_period_is_named(period: str, baseline: str | None, start: str) -> None:
    value = relazione(
        counts(5, 9),
        counts(4, 7),
        parse_period(period),
        parse_period(baseline) if baseline else None,
    )
    assert prose.synthesis(value)[1].startswith(start)


def test_an_open_period_says_up_to_when() -> None:
    window = parse_period("2026-S2").cut(date(2026, 11, 23))
    value = relazione(counts(5, 9), counts(4, 7), window)
    first, second = prose.synthesis(value)
    assert first.startswith("Nel periodo 1° luglio – 23 novembre 2026 lo sportello")
    assert second.startswith("Rispetto agli stessi giorni del 2025 gli utenti")
    assert notices.partial_notice(value) == (
        "Dati parziali al 23/11/2026, a confronto con gli stessi giorni del 2025."
    )
    school = parse_period("2026/2027").cut(date(2026, 11, 23))
    assert prose.compared_with(relazione(counts(5, 9), None, school)) == (
        "gli stessi giorni dell’anno scolastico 2025/2026"
    )
    assert notices.partial_notice(SEED) is None


def test_anonymous_contacts_are_said_only_when_there_are_some() -> None:
    assert len(prose.synthesis(SEED)) == 2
    assert prose.synthesis(relazione(counts(5, 9, anonymous=1), None))[2] == (
        "Un accesso è stato anonimo: conta tra i servizi, non tra gli utenti."
    )
    assert prose.synthesis(relazione(counts(5, 9, anonymous=1200), None))[2] == (
        "1.200 accessi sono stati anonimi: contano tra i servizi, non tra gli utenti."
    )


def test_unequal_lengths_are_said() -> None:
    value = relazione(counts(5, 9), counts(4, 7), None, parse_period("2015"))
    assert notices.length_notice(value) == "I due periodi hanno durata diversa (6 e 12 mesi)."
    days = relazione(counts(5, 9), None, None, parse_period("2015-03-01..2015-03-15"))
    assert notices.length_notice(days) == "I due periodi hanno durata diversa (182 e 15 giorni)."
    assert notices.length_notice(SEED) is None


def test_the_foot_says_whether_the_rows_add_up() -> None:
    topics = [("CIT", "Cittadinanza"), ("CAS", "Problema Casa")]
    full = replace(SEED, rows=topic_rows(topics, SEED.current, SEED.baseline))
    assert notices.reconciliation(full) == "✓ La riga corrisponde al totale 214 e 222."
    alone = replace(full, rows=topic_rows(topics, SEED.current, None), baseline=None)
    assert notices.reconciliation(alone) == "✓ La riga corrisponde al totale 214."
    first = replace(full.rows[0], count=213)
    short = replace(full, rows=(first, full.rows[1]))
    assert notices.reconciliation(short) == "✗ Le righe sommano a 213, il totale è 214."
    earlier = replace(full.rows[0], baseline=221)
    assert notices.reconciliation(replace(full, rows=(earlier, full.rows[1]))) == (
        "✗ Le righe sommano a 221, il totale è 222."
    )


def test_where_no_total_is_known_the_foot_says_nothing() -> None:
    untold = replace(counts(300, 0), topics={}, knows_topics=False)
    alone = relazione(untold, None)
    assert notices.reconciliation(alone) == ""
    for beside in (alone, relazione(untold, untold), alone.alone()):
        assert modern_table(beside).check is None
        assert tables_json([modern_table(beside)])["richieste"]["reconciles"] is None
    table = modern_table(relazione(untold, counts(172, 222)))
    assert table.check
    assert table.check.text == "✓ La riga corrisponde al totale 222."


def test_rates_have_their_base_and_pass_100_only_where_they_do() -> None:
    assert "(149 e 172); la somma supera 100" in notices.table_note(SEED)
    few = notices.table_note(relazione(counts(10, 9), None))
    assert few == "Ogni 100 utenti: richieste divise per gli utenti del periodo (10)."
    assert services_per_user(SEED.current) == Fraction(214, 149)
    assert services_per_user(counts(0, 3)) is None


def test_how_it_is_counted_explains_the_order_of_the_arithmetic() -> None:
    paragraphs = dict(how_counted())
    assert "Prima la differenza, poi un solo arrotondamento." in paragraphs["Variazione."]
    assert "non si sommano" in paragraphs["Utenti."]
