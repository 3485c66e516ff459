# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people changed one record: what each of them changed, part by part, and which value stays.

A form that corrects carries, sealed, the facts as they were when it was opened. Compared with what
is typed and with what is saved now they say who changed what. Nothing here knows any record.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from typing import Any, Generic, TypeVar

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

MINE, SAVED = "mine", "saved"

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class FieldGroup(Generic[Facts]):
    """What is chosen in one go: a label, the facts it covers and how they are said."""

    label: str
    fields: tuple[str, ...]
    said: Callable[[Facts], str]

    def is_same(self, one: Facts, other: Facts) -> bool:
        return all(getattr(one, name) == getattr(other, name) for name in self.fields)


@dataclass(frozen=True)
class Difference:
    """One part told in two ways; `before` is what it said when the form was opened.

    `keeps` names the only side that changed it; a part that both changed has none: it is asked.
    """

    name: str
    label: str
    mine: str
    saved: str
    before: str | None = None
    keeps: str | None = None


FieldGroups = Mapping[str, FieldGroup[Facts]]


@dataclass(frozen=True)
class Meeting(Generic[Facts]):
    """What one typed meets what another has saved; `before` is what both began from, if known."""

    parts: FieldGroups[Facts]
    mine: Facts
    saved: Facts
    before: Facts | None

    @property
    def rows(self) -> list[Difference]:
        """The parts told differently, in the order of the form."""
        return [
            Difference(
                name,
                str(part.label),
                part.said(self.mine),
                part.said(self.saved),
                part.said(self.before) if self.before is not None else None,
                self._keeps(part),
            )
            for name, part in self.parts.items()
            if not part.is_same(self.mine, self.saved)
        ]

    def outcome(self, *, shown: bool, chosen: Mapping[str, str]) -> Facts | None:
        """What is to be saved; None while something has to be shown or chosen first.

        `shown` says whether the form has been answered since the present record was saved.
        """
        rows = self.rows
        if rows and self._has_moved() and not shown:
            return None
        stays: dict[str, Any] = {}
        for row in rows:
            keeps = row.keeps or chosen.get(row.name)
            if keeps not in (MINE, SAVED):
                return None
            if keeps == SAVED:
                stays |= {name: getattr(self.saved, name) for name in self.parts[row.name].fields}
        return replace(self.mine, **stays)  # type: ignore[type-var]

    def _has_moved(self) -> bool:
        return self.before is None or not all(
            part.is_same(self.saved, self.before) for part in self.parts.values()
        )

    def _keeps(self, part: FieldGroup[Facts]) -> str | None:
        if self.before is None:
            return None
        if part.is_same(self.saved, self.before):
            return MINE
        return SAVED if part.is_same(self.mine, self.before) else None


def seal(facts: Any, about: object) -> str:
    """The facts as a hidden field carries them: whoever changes it would deceive only the table."""
    told = {
        one.name: value
        for one, value in zip(fields(facts), asdict(facts).values(), strict=True)
        if value != one.default
    }
    return str(_serializer(about).dumps(told))


def unseal(text: str | None, about: object) -> dict[str, Any] | None:
    """What was sealed about this record; None where the field is not as we sent it."""
    try:
        told: dict[str, Any] = _serializer(about).loads(text or "")
    except BadSignature:
        return None
    return told


def _serializer(about: object) -> URLSafeSerializer:
    return URLSafeSerializer(
        str(current_app.secret_key),
        salt=f"before {about}",
        serializer_kwargs={"default": str},
        signer_kwargs={"digest_method": sha256},
    )
