# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of the topics that a desk keeps under its keys."""

from flask_babel import gettext as _
from sqlalchemy import delete

from portal.core import clock
from portal.core.errors import Conflict, Refusal
from portal.core.store.database import db, scoped_desk
from portal.core.store.locks import lock
from portal.tally.models import PinnedTopic
from portal.tally.queries import Pins, forget_keys, list_pins, version_of
from portal.tally.rules import KEYS
from portal.taxonomy import queries as taxonomy


def arrange_keys(*, pins: Pins, seen_version: int | None) -> None:
    """Keep these topics at these positions and leave the others to habit.

    Whoever saw other pins than there are now hears of it first; the same pins twice are no change.
    """
    check_pins(pins)
    lock(f"keys of {scoped_desk()}")
    saved = list_pins()
    if saved == dict(pins):
        return
    if seen_version != version_of(saved):
        raise Conflict(
            _(
                "Mentre sceglievi qualcun altro ha cambiato le tipologie in evidenza: guarda"
                " l’anteprima e salva di nuovo."
            )
        )
    db.session.execute(delete(PinnedTopic))
    db.session.add_all(PinnedTopic(position=at, topic_code=code) for at, code in pins.items())
    db.session.flush()
    forget_keys()


def check_pins(pins: Pins) -> None:
    """Refuse a topic that cannot be asked today, and one that is chosen twice."""
    _refuse_unknown(pins)
    _refuse_repeated(pins)


def _refuse_unknown(pins: Pins) -> None:
    known = {topic.code for topic in taxonomy.list_topics(taxonomy.version_on(clock.today()))}
    for position, code in pins.items():
        if not 1 <= position <= KEYS or code not in known:
            raise Refusal(
                _("La tipologia non è nell’elenco di oggi: scegli di nuovo."),
                field=f"key_{position}",
            )


def _refuse_repeated(pins: Pins) -> None:
    first: dict[str, int] = {}
    for position, code in sorted(pins.items()):
        if code in first:
            raise Refusal(
                _("È già al posto %(number)s: scegline un’altra.", number=first[code]),
                field=f"key_{position}",
            )
        first[code] = position
