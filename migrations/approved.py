# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wall around what was approved, the same for every table of editions."""

from alembic import op

FUNCTION = """
CREATE FUNCTION keep_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an approved % does not change', TG_TABLE_NAME USING ERRCODE = '23001';
END $$
"""


def kept_once_approved(table: str) -> None:
    """What an approved edition says is never rewritten, not by the tables' owner either."""
    kept = (
        "id", "report", "period", "baseline", "number", "replaces", "reason", "frozen",
        "frozen_at", "taxonomy", "software", "sha256", "approved_at", "approved_by",
    )  # fmt: skip
    new, old = (", ".join(f"{row}.{name}" for name in kept) for row in ("NEW", "OLD"))
    op.execute(
        f"CREATE TRIGGER keep_approved BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.approved_at IS NOT NULL AND ({new}) IS DISTINCT FROM ({old}))"
        " EXECUTE FUNCTION keep_approved()"
    )
