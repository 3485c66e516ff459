# SPDX-License-Identifier: AGPL-3.0-or-later
"""Publishing: the only change to the topic list. What is published is never rewritten."""

from dataclasses import asdict

from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.database import db
from portal.taxonomy import queries
from portal.taxonomy.files import read_files
from portal.taxonomy.models import TaxonomyVersion, Topic, TopicChange, TopicGroup
from portal.taxonomy.rules import TopicList, VersionEntry, differences, parents_first


def publish_versions(wanted: TopicList | None = None) -> list[int]:
    """Publish the versions of the files that are not yet; the numbers of the new ones.

    Run after every migration: the second time nothing changes. A file that would rewrite a
    published version is refused whole.
    """
    wanted = wanted or read_files()
    kept = queries.read_published()
    _add_groups(kept, wanted)
    known = {version.number: version for version in kept.versions}
    for version in wanted.versions:
        if version.number in known:
            _refuse_rewriting(kept, wanted, version.number)
            _close(known[version.number], version)
    new = [version for version in wanted.versions if version.number not in known]
    for version in new:
        _add_version(wanted, version)
    queries.forget_published()
    return [version.number for version in new]


def _refuse_rewriting(kept: TopicList, wanted: TopicList, number: int) -> None:
    differing = differences(kept, wanted, number)
    if differing:
        raise Refusal(
            _(
                "La versione %(number)s delle tipologie è già pubblicata e non si cambia: "
                "aggiungi una versione nuova. Differenze: %(codes)s",
                number=number,
                codes=formats.joined(differing),
            )
        )


def _add_groups(kept: TopicList, wanted: TopicList) -> None:
    known = {group.key: group for group in kept.groups}
    for group in wanted.groups:
        if group.key not in known:
            db.session.add(TopicGroup(**asdict(group)))
        elif known[group.key] != group:
            raise Refusal(
                _("Il gruppo di tipologie «%(key)s» è già pubblicato e non si cambia",
                  key=group.key)
            )  # fmt: skip
    db.session.flush()


def _close(kept: VersionEntry, wanted: VersionEntry) -> None:
    """Give an open version its last day, when the file has one."""
    if kept.valid_to is None and wanted.valid_to is not None:
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
