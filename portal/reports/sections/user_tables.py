# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the users divide, as tables: each has «Non indicato» and adds up to the users.

No arithmetic but sums and shares: what is counted stands in measures, its words here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _

from portal.core.documents.tables import Table
from portal.core.italy.states_and_comuni import get_comune, get_state, is_eu_on
from portal.figures.rules import Counts, Number
from portal.people.card import languages
from portal.people.rules import RESIDENCE_KINDS
from portal.reports.measures.breakdowns import AGES, NOT_STATED, Detail, Parts
from portal.reports.relazione.model import Relazione
from portal.reports.sections import prose
from portal.reports.sections.breakdown_table import Line, division_table

ITALY, STATELESS = "100", "999"
MOST_CITIZENSHIPS = 10
OTHERS = "altre"


def sex_table(relazione: Relazione) -> Table:
    """Users by sex; «Altro (X)» only where somebody is."""
    current, baseline = relazione.current, relazione.baseline
    words = [("F", _("Donne")), ("M", _("Uomini")), ("N", _("Non indicato"))]
    if any(counts is not None and counts.of_sex("X") for counts in (current, baseline)):
        words.insert(2, ("X", _("Altro (X)")))
    lines = [Line(key, label, _sex(current, key), _sex(baseline, key)) for key, label in words]
    return users_table(relazione, "sexes", _("Utenti per sesso"), _("Sesso"), lines)


def _sex(counts: Counts | None, key: str) -> Number | None:
    return None if counts is None else counts.of_sex(key)


def newcomer_table(relazione: Relazione) -> Table:
    """New users, whose first visit ever falls in the period, and those who came back."""
    pairs = [_came(relazione.detail, relazione.current)]
    pairs.append(_came(relazione.baseline_detail, relazione.baseline))
    (new, back), (new_then, back_then) = pairs
    lines = [
        Line("new", _("Nuovi"), new, new_then),
        Line("back", _("Già venuti"), back, back_then),
    ]
    return users_table(
        relazione, "newcomers", _("Utenti nuovi e già venuti"), _("Utenti"), lines,
        note=prose.newcomers_note(relazione),
    )  # fmt: skip


def _came(detail: Detail | None, counts: Counts | None) -> tuple[Number | None, Number | None]:
    new = detail.newcomers if detail else None
    users = counts.users if counts else None
    return (new, users - new) if new is not None and users is not None else (None, None)


def age_table(relazione: Relazione) -> Table:
    """Users by age at their first visit in the period."""
    ends = [f"–{following - 1}" for following in AGES[1:]]
    words = {str(low): f"{low}{end}" for low, end in zip(AGES, ends, strict=False)}
    words[str(AGES[-1])] = _("%(age)s e oltre", age=AGES[-1])
    return _part(relazione, "ages", _("Utenti per età"), _("Età in anni"), list(words.items()))


def area_table(relazione: Relazione) -> Table:
    """Italians, other citizens of the Union, of other states, and stateless persons."""
    words = [
        ("it", _("Italia")),
        ("eu", _("Altri Stati dell’Unione europea")),
        ("other", _("Altri Stati")),
        ("stateless", _("Apolidi")),
    ]
    day = relazione.period.end
    return _part(
        relazione, "areas", _("Utenti per area di cittadinanza"), _("Cittadinanza"), words,
        taken=lambda detail: _regrouped(detail.citizenships, lambda code: area_of(code, day)),
    )  # fmt: skip


def area_of(code: str, day: date) -> str:
    """The key of a citizenship's area, by who is in the Union that day; of none stated, none."""
    if code in (ITALY, STATELESS):
        return "it" if code == ITALY else "stateless"
    return code and ("eu" if is_eu_on(get_state(code), day) else "other")


def citizenship_table(relazione: Relazione) -> Table:
    """The ten commonest citizenships of the period, all the others in one line."""
    in_order = citizenships_in_order(relazione)
    top, others = in_order[:MOST_CITIZENSHIPS], len(in_order[MOST_CITIZENSHIPS:])
    words = [(code, get_state(code).name) for code in top]
    if others:
        words.append((OTHERS, _("Altre cittadinanze (%(number)s)", number=others)))
    return _part(
        relazione, "citizenships", _("Utenti per cittadinanza"), _("Cittadinanza"), words,
        taken=lambda detail: _regrouped(
            detail.citizenships, lambda code: code if code in (*top, NOT_STATED) else OTHERS
        ),
    )  # fmt: skip


def citizenships_in_order(relazione: Relazione) -> list[str]:
    """Of the period, the commonest first, then those of the earlier one alone."""
    known = relazione.detail.citizenships if relazione.detail else {}
    earlier = relazione.baseline_detail.citizenships if relazione.baseline_detail else {}
    return sorted(
        {*known, *earlier} - {NOT_STATED},
        key=lambda code: (-known.get(code, 0), -earlier.get(code, 0), get_state(code).name),
    )


def residence_table(relazione: Relazione) -> Table:
    """Users by Comune of residence at their first visit in the period, the commonest first."""
    return _ranked(
        relazione, "residences", _("Utenti per Comune di residenza"), _("Residenza"), _residence
    )


def _residence(key: str) -> str:
    return str(RESIDENCE_KINDS[key]) if key in RESIDENCE_KINDS else get_comune(key).name


def language_table(relazione: Relazione) -> Table:
    """Users by the first language that was written down of them."""
    return _ranked(
        relazione, "languages", _("Utenti per lingua"), _("Prima lingua indicata"),
        languages.name_of,
    )  # fmt: skip


def _ranked(
    relazione: Relazione, key: str, caption: str, head: str, name: Callable[[str], str]
) -> Table:
    details = [one for one in (relazione.detail, relazione.baseline_detail) if one]
    codes = {code for detail in details for code in getattr(detail, key)} - {NOT_STATED}
    known = getattr(relazione.detail, key) if relazione.detail else {}
    words = [(code, name(code)) for code in codes]
    words.sort(key=lambda pair: (-known.get(pair[0], 0), pair[1]))
    return _part(relazione, key, caption, head, words)


def _part(
    relazione: Relazione,
    key: str,
    caption: str,
    head: str,
    words: Sequence[tuple[str, str]],
    *,
    taken: Callable[[Detail], Parts] | None = None,
) -> Table:
    """A division that the records give: of past totals it is not known."""
    take = taken or (lambda detail: getattr(detail, key))
    now = take(relazione.detail) if relazione.detail else None
    then = take(relazione.baseline_detail) if relazione.baseline_detail else None
    return users_table(relazione, key, caption, head, [
        Line(code, label, _number(now, code), _number(then, code))
        for code, label in (*words, (NOT_STATED, _("Non indicato")))
    ])  # fmt: skip


def users_table(
    relazione: Relazione,
    key: str,
    caption: str,
    head: str,
    lines: Sequence[Line],
    note: str | None = None,
) -> Table:
    """A division of the users."""
    whole = relazione.current.users, relazione.users_baseline
    return division_table(
        relazione, key, caption, head, lines, column="users", whole=whole, note=note
    )


def _number(parts: Parts | None, code: str) -> Number | None:
    return None if parts is None else parts.get(code, 0)


def _regrouped(parts: Parts, group: Callable[[str], str]) -> Mapping[str, Number]:
    sums: dict[str, Number] = {}
    for code, number in parts.items():
        sums[group(code)] = sums.get(group(code), 0) + number
    return sums
