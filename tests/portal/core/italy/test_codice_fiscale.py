# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tax codes are read as the registry means them, and a disagreement is said, never imposed."""

import re
from datetime import UTC, date, datetime

import pytest
from stdnum.it.codicefiscale import calc_check_digit

from portal.core import clock
from portal.core.italy.codice_fiscale import contradictions, read_codice_fiscale
from portal.core.italy.formats import PartialDate


def completed(first_fifteen: str) -> str:
    return first_fifteen + calc_check_digit(first_fifteen)


@pytest.mark.parametrize(
    ("text", "kind", "sex", "birth", "place"),
    [
        ("RSSMRA80A01E715J", "alphanumeric", "M", date(1980, 1, 1), "Lucca"),
        ("rssmra80a01e715j", "alphanumeric", "M", date(1980, 1, 1), "Lucca"),
        (" RSS MRA 80A01 E715J ", "alphanumeric", "M", date(1980, 1, 1), "Lucca"),
        ("LMRFMZ90C55Z330W", "alphanumeric", "F", date(1990, 3, 15), "Marocco"),
        ("LMRFMZ90C55Z33LZ", "omocode", "F", date(1990, 3, 15), "Marocco"),
        ("LMRFMZ90CR5Z330I", "omocode", "F", date(1990, 3, 15), "Marocco"),
        ("LMRFMZVLCRRZPPLO", "omocode", "F", date(1990, 3, 15), "Marocco"),
        ("PPSNIO85L03Z129D", "alphanumeric", "M", date(1985, 7, 3), "Romania"),
        ("HXHRBN75T31Z100W", "alphanumeric", "M", date(1975, 12, 31), "Albania"),
        ("FRNNWN82B02Z209T", "alphanumeric", "M", date(1982, 2, 2), "Sri Lanka"),
        ("SNGXXX82B02Z222S", "alphanumeric", "M", date(1982, 2, 2), "India"),
        ("VNVLNO70B42Z138V", "alphanumeric", "F", date(1970, 2, 2), "Ucraina"),
        (
            "VNVLNO70B42Z135P",
            "alphanumeric",
            "F",
            date(1970, 2, 2),
            "Unione Repubbliche Socialiste Sovietiche",
        ),
    ],
)
def test_valid_codes(text: str, kind: str, sex: str, birth: date, place: str) -> None:
    code = read_codice_fiscale(text)
    assert (code.kind, code.sex, code.birth_date) == (kind, sex, birth)
    assert code.birthplace is not None
    assert code.birthplace.name == place
    assert code.text == text.upper().replace(" ", "")


