# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions: asked for, built step by step, approved, replaced by the next number.

The same few acts serve a desk's relazione and a network's comparison: an EditionType says which
tables, what is frozen and which files come of it. Figures are frozen in one step and committed;
every file is made from what was frozen, so that a builder that dies and the one that goes on
after it write the same bytes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import defer

from portal import __version__
from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.italy.periods import Period, require_period
from portal.core.store.database import current_scope, db
from portal.core.store.locks import lock
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.logs import log
from portal.reports.editions.edition_type import (
    COUNTING,
    LAST_STEP,
    EditionType,
    File,
    manifest_hash,
)
from portal.reports.models import EditionFileRow, EditionRow

IN_PREPARATION = ("queued", "building")


def get_edition(kind: EditionType, edition_id: UUID) -> EditionRow:
    """The edition with this id."""
    found = db.session.scalars(select(kind.table).where(kind.table.id == edition_id)).one_or_none()
    if found is None:
        raise NotHere
    return found


def get_numbered(kind: EditionType, *, period: str, number: int) -> EditionRow:
    """The edition that the command line names; an unknown one is said with its number."""
    name = require_period(period, field="period").name
    for edition in list_editions(kind, name):
        if edition.number == number:
            return edition
    raise Refusal(
        _("Del periodo %(period)s non c’è un’edizione %(number)s.", period=name, number=number)
    )  # fmt: skip


def list_editions(kind: EditionType, period: str) -> list[EditionRow]:
    """The editions of a period, the newest number first; figures are read where asked for."""
    statement = (
        select(kind.table).where(kind.table.period == period).order_by(kind.table.number.desc())
    )
    return list(db.session.scalars(statement.options(defer(kind.table.frozen))))


def find_latest(kind: EditionType, period: str) -> EditionRow | None:
    """The edition of a period with the highest number, if there is one."""
    return next(iter(list_editions(kind, period)), None)


def list_latest(kind: EditionType) -> dict[str, EditionRow]:
    """The edition with the highest number of each period that has one."""
    statement = select(kind.table).order_by(kind.table.number)
    in_order = db.session.scalars(statement.options(defer(kind.table.frozen)))
    return {edition.period: edition for edition in in_order}


def list_frozen(kind: EditionType) -> list[EditionRow]:
    """Every edition that has figures, the newest period first."""
    statement = select(kind.table).where(kind.table.frozen.is_not(None))
    found = db.session.scalars(statement.options(defer(kind.table.frozen)))
    return sorted(found, key=lambda one: (one.period, one.number), reverse=True)


def list_files(kind: EditionType, edition_id: UUID) -> list[EditionFileRow]:
    """The files of an edition by name, without their content."""
    statement = (
        select(kind.files)
        .where(kind.files.edition_id == edition_id)
        .order_by(kind.files.name)
        .options(defer(kind.files.content))
    )
    return list(db.session.scalars(statement))


def get_file(kind: EditionType, edition: EditionRow, name: str) -> File:
    """A file as it was frozen; NotHere for a name that it does not have."""
    for file in get_files(kind, edition, [name]):
        return file
    raise NotHere


def get_files(kind: EditionType, edition: EditionRow, names: Collection[str]) -> list[File]:
    """Some files as they were frozen, of those that there are.

    The bytes of each are those of its hash, and its hash of the edition's. Raises Refusal else.
    """
    listed = list_files(kind, edition.id)
    manifest = manifest_hash(listed)
    return [_proved(edition, file, manifest) for file in listed if file.name in names]


def _proved(edition: EditionRow, found: EditionFileRow, manifest: bytes) -> File:
    file = File(found.name, found.media_type, found.content)
    if file.sha256 != found.sha256 or edition.sha256 != manifest:
        facts = {"edition": str(edition.id), "file": found.name}
        log.error("file is not what was frozen", extra={"facts": facts})
        raise Refusal(
            _("Il file «%(name)s» non corrisponde più alla sua impronta SHA-256, quindi non lo"
              " consegniamo: avvisa chi cura il portale.", name=found.name)
        )  # fmt: skip
    return file


def request_edition(
    kind: EditionType,
    *,
    period: str,
    chosen: Mapping[str, str | None] | None = None,
    reason: str = "",
    only_first: bool = False,
) -> EditionRow:
    """Ask for the edition of a period that is over; the one there is, where it is good enough.

    A period has one series: with other choices it is the next edition. After an approved edition
    the next is a correction: it replaces that one and needs its reason. One that failed is tried
    again. `only_first` is the timetable's: any edition is enough.
    """
    window = _closed(period)
    _lock(kind, window.name)
    latest = find_latest(kind, window.name)
    if latest is not None and only_first:
        return latest
    columns = kind.columns(window, chosen or {})
    if latest is not None and all(getattr(latest, key) == columns[key] for key in columns):
        if latest.state in IN_PREPARATION or _is_current(kind, latest):
            return latest
        if latest.state == "failed":
            return retry_edition(kind, edition_id=latest.id)
    return _begin(kind, window, latest, columns, reason)


