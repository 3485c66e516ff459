# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an edition is made of: its steps, its files, and what tells one report's from another's."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core.italy.periods import Period
from portal.core.work.job_names import JobName
from portal.reports.models import EditionFileRow, EditionRow

STEPS = (
    _l("in coda"),
    _l("presa in carico"),
    _l("conteggi"),
    _l("tabelle"),
    _l("documenti"),
    _l("file salvati"),
)
"""An edition's `step` is the one at work, or at which it failed."""
COUNTING = 2
LAST_STEP = len(STEPS) - 1


@dataclass(frozen=True)
class File:
    """A file of an edition."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


def manifest_hash(files: Sequence[File | EditionFileRow]) -> bytes:
    """The hash of the list «hash  name», sorted, as sha256sum would print it."""
    lines = sorted(f"{file.sha256.hex()}  {file.name}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).digest()


@dataclass(frozen=True)
class EditionType:
    """What tells one report's editions from another's."""

    table: type[EditionRow]
    files: type[EditionFileRow]
    job: JobName
    columns: Callable[[Period, Mapping[str, str | None]], dict[str, str]]
    """What an edition of a period keeps of what was chosen for it, `baseline` among it; what was
    not chosen is the usual. Raises Refusal.
    """
    freeze: Callable[[EditionRow], dict[str, Any]]
    """The figures, as JSON; `taxonomy` is one of its keys."""
    make: Callable[[EditionRow], Iterator[Sequence[File]]]
    """From the frozen figures of an edition its tables as files, then the documents that people
    read; the figures are thawed once for all of them.
    """
    after_approval: JobName | None = None
    """The job about an edition that its approval starts, if any."""
