# SPDX-License-Identifier: AGPL-3.0-or-later
"""Engines, session and the hook that tells PostgreSQL the scope of each transaction.

Each transaction begins by naming the desk, the network and the account on whose behalf it runs;
row-level security does the rest. A transaction outside any scope does not begin at all:
zero rows would be a false report, so an empty context is an error here and in the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    ExceptionContext,
    ForeignKey,
    MetaData,
    Table,
    event,
    text,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, SessionTransaction, mapped_column, registry
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.pool import ConnectionPoolEntry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SET_SCOPE = text(
    "SELECT set_config('portal.desk', :desk, true), set_config('portal.network', :network, true),"
    " set_config('portal.account', :account, true)"
)
JUST_USED_SECONDS = 2
JOINING_WHOLE = "joining_whole"
JOIN_WHOLE = text(
    "SELECT current_setting('enable_nestloop') AS loops,"
    " current_setting('enable_hashjoin') AS hashes,"
    " current_setting('work_mem') AS memory, current_setting('plan_cache_mode') AS plans,"
    " set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('work_mem', '64MB', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true)"
)
JOIN_AS_USUAL = text(
    "SELECT set_config('enable_nestloop', :loops, true),"
    " set_config('enable_hashjoin', :hashes, true),"
    " set_config('work_mem', :memory, true), set_config('plan_cache_mode', :plans, true)"
)


@dataclass(frozen=True)
class Scope:
    """On whose behalf a transaction runs; a network's scope uses the network's own role."""

    desk_id: UUID | None = None
    network_id: UUID | None = None
    account_id: UUID | None = None

    @property
    def place_id(self) -> UUID | None:
        """The desk or the network, for what must not be confused between two of them."""
        return self.desk_id or self.network_id


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """On whose behalf the next transaction runs; a RuntimeError outside any scope."""
    scope = _scope.get()
    if scope is None:
        raise RuntimeError("no scope is open: no transaction begins")
    return scope


@contextmanager
def enter_scope(scope: Scope) -> Iterator[None]:
    """Give the block a fresh session in this scope.

    Used by tenancy alone. The session is new because the identity map remembers the objects of
    the desk before; an open transaction would keep the scope that it began with.
    """
    if db.session.registry.has() and db.session().in_transaction():
        raise RuntimeError("a transaction is open: finish it before the scope changes")
    db.session.remove()
    token = _scope.set(scope)
    try:
        yield
    finally:
        db.session.remove()
        _scope.reset(token)


class ScopedSession(FlaskSession):
    """A session bound to the role of the scope: the network's own, or the application's."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Engine | Connection:
        return db.engines["network" if current_scope().network_id else None]


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: DateTime(timezone=True)},
    )
    __table__: ClassVar[Table]


db = SQLAlchemy(
    model_class=Base, session_options={"class_": ScopedSession, "expire_on_commit": False}
)

if TYPE_CHECKING:
    # No checker follows db.Model, a class made at run time: without this every table is Any.
    Model = Base
else:
    Model = db.Model


@event.listens_for(OrmSession, "after_begin")
def _set_scope(_session: OrmSession, transaction: SessionTransaction, conn: Connection) -> None:
    scope = current_scope()
    # Nobody: what a transaction was told ended with it, so there is nothing to take back.
    if transaction.nested or scope == Scope():
        return
    ids = {"desk": scope.desk_id, "network": scope.network_id, "account": scope.account_id}
    conn.execute(SET_SCOPE, {key: str(value or "") for key, value in ids.items()})


