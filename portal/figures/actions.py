# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of figures: the roll-up follows the visits, past totals are entered by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import text

from portal.core import clock
from portal.core.errors import Conflict, Refusal
from portal.core.italy import formats
from portal.core.italy.periods import Period, PeriodKind, parse_period, period_of
from portal.core.store.database import current_scope, db
from portal.figures import queries
from portal.figures.consistency import refuse_contradiction
from portal.figures.models import PastTotal
from portal.figures.rules import SEXES, Counts, Deltas, Nameless
from portal.taxonomy import queries as taxonomy

# The periods are locked in one order, so that two operators never wait for each other in a ring.
ADD = text("""
INSERT INTO figure AS f
    (period, users, users_f, users_m, users_x, users_n, visits, anonymous, topics, nameless)
SELECT period, f + m + x + n, f, m, x, n, visits, anonymous, topics, nameless
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
    period text, f int, m int, x int, n int, visits int, anonymous int, topics jsonb, nameless jsonb
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
    topics = add_counts(f.topics, excluded.topics),
    nameless = add_counts(f.nameless, excluded.nameless)
""")
LOCK = text("""
INSERT INTO figure (period) SELECT unnest(cast(:periods AS text[])) ORDER BY 1
ON CONFLICT (desk_id, period) DO UPDATE SET period = excluded.period
""")
SET = text("""
UPDATE figure SET users = f + m + x + n, users_f = f, users_m = m, users_x = x, users_n = n,
    visits = r.visits, anonymous = r.anonymous, topics = r.topics, nameless = r.nameless
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
    period text, f int, m int, x int, n int, visits int, anonymous int, topics jsonb, nameless jsonb
)
WHERE figure.period = r.period
""")
# Totals are held against those of other periods, whose months nobody else would hold.
ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('past totals ' || current_desk(), 0))"
)


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
            "nameless": delta.nameless,
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
            "nameless": dict(found.nameless.by_topic or {}) if found.nameless else {},
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


def lock_months(period: Period) -> None:
    """Hold the desk's past totals, and the months of a period as visits in it do.

    The totals first: of two files with several periods each, one waits before it has any month.
    """
    db.session.execute(ONE_AT_A_TIME)
    months = [period_of(PeriodKind.MONTH, period.start)]
    while months[-1].end < period.end:
        months.append(period_of(PeriodKind.MONTH, months[-1].end + timedelta(days=1)))
    lock_periods(months)


def store_past_total(
    *,
    period: Period,
    users: int,
    users_f: int | None,
    users_m: int | None,
    topics: Mapping[str, int],
    nameless: Nameless | None = None,
) -> PastTotal:
    """Keep the figures of a period from before the software.

    The caller has held the period's months and found no visit in them (imports.actions).
    """
    _refuse_wrong_past_total(period, users, users_f, users_m)
    _refuse_wrong_enquiries(topics, nameless)
    past_total = PastTotal(
        id=uuid4(),
        period=period.name,
        starts_on=period.start,
        ends_on=period.end,
        users=users,
        users_f=users_f,
        users_m=users_m,
        topics=_asked(topics),
        **_nameless_columns(nameless),
        created_by=current_scope().account_id,
    )
    _refuse_overlap(past_total)
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
    nameless: Nameless | None = None,
) -> PastTotal:
    """Correct the figures of a period, unless somebody else has just done so."""
    past_total = _seen(past_total_id, seen_version)
    _refuse_wrong_past_total(None, users, users_f, users_m)
    _refuse_wrong_enquiries(topics, nameless)
    lock_months(parse_period(past_total.period))
    past_total.users, past_total.users_f, past_total.users_m = users, users_f, users_m
    past_total.topics = _asked(topics)
    for name, value in _nameless_columns(nameless).items():
        setattr(past_total, name, value)
    refuse_contradiction(past_total)
    db.session.flush()
    return past_total


def delete_past_total(*, past_total_id: UUID, reason: str, seen_version: int | None) -> None:
    """Take a period's totals out of every report; the figures stay, with the reason."""
    if queries.find_deleted_past_total(past_total_id):
        return
    past_total = _seen(past_total_id, seen_version)
    past_total.deleted_at, past_total.deleted_reason = clock.now(), reason
    db.session.flush()


def restore_past_total(*, past_total_id: UUID) -> None:
    """Bring deleted totals back, unless other totals stand in their place.

    The caller has held the period's months and found no visit in them, as for new totals.
    """
    past_total = queries.find_deleted_past_total(past_total_id)
    if past_total is None:
        return
    _refuse_overlap(past_total)
    past_total.deleted_at = past_total.deleted_reason = None
    db.session.flush()


def _seen(past_total_id: UUID, seen_version: int | None) -> PastTotal:
    """The totals, if they are still those that somebody had before their eyes."""
    past_total = queries.get_past_total(past_total_id)
    if past_total.version != seen_version:
        raise Conflict(_("Mentre scrivevi qualcun altro ha cambiato questi totali."))
    return past_total


def _asked(topics: Mapping[str, int]) -> dict[str, int]:
    return {code: number for code, number in topics.items() if number}


def _nameless_columns(nameless: Nameless | None) -> dict[str, Any]:
    """As they are kept: the topics only where they are told apart."""
    if nameless is None:
        return {"nameless": None, "nameless_topics": None}
    by_topic = nameless.by_topic
    return {
        "nameless": nameless.total,
        "nameless_topics": None if by_topic is None else dict(by_topic),
    }


def _refuse_wrong_enquiries(topics: Mapping[str, int], nameless: Nameless | None) -> None:
    """More than can be counted, or more without a name than there were, in all or of a topic."""
    if sum(topics.values()) > formats.MOST_COUNTED:
        most = formats.count(formats.MOST_COUNTED)
        raise Refusal(_("Le richieste in tutto possono essere al massimo %(most)s.", most=most),
                      field="total")  # fmt: skip
    if nameless is None:
        return
    limits = [(nameless.total, sum(topics.values()), _("in tutto"))]
    for code, number in (nameless.by_topic or {}).items():
        topic = taxonomy.find_topic(code)
        limits.append((number, topics.get(code, 0), _("«%(topic)s»", topic=topic and topic.label)))
    for number, limit, what in limits:
        if number > limit:
            raise Refusal(
                _(
                    "Le richieste senza nome (%(what)s: %(number)s) superano le richieste"
                    " (%(limit)s).",
                    what=what,
                    number=formats.count(number),
                    limit=formats.count(limit),
                ),
                field="nameless",
            )


def _refuse_overlap(past_total: PastTotal) -> None:
    """The same period twice, or figures that cannot both be true."""
    if queries.find_past_total(parse_period(past_total.period)):
        raise Refusal(
            _("I totali del periodo %(name)s ci sono già.", name=past_total.period),
            field="period",
        )
    refuse_contradiction(past_total)


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
                users=formats.count(users),
            ),
            field="users",
        )
