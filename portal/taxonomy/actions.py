# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only change to the topic list: a new version. What is stored is never rewritten."""

from dataclasses import asdict

from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.database import db
from portal.taxonomy import queries
from portal.taxonomy.files import read_files
from portal.taxonomy.models import TaxonomyVersion, Topic, TopicChange, TopicGroup
from portal.taxonomy.rules import TopicList, VersionEntry, differences, parents_first


def store_versions(wanted: TopicList | None = None) -> list[int]:
    """Store the versions of the files that are not yet; the numbers of the new ones.

    Run after every migration: the second time nothing changes. A file that would rewrite a
    stored version is refused whole.
    """
    wanted = wanted or read_files()
    stored = queries.read_stored()
    _add_groups(stored, wanted)
    known = {version.number: version for version in stored.versions}
    for version in wanted.versions:
        if version.number in known:
            _refuse_rewriting(stored, wanted, version.number)
            _close(known[version.number], version)
    new = [version for version in wanted.versions if version.number not in known]
    for version in new:
        _add_version(wanted, version)
    queries.forget_stored()
    return [version.number for version in new]


def _refuse_rewriting(stored: TopicList, wanted: TopicList, number: int) -> None:
    differing = differences(stored, wanted, number)
    if differing:
        raise Refusal(
            _(
                "La versione %(number)s delle tipologie è già in uso e non si cambia: "
                "aggiungi una versione nuova. Differenze: %(codes)s",
                number=number,
                codes=formats.joined(differing),
            )
        )


def _add_groups(stored: TopicList, wanted: TopicList) -> None:
    known = {group.key: group for group in stored.groups}
    for group in wanted.groups:
        if group.key not in known:
            db.session.add(TopicGroup(**asdict(group)))
        elif known[group.key] != group:
            raise Refusal(
                _("Il gruppo di tipologie «%(key)s» è già in uso e non si cambia",
                  key=group.key)
            )  # fmt: skip
    db.session.flush()


def _close(stored: VersionEntry, wanted: VersionEntry) -> None:
    """Give an open version its last day, when the file has one."""
    if stored.valid_to is None and wanted.valid_to is not None:
        row = db.session.get_one(TaxonomyVersion, wanted.number)
        row.valid_to = wanted.valid_to
        db.session.flush()


def _add_version(wanted: TopicList, version: VersionEntry) -> None:
    """Store a version, its topics and what became of the older codes, in the order of the keys."""
    db.session.add(TaxonomyVersion(**asdict(version)))
    db.session.flush()
    for topic in parents_first(wanted.by_version[version.number]):
        db.session.add(Topic(**asdict(topic)))
    db.session.flush()
    changes = [change for change in wanted.changes if change.to_version == version.number]
    db.session.add_all(TopicChange(**asdict(change)) for change in changes)
    db.session.flush()