def _begin(
    kind: EditionType,
    window: Period,
    latest: EditionRow | None,
    columns: Mapping[str, str],
    reason: str,
) -> EditionRow:
    """The next edition of the series; whoever still builds the one before it stops."""
    replaced = _find_approved(kind, window.name)
    edition = kind.table(
        **columns,
        period=window.name,
        number=latest.number + 1 if latest else 1,
        replaces=replaced.number if replaced else None,
        reason=_reason(reason, latest=latest, replaced=replaced),
        requested_by=current_scope().account_id,
    )
    if latest is not None and latest.state in IN_PREPARATION:
        latest.state = "superseded"
    db.session.add(edition)
    db.session.flush()
    jobs.enqueue(kind.job, str(edition.id))
    return edition


def _find_approved(kind: EditionType, period: str) -> EditionRow | None:
    """The edition of a period that is in force: the only one that a new one can correct."""
    return next(
        (edition for edition in list_editions(kind, period) if edition.state == "approved"), None
    )


def _reason(given: str, *, latest: EditionRow | None, replaced: EditionRow | None) -> str:
    """Why an approved edition is corrected; a correction nobody approved hands its reason on."""
    if replaced is None or latest is None:
        return ""
    reason: str = given.strip() or (latest.reason if latest.number > replaced.number else "")
    if not reason:
        raise Refusal(
            _("L’edizione %(number)s è già approvata: scrivi perché la rettifichi.",
              number=replaced.number),
            field="reason",
        )  # fmt: skip
    return reason


def _lock(kind: EditionType, period: str) -> None:
    """One at a time changes which edition of a period is asked for or approved."""
    lock(f"edition {kind.job} {current_scope().place_id} {period}")


def _is_current(kind: EditionType, edition: EditionRow) -> bool:
    """Whether an edition nobody has approved yet still says what would be counted now.

    The schema's number is no figure: an older build may not have written it.
    """
    if edition.state != "ready":
        return False
    now = kind.freeze(edition)
    return now == {"schema": now["schema"]} | edition.figures


def _closed(period: str) -> Period:
    window = require_period(period, field="period")
    if window.end >= clock.today():
        sentence = _("Il periodo %(name)s non è ancora finito: l’edizione si fa quando è chiuso.",
                     name=window.name)  # fmt: skip
        raise Refusal(sentence, field="period")
    return window


def build_edition(
    kind: EditionType,
    *,
    edition_id: UUID,
    job_id: UUID,
    on_ready: Callable[[EditionRow], None] | None = None,
) -> None:
    """Go on from the step that was reached; each step is committed, so that the page can say it.

    Run under the job's lock (worker/run.py). The last step stores every file and finishes the job
    in one transaction, with what is to happen as it becomes ready: there is never half an edition.
    Who lost that lock stops where it sees that the edition has gone another way.
    """
    with unit_of_work():
        edition = get_edition(kind, edition_id)
        if edition.state not in ("queued", "building", "failed"):
            jobs.finish(job_id)
            return
        edition.state, edition.step = "building", COUNTING
    with unit_of_work():
        edition = _freeze(kind, edition_id)
    try:
        steps = kind.make(edition)
        files = list(next(steps))
        _reach(kind, edition, COUNTING + 2)
        files += next(steps)
        _reach(kind, edition, LAST_STEP)
        with unit_of_work():
            ready = _store(kind, edition, files)
            if on_ready:
                on_ready(ready)
            jobs.finish(job_id)
    except _Overtaken:
        # The job is of whoever builds it now.
        log.warning("edition went another way", extra={"facts": {"edition": str(edition_id)}})


def _freeze(kind: EditionType, edition_id: UUID) -> EditionRow:
    """The edition with its figures, counted now unless somebody has counted them before."""
    edition = get_edition(kind, edition_id)
    if edition.frozen is None:
        # The moment before counting: what is inserted meanwhile may be said twice, never lost.
        edition.frozen_at = clock.now()
        edition.frozen = kind.freeze(edition)
        edition.taxonomy, edition.software = edition.frozen["taxonomy"], __version__
    edition.step = COUNTING + 1
    db.session.flush()
    # PostgreSQL keeps its own order of keys: every builder reads the same.
    db.session.refresh(edition, ["frozen"])
    return edition


class _Overtaken(Exception):
    """What was frozen here is no longer what the edition is being built from."""


