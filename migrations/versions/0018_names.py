# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the keys of every spelling for those already known; look persons up by their own key."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from migrations import rls
from portal.people.spellings import keys_of

revision = "0018"
down_revision = "0017"

AT_ONCE = 2_000
LONGEST = 120

NAMES = """
SELECT person.desk_id, person.id,
    array_remove(array_agg(alias.name) || family_name::text || given_name::text, NULL) AS names
FROM person
LEFT JOIN person_alias AS alias
    ON alias.desk_id = person.desk_id AND alias.person_id = person.id
GROUP BY person.desk_id, person.id
"""
WRITE = sa.text(
    "INSERT INTO person_token (desk_id, kind, token, person_id)"
    " SELECT desk_id, 'v', token, person_id FROM unnest("
    "CAST(:desks AS uuid[]), CAST(:tokens AS text[]), CAST(:people AS uuid[]))"
    " AS k (desk_id, token, person_id) ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    _index("uq_person_desk_id_form_token", "form_token", unique=True, where=True)
    _index("ix_person_codice_fiscale", "codice_fiscale", unique=False, where=True)
    # All desks at once: the owner names none, and the policies bind it too while they are forced.
    with rls.unforced("person"), rls.unforced("person_alias"), rls.unforced("person_token"):
        people = op.get_bind().execute(sa.text(NAMES)).all()
        for start in range(0, len(people), AT_ONCE):
            _write(list(_keys(people[start : start + AT_ONCE])))


def downgrade() -> None:
    _index("ix_person_codice_fiscale", "codice_fiscale", unique=False, where=False)
    _index("uq_person_desk_id_form_token", "form_token", unique=True, where=False)
    with rls.unforced("person_token"):
        op.execute("DELETE FROM person_token WHERE kind = 'v'")


def _index(name: str, column: str, *, unique: bool, where: bool) -> None:
    """With only what is there: smaller than the primary key they were taken for every look-up."""
    if unique and where:
        op.drop_constraint(name, "person", type_="unique")
    else:
        op.drop_index(name, table_name="person")
    if unique and not where:
        op.create_unique_constraint(name, "person", ["desk_id", column])
    else:
        said = sa.text(f"{column} IS NOT NULL") if where else None
        op.create_index(name, "person", ["desk_id", column], unique=unique, postgresql_where=said)


def _keys(people: Sequence[sa.Row]) -> Iterator[tuple[UUID, str, UUID]]:
    for desk_id, person_id, names in people:
        for key in {key[:LONGEST] for name in names for key in keys_of(name)}:
            yield desk_id, key, person_id


def _write(rows: list[tuple[UUID, str, UUID]]) -> None:
    if rows:
        desks, tokens, people = (list(column) for column in zip(*rows, strict=True))
        op.get_bind().execute(WRITE, {"desks": desks, "tokens": tokens, "people": people})