@contextmanager
def joining_whole() -> Iterator[None]:
    """Join the tables of the desk whole in the block, never row by row: for its statistics.

    Row-level security hides from the planner whose rows they are, so that it takes every desk for
    an average one and the joins of a large one for a handful of rows to look up. Tables are merged
    in the order of their indexes: to look a million enquiries up among hashes takes a quarter more.
    Its persons are then put together in memory, where those of the largest desks do not fit the
    usual share; and each time a plan is made for its windows, since one for any windows takes three
    times as long.
    """
    session = db.session()
    if session.info.get(JOINING_WHOLE):
        # The block around this one has said so, and takes it back.
        yield
        return
    usual = session.execute(JOIN_WHOLE).one()
    session.info[JOINING_WHOLE] = True
    try:
        yield
    finally:
        del session.info[JOINING_WHOLE]
    # Not after an error: the transaction is over, and the settings with it.
    session.execute(JOIN_AS_USUAL, usual._asdict())


class PlatformTable(Model):
    """Shared by all desks and free of persons' data: networks, desks, accounts, taxonomy."""

    __abstract__ = True


def scoped_desk() -> UUID:
    """The desk in scope, for the key of new rows; PostgreSQL checks it again."""
    desk_id = current_scope().desk_id
    if desk_id is None:
        raise RuntimeError("no desk is in scope")
    return desk_id


class DeskTable(Model):
    """A table of one desk: row-level security, and every key begins with the desk."""

    __abstract__ = True

    desk_id: Mapped[UUID] = mapped_column(
        ForeignKey("desk.id"),
        primary_key=True,
        default=scoped_desk,
        server_default=text("current_desk()"),
        sort_order=-1,
    )


def scoped_network() -> UUID:
    """The network in scope, for the key of new rows; PostgreSQL checks it again."""
    network_id = current_scope().network_id
    if network_id is None:
        raise RuntimeError("no network is in scope")
    return network_id


class PublishedTable(Model):
    """What a network may see: written inside a desk's scope, read by the network's own role."""

    __abstract__ = True

    network_id: Mapped[UUID] = mapped_column(
        ForeignKey("network.id"), primary_key=True, default=scoped_network, sort_order=-1
    )


def connect(app: Flask, *, database_url: str, network_url: str, patience_seconds: int) -> None:
    """Attach the two roles that serve requests; the owner's role never enters the application."""
    limits = (
        f"-c statement_timeout={patience_seconds}s -c lock_timeout={min(patience_seconds, 10)}s"
        " -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    )
    options = {
        "connect_args": {"options": limits, "connect_timeout": 3},
        "hide_parameters": True,
        "pool_size": 5,
        "pool_timeout": 5,
    }
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_BINDS"] = {"network": network_url}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        pulse = Pulse()
        for engine in db.engines.values():
            _keep_alive(engine, pulse)


class Pulse:
    """When the server last let a connection of any role fall, or took none."""

    def __init__(self) -> None:
        self.lost_at = -inf

    def note_loss(self, context: ExceptionContext) -> None:
        if context.is_disconnect or context.connection is None:
            self.lost_at = monotonic()


def _keep_alive(engine: Engine, pulse: Pulse) -> None:
    """Ask a connection whether it is alive before it is used, unless it is new or just used.

    As SQLAlchemy's pre-ping, which asks also between the two transactions of one request. What was
    used before the server was last away is asked in any case.
    """
    event.listen(engine, "handle_error", pulse.note_loss)

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["given_back"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        given_back = record.info.get("given_back", inf)
        if given_back > pulse.lost_at and monotonic() - given_back < JUST_USED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone


class DangerousRole(Exception):
    """The application was given a role that could step around row-level security."""


def refuse_dangerous_roles(app: Flask) -> None:
    """Refuse to start with a role that is superuser, bypasses row security or owns a table."""
    question = text(
        "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class c"
        " WHERE c.relkind IN ('r', 'p', 'v') AND pg_has_role(current_user, c.relowner, 'USAGE'))"
        " FROM pg_roles WHERE rolname = current_user"
    )
    with app.app_context():
        for engine in db.engines.values():
            with engine.connect() as connection:
                if connection.execute(question).scalar_one():
                    raise DangerousRole(
                        "Il ruolo PostgreSQL dell’applicazione è proprietario di tabelle,"
                        " superutente o BYPASSRLS: usa un ruolo senza privilegi (config/roles.sql)."
                    )