def _still_ours(kind: EditionType, frozen: EditionRow) -> EditionRow:
    """The edition, held until the unit ends, if it is still at the figures frozen here."""
    statement = select(kind.table).where(kind.table.id == frozen.id).with_for_update()
    edition = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    if (edition.state, edition.frozen_at) != ("building", frozen.frozen_at):
        raise _Overtaken
    return edition


def _store(kind: EditionType, frozen: EditionRow, files: Sequence[File]) -> EditionRow:
    edition = _still_ours(kind, frozen)
    for file in files:
        db.session.add(
            kind.files(
                edition_id=edition.id,
                name=file.name,
                media_type=file.media_type,
                content=file.content,
                sha256=file.sha256,
            )
        )
    edition.sha256 = manifest_hash(files)
    edition.state, edition.step, edition.ready_at = "ready", LAST_STEP, clock.now()
    _supersede_older(kind, edition, ("ready", "failed"))
    return edition


def _supersede_older(kind: EditionType, edition: EditionRow, states: Collection[str]) -> None:
    for other in list_editions(kind, edition.period):
        if other.number < edition.number and other.state in states:
            other.state = "superseded"


def _reach(kind: EditionType, frozen: EditionRow, step: int) -> None:
    with unit_of_work():
        _still_ours(kind, frozen).step = step


def give_up(kind: EditionType, *, edition_id: UUID, job_id: UUID) -> None:
    """Say that the edition could not be built, and wait for somebody to try again."""
    with unit_of_work():
        edition = get_edition(kind, edition_id)
        if edition.state in IN_PREPARATION:
            edition.state = "failed"
        jobs.finish(job_id)


def retry_edition(kind: EditionType, *, edition_id: UUID) -> EditionRow:
    """Build from the start an edition that could not be built; nobody has read its figures."""
    edition = get_edition(kind, edition_id)
    if edition.state == "failed":
        edition.state, edition.step, edition.frozen, edition.frozen_at = "queued", 0, None, None
        db.session.flush()
        jobs.enqueue_again(kind.job, str(edition.id))
    return edition


def rewrite_documents(kind: EditionType, *, period: str, words: dict[str, Any]) -> None:
    """Make the files of an edition nobody has approved again, with other words and its figures.

    What is being built meanwhile is overtaken: its builder sees another moment of freezing.
    """
    _lock(kind, period)
    edition = find_latest(kind, period)
    if edition is None or edition.frozen is None or edition.frozen_at is None:
        return
    if edition.state not in ("ready", "building"):
        return
    if all(edition.frozen.get(key) == value for key, value in words.items()):
        return
    edition.frozen = edition.frozen | words
    edition.frozen_at += timedelta(microseconds=1)
    edition.state, edition.step, edition.sha256, edition.ready_at = "queued", 0, None, None
    db.session.execute(delete(kind.files).where(kind.files.edition_id == edition.id))
    db.session.flush()
    jobs.enqueue_again(kind.job, str(edition.id))


def approve_edition(kind: EditionType, *, edition_id: UUID, seen_version: int | None) -> EditionRow:
    """Approve what was read; what the approved edition replaces is superseded.

    Only the newest: one asked for after this would correct it without having said so.
    """
    edition = get_edition(kind, edition_id)
    _lock(kind, edition.period)
    if edition.state == "approved":
        return edition
    _refuse_older(find_latest(kind, edition.period) or edition, edition)
    if edition.state != "ready":
        raise Refusal(_("L’edizione non è pronta: si approva quando è costruita."))
    if seen_version is not None and edition.version != seen_version:
        raise Conflict(_("Mentre leggevi l’edizione è cambiata: rileggila e approva."))
    _supersede_older(kind, edition, ("ready", "failed", "approved"))
    edition.state, edition.approved_at = "approved", clock.now()
    edition.approved_by = current_scope().account_id
    db.session.flush()
    if kind.after_approval:
        jobs.enqueue(kind.after_approval, str(edition.id))
    return edition


def _refuse_older(latest: EditionRow, edition: EditionRow) -> None:
    """Say what to do with the newer edition that is in the way."""
    number = latest.number
    if number == edition.number:
        return
    if latest.state in IN_PREPARATION:
        sentence = _("È in preparazione un’edizione più nuova, la %(number)s: quando è pronta"
                     " approva quella.", number=number)  # fmt: skip
    elif latest.state == "failed":
        sentence = _("C’è un’edizione più nuova, la %(number)s, che non è riuscita: riprovala"
                     " e approva quella.", number=number)  # fmt: skip
    else:
        sentence = _("C’è un’edizione più nuova, la %(number)s: approva quella.", number=number)
    raise Refusal(sentence)
