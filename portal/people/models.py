# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of persons; each belongs to one desk and every key begins with it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable
from portal.drafts.form_tokens import SentOnce


def belongs_to_person(*, cascade: bool = True) -> ForeignKeyConstraint:
    """The key of a child row: desk first, so that it cannot point at another desk's person."""
    return ForeignKeyConstraint(
        ["desk_id", "person_id"],
        ["person.desk_id", "person.id"],
        ondelete="CASCADE" if cascade else None,
    )


class Person(SentOnce, DeskTable):
    """A distinct human being known to one desk; birth, sex and papers may be partly unknown."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("family_name <> '' OR given_name <> ''", name="some_name"),
        CheckConstraint("sex IN ('F', 'M', 'X')", name="sex"),
        CheckConstraint("birth_year BETWEEN 1880 AND 2100", name="birth_year"),
        CheckConstraint("birth_month BETWEEN 1 AND 12", name="birth_month"),
        CheckConstraint(
            "(birth_month IS NULL OR birth_year IS NOT NULL)"
            " AND (birth_day IS NULL OR birth_month IS NOT NULL)"
            " AND (birth_day IS NULL OR make_date(birth_year, birth_month, birth_day) IS NOT NULL)",
            name="birth_parts",
        ),
        ForeignKeyConstraint(["desk_id", "merged_into"], ["person.desk_id", "person.id"]),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        Index("ix_person_name", "desk_id", "sort_name", "id"),
        # What statistics ask of every user, here and below: read from the index alone.
        Index(
            "ix_person_described",
            "desk_id",
            "id",
            postgresql_include=["sex", "birth_year", "birth_month", "birth_day", "languages"],
        ),
        # Partial: full of nothing they are smaller than the primary key, and in a table without
        # statistics every foreign key would be looked up in them, that is in the whole desk.
        Index(
            "uq_person_desk_id_form_token",
            "desk_id",
            "form_token",
            unique=True,
            postgresql_where=text("form_token IS NOT NULL"),
        ),
        Index(
            "ix_person_permit",
            "desk_id",
            "permit_expires_on",
            postgresql_where=text("permit_expires_on IS NOT NULL"),
        ),
        Index(
            "ix_person_codice_fiscale",
            "desk_id",
            "codice_fiscale",
            postgresql_where=text("codice_fiscale IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_name: Mapped[str] = mapped_column(String(120), default="")
    given_name: Mapped[str] = mapped_column(String(120), default="")
    sort_name: Mapped[str] = mapped_column(String(260, collation="C"))
    sex: Mapped[str | None] = mapped_column(String(1))
    birth_year: Mapped[int | None]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]
    birth_conventional: Mapped[bool] = mapped_column(default=False)
    birth_state: Mapped[str | None] = mapped_column(String(3))
    birth_city: Mapped[str] = mapped_column(String(120), default="")
    codice_fiscale: Mapped[str | None] = mapped_column(String(16))
    codice_fiscale_kind: Mapped[str | None] = mapped_column(String(12))
    codice_fiscale_seen: Mapped[bool] = mapped_column(default=False)
    permit_kind: Mapped[str | None] = mapped_column(String(20))
    permit_expires_on: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    languages: Mapped[list[str]] = mapped_column(ARRAY(String(3)), default=list)
    notice_given_on: Mapped[date | None]
    notice_language: Mapped[str | None] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    merged_into: Mapped[UUID | None]
    """The card that this one was made part of; it is then found nowhere by itself."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PersonAlias(DeskTable):
    """Another name that the person uses or used, searched like the first."""

    __tablename__ = "person_alias"
    __table_args__ = (belongs_to_person(), Index(None, "desk_id", "person_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(240))


class PersonCitizenship(DeskTable):
    """One of a person's citizenships (ISTAT code); exactly one is primary, for statistics."""

    __tablename__ = "person_citizenship"
    __table_args__ = (
        belongs_to_person(),
        UniqueConstraint("desk_id", "person_id", "state_code"),
        Index(
            "uq_person_citizenship_primary",
            "desk_id",
            "person_id",
            unique=True,
            postgresql_include=["state_code"],
            postgresql_where=text("is_primary"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID]
    state_code: Mapped[str] = mapped_column(String(3))
    is_primary: Mapped[bool]


class PersonFormerCitizenship(DeskTable):
    """What was a person's primary citizenship, and the first day on which it no longer was."""

    __tablename__ = "person_former_citizenship"
    __table_args__ = (belongs_to_person(), UniqueConstraint("desk_id", "person_id", "until"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID]
    state_code: Mapped[str] = mapped_column(String(3))
    until: Mapped[date]


class PersonResidence(DeskTable):
    """Where a person lived from a day on; reports use the residence at the visit."""

    __tablename__ = "person_residence"
    __table_args__ = (
        belongs_to_person(),
        UniqueConstraint(
            "desk_id", "person_id", "valid_from", postgresql_include=["kind", "comune_code"]
        ),
        CheckConstraint(
            "kind IN ('comune', 'outside_province', 'abroad', 'homeless', 'not_stated')",
            name="kind",
        ),
        CheckConstraint(
            "(kind IN ('comune', 'outside_province')) OR comune_code IS NULL",
            name="comune_fits_kind",
        ),
        CheckConstraint("kind <> 'comune' OR comune_code IS NOT NULL", name="comune_given"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    comune_code: Mapped[str | None] = mapped_column(String(6))
    valid_from: Mapped[date]


class PeopleApart(DeskTable):
    """Two persons that resemble each other and are not the same: somebody has looked."""

    __tablename__ = "people_apart"
    __table_args__ = (
        ForeignKeyConstraint(
            ["desk_id", "one_id"], ["person.desk_id", "person.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["desk_id", "other_id"], ["person.desk_id", "person.id"], ondelete="CASCADE"
        ),
        CheckConstraint("one_id < other_id", name="in_order"),
        Index(None, "desk_id", "other_id"),
    )

    one_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    told_at: Mapped[datetime] = mapped_column(default=clock.now)
    told_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class PersonKey(DeskTable):
    """The desk's own key for a person, as its files write it; it persists across files."""

    __tablename__ = "person_key"
    __table_args__ = (belongs_to_person(), Index(None, "desk_id", "person_id"))

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    person_id: Mapped[UUID]


class PersonToken(DeskTable):
    """A normalised word of a name ('w'), its Daitch-Mokotoff key ('s') or a key that all its
    spellings share ('v', see spellings.py), for search.

    Under row-level security only leakproof operators may use an index: words are found with
    `^@` on the "C" collation, keys by equality.
    """

    __tablename__ = "person_token"
    __table_args__ = (belongs_to_person(), Index(None, "desk_id", "person_id"))

    kind: Mapped[str] = mapped_column(String(1), primary_key=True)
    token: Mapped[str] = mapped_column(String(120, collation="C"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
