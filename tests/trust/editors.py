# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two editors of one record, as browsers without JavaScript, and what each of them has seen.

An update is lost when a save takes away a value that its author was never shown, neither in the
form nor in the table of a conflict, or when what was typed is neither saved nor shown back.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from tests.pages import form_values

MINE, SAVED = "mine", "saved"
Values = dict[str, str]


class Lost(AssertionError):
    """An update that is lost, and whose."""


@dataclass
class Record:
    """The record on trial: its form, the fields typed in, and how it reads in the database."""

    address: str
    fields: Mapping[str, str]
    """Each field that is typed in, and the part of the conflict's table that it belongs to."""
    read: Callable[[], Values]
    said: Callable[[str, str], str] = lambda _name, value: value
    offered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    truth: Values = field(default_factory=dict)
    earlier: Values = field(default_factory=dict)
    """What it was before both saved at one moment: whoever was told may have been told this."""
    saved: int = 0
    told: int = 0

    def begin(self) -> None:
        self.truth = self.earlier = self.read()


@dataclass
class Editor:
    """One of the two: the form before them, what they typed, and what they were shown."""

    client: FlaskClient
    record: Record
    random: Random
    name: str
    form: dict[str, Any] = field(default_factory=dict)
    typed: Values = field(default_factory=dict)
    seen: Values = field(default_factory=dict)

    def open(self) -> None:
        """Open the form and type in some of its fields."""
        html = self.client.get(self.record.address).text
        self.form = _form(BeautifulSoup(html, "html.parser"))
        self.seen = {name: _text(self.form.get(name)) for name in self.record.fields}
        names = sorted(self.record.fields)
        self.typed = {
            name: self._word(name) for name in self.random.sample(names, self.random.randint(1, 3))
        }

    def _word(self, name: str) -> str:
        """Something new; where it is typed and not chosen, something that nobody else types."""
        offered = self.record.offered.get(name)
        if offered:
            return self.random.choice([one for one in offered if one != self.seen[name]])
        return f"{self.name} {name[:4]} {self.random.randrange(10**9)}"

    def send(self) -> tuple[int, str]:
        """Save; nothing is judged yet, because the other may be saving at this moment."""
        answer = self.client.post(self.record.address, data=self.form | self.typed)
        return answer.status_code, answer.text

    def judge(self, status: int, html: str) -> bool:
        """Whether it was saved; if it was not, everything typed must be on the page."""
        if status == 303:
            self._was_saved()
        elif status == 422:
            self._was_told(html)
        else:
            raise Lost(f"{self.name} got {status}")
        return status == 303

    def _was_saved(self) -> None:
        expected, now = self.outcome(self.record.truth), self.record.read()
        if now != expected:
            raise Lost(f"{now} after {self.name} saved {self.typed}, not {expected}")
        self.record.truth, self.record.saved = now, self.record.saved + 1

    def outcome(self, before: Values) -> Values:
        """What this editor's save makes of a record; it takes away only what they had seen."""
        after = dict(before)
        for name, mine in self.typed.items():
            if self.form.get(f"keep-{self.record.fields[name]}") != SAVED:
                after[name] = mine
            if after[name] != before[name] and before[name] != self.seen[name]:
                raise Lost(f"{self.name} took away {before[name]!r} in {name}, unseen")
        return after

    def _was_told(self, html: str) -> None:
        """Look at the table, and choose in it."""
        page = BeautifulSoup(html, "html.parser")
        self.form = _form(page)
        cells = {cell.get_text(" ", strip=True) for cell in page.select(".told-twice td")}
        for name, value in self.typed.items():
            if _text(self.form.get(name)) != value:
                raise Lost(f"{value!r} of {self.name} in {name} is not shown back")
        told = [one for one in (self.record.truth, self.record.earlier) if self._shows(cells, one)]
        if not told:
            raise Lost(f"{self.record.truth} is not shown to {self.name}: {cells}")
        self.seen = dict(told[0])
        for tag in page.select("input[type=radio][name^=keep-]"):
            self.form[str(tag["name"])] = self.random.choice((MINE, SAVED))
        self.record.told += 1

    def _shows(self, cells: set[str], saved: Values) -> bool:
        """Whether the page shows all of what is saved that this editor had not seen yet.

        What has come back to the value in their own form differs in nothing and has no row.
        """
        return all(
            any(self.record.said(name, now) in cell for cell in cells)
            for name, now in saved.items()
            if now not in (self.seen[name], self.typed.get(name), _text(self.form.get(name)))
        )


def judge_both(one: Editor, other: Editor) -> None:
    """Both were saved at one moment: as if one had been first, with nothing taken away unseen."""
    record, now = one.record, one.record.read()
    for first, second in ((one, other), (other, one)):
        with suppress(Lost):
            if second.outcome(first.outcome(record.truth)) == now:
                record.truth, record.saved = now, record.saved + 2
                return
    raise Lost(f"{now} is neither of {one.typed} and {other.typed} after the other")


def _text(value: Any) -> str:
    """A field as one would read it."""
    return " ".join(value).strip() if isinstance(value, list) else str(value or "")


def _form(page: BeautifulSoup) -> dict[str, Any]:
    form = page.select_one("main form")
    if not isinstance(form, Tag):
        raise Lost("no form on the page")
    return form_values(form)
