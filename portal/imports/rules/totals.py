# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of past totals: one figure a row, several periods in one file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _

from portal.core.italy import formats
from portal.core.italy.periods import Period, read_period
from portal.figures.parts import Kind
from portal.figures.rules import Nameless, knows_enquiries
from portal.imports.rules.files import FileRow
from portal.imports.rules.problems import Problems

COLUMNS = ("periodo", "voce", "valore")
USERS, WOMEN, MEN, NAMELESS = "utenti", "utenti_f", "utenti_m", "senza_nome"
OF_TOPIC = f"{NAMELESS} "
"""Before a topic, which it says the enquiries without a name of."""


@dataclass(slots=True)
class TotalsInFile:
    """The figures of one period; `row` is its first, `rows` those of each figure.

    `is_whole`: everything that the file says of it was understood and agrees with itself.
    """

    period: Period
    row: int
    figures: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def topics(self) -> dict[str, int]:
        others = (USERS, WOMEN, MEN, NAMELESS)
        return {
            item: number
            for item, number in self.figures.items()
            if item not in others and not item.startswith(OF_TOPIC)
        }

    @property
    def nameless_topics(self) -> dict[str, int]:
        """By topic; empty where the file tells of none."""
        return {
            item.removeprefix(OF_TOPIC): number
            for item, number in self.figures.items()
            if item.startswith(OF_TOPIC)
        }

    @property
    def nameless(self) -> Nameless | None:
        """What the file tells of them."""
        return Nameless.kept(self.figures.get(NAMELESS), self.nameless_topics)

    def place_of(self, kind: Kind, codes: Iterable[str]) -> tuple[int, str]:
        """The row and column of a figure of it; of one that the file does not name, the period's.

        Enquiries are those of the topics of these codes; without codes the nameless are all.
        """
        items = {
            Kind.USERS: [USERS],
            Kind.WOMEN: [WOMEN],
            Kind.MEN: [MEN],
            Kind.ENQUIRIES: list(codes),
            Kind.NAMELESS: [*(OF_TOPIC + code for code in codes), NAMELESS],
        }
        row = next((self.rows[item] for item in items[kind] if item in self.rows), None)
        return (self.row, "periodo") if row is None else (row, "valore")


def read_totals(
    lines: Iterable[FileRow], problems: Problems, *, find_code: Callable[[str], str | None]
) -> list[TotalsInFile]:
    """The periods in the order of the file; each has its users, by sex or not."""
    periods: dict[str, TotalsInFile] = {}
    for line in lines:
        before = len(problems)
        period = _period(line, problems)
        item = _item(line, find_code, problems)
        number = _number(line, problems)
        if period is None:
            continue
        totals = periods.setdefault(period.name, TotalsInFile(period, line.number))
        if item is not None:
            _hear(totals, line, item, number, problems)
        totals.is_whole &= len(problems) == before
    for totals in periods.values():
        before = len(problems)
        _check_users(totals, problems)
        _check_nameless(totals, problems)
        totals.is_whole &= len(problems) == before
    return list(periods.values())


def _hear(
    totals: TotalsInFile, line: FileRow, item: str, number: int | None, problems: Problems
) -> None:
    if item in totals.rows:
        sentence = _("c’è già alla riga %(row)s per lo stesso periodo", row=totals.rows[item])
        problems.add(line.number, "voce", sentence)
        return
    totals.rows[item] = line.number
    if number is not None:
        totals.figures[item] = number


def _period(line: FileRow, problems: Problems) -> Period | None:
    try:
        return read_period(line.cells["periodo"])
    except ValueError as wrong:
        problems.add(line.number, "periodo", str(wrong))
        return None


def _item(line: FileRow, find_code: Callable[[str], str | None], problems: Problems) -> str | None:
    text = line.cells["voce"]
    item = (
        text.lower() if text.lower() in (USERS, WOMEN, MEN, NAMELESS) else _topic(text, find_code)
    )
    if item is None:
        problems.add(
            line.number,
            "voce",
            _("scrivi una tipologia dell’elenco (etichetta o codice), utenti, utenti_F, utenti_M,"
              " senza_nome, o senza_nome e una tipologia"),
        )  # fmt: skip
    return item


def _topic(text: str, find_code: Callable[[str], str | None]) -> str | None:
    """A topic's code; of «senza_nome Cittadinanza», the code after the same words."""
    first, _space, rest = text.partition(" ")
    if first.lower() != NAMELESS:
        return find_code(text)
    code = find_code(rest)
    return code and OF_TOPIC + code


def _number(line: FileRow, problems: Problems) -> int | None:
    try:
        return formats.parse_count(line.cells["valore"])
    except ValueError as wrong:
        problems.add(line.number, "valore", str(wrong))
        return None


def _check_users(totals: TotalsInFile, problems: Problems) -> None:
    if USERS not in totals.rows:
        sentence = _("nel periodo %(name)s manca la voce utenti", name=totals.period.name)
        problems.add(totals.row, "voce", sentence)
        return
    sexes = totals.figures.get(WOMEN, 0) + totals.figures.get(MEN, 0)
    if sexes > totals.figures.get(USERS, sexes):
        sentence = _("donne e uomini insieme superano gli utenti")
        problems.add(totals.rows[USERS], "valore", sentence)


def _check_nameless(totals: TotalsInFile, problems: Problems) -> None:
    """Never more without a name than there were; by topic they add up to what is said of all."""
    topics, by_topic = totals.topics, totals.nameless_topics
    if not knows_enquiries(topics, totals.figures.get(USERS)) and _refuse_alone(totals, problems):
        return
    limits = {OF_TOPIC + code: topics.get(code, 0) for code in by_topic}
    limits[NAMELESS] = sum(topics.values())
    for item, limit in limits.items():
        if totals.figures.get(item, 0) > limit:
            sentence = _("le richieste senza nome superano le richieste (%(limit)s)",
                         limit=formats.count(limit))  # fmt: skip
            problems.add(totals.rows[item], "valore", sentence)
    if by_topic and totals.figures.get(NAMELESS, sum(by_topic.values())) != sum(by_topic.values()):
        sentence = _("le richieste senza nome delle tipologie sommano a %(total)s",
                     total=formats.count(sum(by_topic.values())))  # fmt: skip
        problems.add(totals.rows[NAMELESS], "valore", sentence)


def _refuse_alone(totals: TotalsInFile, problems: Problems) -> bool:
    """Whether enquiries without a name are told of a period whose enquiries are not: once."""
    rows = [
        totals.rows[item]
        for item, number in totals.figures.items()
        if number and (item == NAMELESS or item.startswith(OF_TOPIC))
    ]
    if rows:
        problems.add(rows[0], "valore", nothing_to_be_part_of())
    return bool(rows)


def nothing_to_be_part_of() -> str:
    """Why enquiries without a name cannot stand beside users alone."""
    return _("Le richieste senza nome sono una parte delle richieste: scrivi anche quelle")
