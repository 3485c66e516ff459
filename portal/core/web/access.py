# SPDX-License-Identifier: AGPL-3.0-or-later
"""May they? Each route says who may use it, beside the route; the gate asks here.

The application refuses to start when a route says nothing, so forgetting is not possible.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable)


class Role(StrEnum):
    """What a membership makes of an account in one desk, or (overseer) in one network."""

    OPERATOR = "operator"
    MANAGER = "manager"
    READER = "reader"
    OVERSEER = "overseer"


class Permission(StrEnum):
    """An act, named as verb and noun."""

    USE_OWN_ACCOUNT = "use own account"
    READ_PEOPLE = "read people"
    EDIT_PEOPLE = "edit people"
    RECORD_VISITS = "record visits"
    READ_REPORTS = "read reports"
    APPROVE_REPORTS = "approve reports"
    EDIT_PAST_TOTALS = "edit past totals"
    MANAGE_ACCOUNTS = "manage accounts"
    ARRANGE_COUNTER = "arrange counter"
    MANAGE_RECIPIENTS = "manage recipients"
    OVERSEE = "oversee"


READER = frozenset({Permission.READ_PEOPLE, Permission.READ_REPORTS})
OPERATOR = READER | {Permission.EDIT_PEOPLE, Permission.RECORD_VISITS}
MANAGER = OPERATOR | {
    Permission.APPROVE_REPORTS,
    Permission.EDIT_PAST_TOTALS,
    Permission.MANAGE_ACCOUNTS,
    Permission.ARRANGE_COUNTER,
    Permission.MANAGE_RECIPIENTS,
}

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.READER: READER,
    Role.OPERATOR: OPERATOR,
    Role.MANAGER: MANAGER,
    Role.OVERSEER: frozenset({Permission.OVERSEE, Permission.MANAGE_RECIPIENTS}),
}


def needs(permission: Permission) -> Callable[[View], View]:
    """Only accounts whose role grants the permission may use the route."""

    def declare(view: View) -> View:
        view.needed_permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def open_to_all(view: View) -> View:
    """Anybody may use the route, signed in or not."""
    view.needed_permission = None  # type: ignore[attr-defined]
    return view


def needed_by(view: Callable) -> Permission | None:
    """The permission that a view declares; None where it is open to all."""
    return view.needed_permission  # type: ignore[attr-defined]


def may(role: Role | None, permission: Permission) -> bool:
    """Whether a role, or no role at all, grants a permission."""
    return permission is Permission.USE_OWN_ACCOUNT or permission in GRANTED.get(role, frozenset())  # type: ignore[arg-type]


class UndeclaredRoute(Exception):
    """A route that says neither @needs nor @open_to_all."""


def refuse_undeclared_routes(app: Flask) -> None:
    """Stop the start of an application with a route that anybody might use by oversight."""
    silent = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not hasattr(view, "needed_permission")
    )
    if silent:
        raise UndeclaredRoute(", ".join(silent))