def test_a_provisional_code_says_nothing_of_its_bearer() -> None:
    code = read_codice_fiscale("00743110157")
    assert (code.kind, code.birth_date, code.sex, code.birthplace) == (
        "provisional", None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "RSSMRA80A01E715",
            "Il codice fiscale ha 15 caratteri: ne servono 16 (oppure 11 cifre se provvisorio)",
        ),
        (
            "R",
            "Il codice fiscale ha un carattere: ne servono 16 (oppure 11 cifre se provvisorio)",
        ),
        ("", "Scrivi il codice fiscale"),
        ("RSSMRA80A01E715K", "L’ultima lettera del codice fiscale non torna: ricontrollalo"),
        ("RSSMRA80B30E715M", "Il codice fiscale indica una data di nascita che non esiste"),
        (
            "RSSMRA80A01Z999Y",
            "Il codice fiscale indica un luogo di nascita che non esiste (Z999)",
        ),
        (
            completed("RSSMRA90D12M347"),
            "Il luogo di nascita nel codice (M347) non esisteva il 12/04/1990",
        ),
        (
            "1SSMRA80A01E715J",
            "Il codice fiscale ha lettere o cifre al posto sbagliato: ricontrollalo",
        ),
        (
            "RSSMRA80A01E71٥J",
            "Il codice fiscale ha lettere o cifre al posto sbagliato: ricontrollalo",
        ),
        ("00743110158", "Il codice provvisorio non è giusto: controlla le 11 cifre"),
        ("12345678903", "Il codice provvisorio non è giusto: l’ufficio indicato non esiste"),
        ("STP0901230000001", "Questo è un codice STP o ENI, non un codice fiscale"),
    ],
)
def test_wrong_codes_say_why(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_codice_fiscale(text)


def test_two_digits_of_a_year_mean_the_latest_past_one() -> None:
    code = completed("RSSMRA26P01E715")
    with clock.stopped_at(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        assert read_codice_fiscale(code).birth_date == date(2026, 9, 1)
    with clock.stopped_at(datetime(2026, 8, 31, 9, tzinfo=UTC)):
        assert read_codice_fiscale(code).birth_date == date(1926, 9, 1)


def test_a_place_that_is_no_more_decides_the_century() -> None:
    assert read_codice_fiscale(completed("VNVLNO15B42Z135")).birth_date == date(1915, 2, 2)


FATIMA = read_codice_fiscale("LMRFMZ90C55Z330W")


def said(
    family_name: str | None = "El Amrani",
    given_name: str | None = "Fatima Zahra",
    sex: str | None = "F",
    birth: PartialDate | date | None = PartialDate(1990, 3, 15),  # noqa: B008
) -> list[str]:
    return contradictions(
        FATIMA, family_name=family_name, given_name=given_name, sex=sex, birth=birth
    )


@pytest.mark.parametrize(
    ("family_name", "given_name"),
    [
        ("El Amrani", "Fatima Zahra"),
        ("ÉL-AMRANI", "fatima zahra"),
        ("Lamari", "Fatima Zahra"),
        ("El Amrani", None),
        (None, "Fatima Zahra"),
        (None, None),
        ("العمراني", None),
    ],
)
def test_names_that_agree(family_name: str | None, given_name: str | None) -> None:
    assert said(family_name, given_name) == []


def test_names_in_the_other_order_agree() -> None:
    code = read_codice_fiscale("PPSNIO85L03Z129D")
    written = {"sex": "M", "birth": None}
    assert contradictions(code, family_name="Popescu", given_name="Ion", **written) == []
    turned = read_codice_fiscale(completed("NIOPSC85L03Z129"))
    assert contradictions(turned, family_name="Popescu", given_name="Ion", **written) == []


def test_a_single_name_agrees() -> None:
    code = read_codice_fiscale("SNGXXX82B02Z222S")
    for family_name, given_name in (("Singh", None), (None, "Singh"), ("Singh", "")):
        assert (
            contradictions(
                code, family_name=family_name, given_name=given_name, sex=None, birth=None
            )
            == []
        )


@pytest.mark.parametrize(
    "birth",
    [
        None,
        PartialDate(1990),
        PartialDate(1990, 3),
        PartialDate(1990, 3, 15),
        date(1990, 3, 15),
        # Two digits cannot tell.
        PartialDate(2090, 3, 15),
    ],
)
def test_births_that_agree(birth: PartialDate | date | None) -> None:
    assert said(birth=birth) == []


@pytest.mark.parametrize(
    "birth", [PartialDate(1991), PartialDate(1990, 4), PartialDate(1990, 3, 16), date(1990, 1, 1)]
)
def test_births_that_do_not(birth: PartialDate | date) -> None:
    assert said(birth=birth) == ["la data nel codice è 15/03/1990"]


def test_each_disagreement_is_a_sentence() -> None:
    assert said("Bennani", "Khadija", "M", PartialDate(1988)) == [
        "il cognome nel codice è «LMR»",
        "il nome nel codice è «FMZ»",
        "il sesso nel codice è F",
        "la data nel codice è 15/03/1990",
    ]
    assert said("Bennani", None) == ["il nome nel codice è «LMR FMZ»"]


@pytest.mark.parametrize("sex", [None, "X", "", "F"])
def test_a_sex_that_is_not_known_is_not_compared(sex: str | None) -> None:
    assert said(sex=sex) == []


def test_a_provisional_code_contradicts_nothing() -> None:
    code = read_codice_fiscale("00743110157")
    assert (
        contradictions(
            code, family_name="Diallo", given_name="Awa", sex="F", birth=date(1990, 1, 1)
        )
        == []
    )
