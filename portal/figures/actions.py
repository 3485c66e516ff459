# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of figures: the roll-up follows the visits, past totals are entered by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import text

from portal.core import clock, italian
from portal.core.database import db, speaker
from portal.core.errors import Conflict, Refusal
from portal.core.periods import Period
from portal.figures import queries
from portal.figures.models import PastTotal
from portal.figures.rules import SEXES, Counts, Deltas

# The periods are locked in one order, so that two operators never wait for each other in a ring.
ADD = text("""
INSERT INTO figure AS f
    (period, users, users_f, users_m, users_x, users_n, visits, anonymous, topics)
SELECT period, f + m + x + n, f, m, x, n, visits, anonymous, topics
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
    period text, f int, m int, x int, n int, visits int, anonymous int, topics jsonb
)
ORDER BY period
ON CONFLICT (desk_id, period) DO UPDATE SET
    users = f.users + excluded.users,
    users_f = f.users_f + excluded.users_f,
    users_m = f.users_m + excluded.users_m,
    users_x = f.users_x + excluded.users_x,
    users_n = f.users_n + excluded.users_n,
    visits = f.visits + excluded.visits,
    anonymous = f.anonymous + excluded.anonymous,
    topics = add_counts(f.topics, excluded.topics)
""")
LOCK = text("""
INSERT INTO figure (period) SELECT unnest(cast(:periods AS text[])) ORDER BY 1
ON CONFLICT (desk_id, period) DO UPDATE SET period = excluded.period
""")
SET = text("""
UPDATE figure SET users = f + m + x + n, users_f = f, users_m = m, users_x = x, users_n = n,
    visits = r.visits, anonymous = r.anonymous, topics = r.topics
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
    period text, f int, m int, x int, n int, visits int, anonymous int, topics jsonb
)
WHERE figure.period = r.period
""")


def add_deltas(deltas: Deltas) -> None:
    """Move the roll-up by what one change of a visit or of a person brought."""
    if not deltas:
        return
    rows = [
        {
            "period": name,
            "visits": delta.visits,
            "anonymous": delta.anonymous,
            "topics": delta.topics,
            **{sex.lower(): delta.users[sex] for sex in SEXES},
        }
        for name, delta in sorted(deltas.items())
    ]
    db.session.execute(ADD, {"rows": json.dumps(rows)})


def lock_periods(periods: Sequence[Period]) -> None:
    """Hold the roll-up of these periods until the unit ends, before they are counted anew."""
    names = sorted(period.name for period in periods)
    db.session.execute(LOCK, {"periods": names})


def set_counts(counts: Mapping[str, Counts]) -> None:
    """Replace the roll-up of locked periods by what was counted from the records."""
    rows = [
        {
            "period": name,
            "visits": found.visits,
            "anonymous": found.anonymous,
            "topics": dict(found.topics),
            **{sex.lower(): found.of_sex(sex) for sex in SEXES},
        }
        for name, found in sorted(counts.items())
    ]
    db.session.execute(SET, {"rows": json.dumps(rows)})


def refuse_past_totals_on(day: date) -> None:
    """Records and totals of one period would count twice: say which totals are in the way.

    Asked after add_deltas(), which holds the month's row: totals that somebody is storing at this
    moment hold it too, so one of the two always sees the other.
    """
    found = queries.list_past_totals_within(day, day)
    if found:
        raise Refusal(
            _(
                "Per il periodo %(name)s ci sono già i totali passati: i singoli accessi non si"
                " possono aggiungere.",
                name=found[0].period,
            ),
            field="visited_on",
        )


def store_past_total(
    *,
    period: Period,
    users: int,
    users_f: int | None,
    users_m: int | None,
    topics: Mapping[str, int],
) -> PastTotal:
    """Keep the figures of a period from before the software.

    The caller has held the period's months and found no visit in them (visits.actions).
    """
    _refuse_wrong_past_total(period, users, users_f, users_m)
    overlapping = queries.list_past_totals_within(period.start, period.end)
    if any(other.period == period.name for other in overlapping):
        raise Refusal(
            _("I totali del periodo %(name)s ci sono già.", name=period.name), field="period"
        )
    past_total = PastTotal(
        period=period.name,
        starts_on=period.start,
        ends_on=period.end,
        users=users,
        users_f=users_f,
        users_m=users_m,
        topics={code: number for code, number in topics.items() if number},
        created_by=speaker().account_id,
    )
    db.session.add(past_total)
    db.session.flush()
    return past_total


def correct_past_total(
    *,
    past_total_id: UUID,
    seen_version: int | None,
    users: int,
    users_f: int | None,
    users_m: int | None,
    topics: Mapping[str, int],
) -> PastTotal:
    """Correct the figures of a period, unless somebody else has just done so."""
    past_total = queries.get_past_total(past_total_id)
    if past_total.version != seen_version:
        raise Conflict(_("Mentre scrivevi qualcun altro ha cambiato questi totali."))
    _refuse_wrong_past_total(None, users, users_f, users_m)
    past_total.users, past_total.users_f, past_total.users_m = users, users_f, users_m
    past_total.topics = {code: number for code, number in topics.items() if number}
    db.session.flush()
    return past_total


def delete_past_total(*, past_total_id: UUID) -> None:
    """Forget the figures of a period; the audit log keeps that they were there."""
    db.session.delete(queries.get_past_total(past_total_id))
    db.session.flush()


def _refuse_wrong_past_total(
    period: Period | None, users: int, users_f: int | None, users_m: int | None
) -> None:
    if period is not None and period.end >= clock.today():
        raise Refusal(
            _("Il periodo %(name)s non è ancora finito.", name=period.name), field="period"
        )
    if (users_f or 0) + (users_m or 0) > users:
        raise Refusal(
            _(
                "Donne e uomini insieme superano gli utenti (%(users)s).",
                users=italian.count(users),
            ),
            field="users",
        )
