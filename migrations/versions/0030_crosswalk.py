# SPDX-License-Identifier: AGPL-3.0-or-later
"""Add to the crosswalk what version 2 lacked when it was published, as dated corrections.

The historical row of these topics already said which topic of version 1 each comes from; the
crosswalk did not, so that two tables of one relazione told two stories. On a fresh database the
files say the same when the list is stored.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

MISSING = {
    "SOG-RIN": ("SOG-AGG", "SOG-CON", "SOG-DUP"),
    "BUR": (
        "SOG-STA", "SOG-INT", "SOG-VIS", "ABI-OSP", "SAN", "SAN-SSN", "SAN-STP", "SAN-ORI",
    ),
    "FAM-RIC": ("FAM-COE",),
    "SOC-INV": ("SOC-ECO",),
}  # fmt: skip
ADD = sa.text("""
INSERT INTO topic_change
    (from_version, from_code, to_version, to_code, kind, corrected_on, reason)
SELECT older.version, older.code, newer.version, newer.code, 'split', DATE '2026-12-01',
    'Mancava: la riga storica delle voci diceva già da quale tipologia vengono'
FROM topic AS older, topic AS newer
WHERE (older.version, older.code) = (1, :old) AND (newer.version, newer.code) = (2, :new)
ON CONFLICT DO NOTHING
""")


def upgrade() -> None:
    op.add_column("topic_change", sa.Column("corrected_on", sa.Date(), nullable=True))
    op.add_column(
        "topic_change",
        sa.Column("reason", sa.String(length=200), server_default=sa.text("''"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_topic_change_correction"),
        "topic_change",
        "(corrected_on IS NULL) = (reason = '')",
    )
    connection = op.get_bind()
    for old, codes in MISSING.items():
        for new in codes:
            connection.execute(ADD, {"old": old, "new": new})


def downgrade() -> None:
    op.execute("DELETE FROM topic_change WHERE corrected_on IS NOT NULL")
    op.drop_column("topic_change", "reason")
    op.drop_column("topic_change", "corrected_on")
