# SPDX-License-Identifier: AGPL-3.0-or-later
"""Building an edition as a worker does, also with a step that breaks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Flask

from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.edition_type import EditionType, File
from portal.reports.models import EditionRow
from tests.conftest import AtDesk
from tests.world import Place


class Build:
    """`build(desk, edition_id)`: what the worker's task does, in the desk's scope."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, desk: Place, edition_id: UUID, *, kind: EditionType = DESK) -> None:
        with self._app.app_context(), desk_scope(desk.id):
            editions.build_edition(kind, edition_id=edition_id, job_id=self._job(edition_id))

    def give_up(self, desk: Place, edition_id: UUID) -> None:
        with self._app.app_context(), desk_scope(desk.id):
            editions.give_up(DESK, edition_id=edition_id, job_id=self._job(edition_id))

    @staticmethod
    def _job(edition_id: UUID) -> UUID:
        with unit_of_work():
            return jobs.get_job_id("build_edition", str(edition_id))


class Fails:
    """The desk's editions, with one step that breaks."""

    class Broken(Exception):
        """What a step raises."""

    @property
    def at_documents(self) -> EditionType:
        return after_tables(self._break)

    @property
    def at_storing(self) -> EditionType:
        """Two documents of one name: the second is refused when all are stored."""
        twice = [File("due", "text/plain", b"x")] * 2
        return replace(DESK, make=lambda edition: iter([next(DESK.make(edition)), twice]))

    def _break(self) -> None:
        raise self.Broken


def after_tables(act: Callable[[], None]) -> EditionType:
    """The desk's editions, with something that happens between the tables and the documents."""

    def make(edition: EditionRow) -> Iterator[Sequence[File]]:
        steps = DESK.make(edition)
        yield next(steps)
        act()
        yield next(steps)

    return replace(DESK, make=make)


def tree_hash(at_desk: AtDesk, desk: Place, edition_id: UUID) -> tuple[Any, ...]:
    """The hash of an edition and of each of its files."""
    with at_desk(desk):
        edition = editions.get_edition(DESK, edition_id)
        files = editions.list_files(DESK, edition_id)
        return edition.sha256, *((file.name, file.sha256, file.content) for file in files)


def has_open_job(edition_id: UUID) -> bool:
    """Whether something is left to do for an edition of the desk in scope."""
    return jobs.find_job(jobs.get_job_id("build_edition", str(edition_id))) is not None
