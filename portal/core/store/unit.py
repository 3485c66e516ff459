# SPDX-License-Identifier: AGPL-3.0-or-later
"""One commit for each request or job: the only place that commits.

The unit commits when its block ends, also after a form was refused with 422, and rolls back when
the block raises. Letters, jobs and other outside effects wait for the commit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import current_app
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from portal.core.store.database import db

_promised: ContextVar[list[Callable[[], None]] | None] = ContextVar("promised", default=None)


class Unconfirmed(SQLAlchemyError):
    """The database went away while it was told to commit: the unit may count, or not."""


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit once at the end of the block, then keep the promises made by after_commit()."""
    promises: list[Callable[[], None]] = []
    token = _promised.set(promises)
    try:
        yield
        _commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _promised.reset(token)
    for promise in promises:
        promise()


def _commit() -> None:
    try:
        db.session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unconfirmed from error
        raise


def after_commit(promise: Callable[[], None]) -> None:
    """Do this once the present unit has committed; never if it rolls back."""
    promises = _promised.get()
    if promises is None:
        raise RuntimeError("after_commit() outside a unit of work")
    promises.append(promise)


@contextmanager
def separate() -> Iterator[None]:
    """A unit of its own, for what must be kept when the present one rolls back.

    Refused logins and refused acts are written here: the exception that ends the request must
    not erase its own trace.
    """
    with current_app.app_context(), unit_of_work():
        yield
