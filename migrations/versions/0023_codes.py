# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find a person also by the later parts of the codice fiscale: birth, day and sex, birthplace."""

from alembic import op

from migrations import rls

revision = "0023"
down_revision = "0022"

# As portal/people/words.py:CODE_PARTS, written from one instead of zero.
WRITE = """
INSERT INTO person_token (desk_id, kind, token, person_id)
SELECT person.desk_id, 'w', lower(substr(person.codice_fiscale, part.first)), person.id
FROM person CROSS JOIN (VALUES (7), (9), (12)) AS part (first)
WHERE length(person.codice_fiscale) = 16
ON CONFLICT DO NOTHING
"""
FORGET = """
DELETE FROM person_token AS old
USING person CROSS JOIN (VALUES (7), (9), (12)) AS part (first)
WHERE old.desk_id = person.desk_id AND old.person_id = person.id AND old.kind = 'w'
    AND old.token = lower(substr(person.codice_fiscale, part.first))
"""


def upgrade() -> None:
    with rls.unforced("person"), rls.unforced("person_token"):
        op.execute(WRITE)


def downgrade() -> None:
    with rls.unforced("person"), rls.unforced("person_token"):
        op.execute(FORGET)
