# SPDX-License-Identifier: AGPL-3.0-or-later
"""Count apart the enquiries that have no name, so that rates are of users alone.

The roll-up of what is recorded already is filled from the records; past totals do not tell until
somebody says so.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0029"
down_revision = "0028"

# The six named periods of a day, as the roll-up names them.
FILL = """
WITH asked AS (
    SELECT v.desk_id, v.visited_on AS day, e.topic_code, count(*) AS number
    FROM visit AS v JOIN enquiry AS e ON e.desk_id = v.desk_id AND e.visit_id = v.id
    WHERE v.person_id IS NULL AND v.deleted_at IS NULL
    GROUP BY v.desk_id, v.visited_on, e.topic_code
), of_periods AS (
    SELECT desk_id, period, topic_code, sum(number) AS number
    FROM asked
    CROSS JOIN LATERAL (SELECT date_part('month', day)::int AS month) AS a
    CROSS JOIN LATERAL (VALUES
        (to_char(day, 'YYYY-MM')),
        (to_char(day, 'YYYY') || '-T' || (month + 2) / 3),
        (to_char(day, 'YYYY') || '-Q' || (month + 3) / 4),
        (to_char(day, 'YYYY') || '-S' || (month + 5) / 6),
        (to_char(day, 'YYYY')),
        (to_char(day - interval '8 months', 'YYYY') || '/'
            || to_char(day + interval '4 months', 'YYYY'))
    ) AS named (period)
    GROUP BY desk_id, period, topic_code
), by_period AS (
    SELECT desk_id, period, jsonb_object_agg(topic_code, number) AS nameless
    FROM of_periods GROUP BY desk_id, period
)
UPDATE figure SET nameless = by_period.nameless
FROM by_period
WHERE figure.desk_id = by_period.desk_id AND figure.period = by_period.period
"""


def upgrade() -> None:
    op.add_column(
        "figure",
        sa.Column(
            "nameless",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column("past_total", sa.Column("nameless", sa.Integer(), nullable=True))
    op.add_column(
        "past_total",
        sa.Column("nameless_topics", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    with rls.unforced("past_total"):
        op.create_check_constraint(op.f("ck_past_total_nameless"), "past_total", "nameless >= 0")
        op.create_check_constraint(
            op.f("ck_past_total_nameless_by_topic"),
            "past_total",
            "nameless_topics IS NULL OR nameless IS NOT NULL",
        )
    with rls.unforced("figure"), rls.unforced("visit"), rls.unforced("enquiry"):
        op.execute(FILL)


def downgrade() -> None:
    op.drop_column("past_total", "nameless_topics")
    op.drop_column("past_total", "nameless")
    op.drop_column("figure", "nameless")
