# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only place that opens a scope: whose rows the next transactions may see.

desk_scope() sees one desk; network_scope() uses the network's own role, which has no privilege on
persons, visits or cases; identity_scope() sees accounts and no desk: a desk table raises there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from portal.core.store.database import Scope, enter_scope


@contextmanager
def desk_scope(desk_id: UUID, *, account_id: UUID | None = None) -> Iterator[None]:
    """Work inside one desk, on behalf of an account (none: the command line or a worker)."""
    with enter_scope(Scope(desk_id=desk_id, account_id=account_id)):
        yield


@contextmanager
def network_scope(network_id: UUID, *, account_id: UUID | None = None) -> Iterator[None]:
    """Work on a network's published figures, never on a person."""
    with enter_scope(Scope(network_id=network_id, account_id=account_id)):
        yield


@contextmanager
def identity_scope(*, account_id: UUID | None = None) -> Iterator[None]:
    """Work on accounts, memberships and other shared tables; no desk is in scope."""
    with enter_scope(Scope(account_id=account_id)):
        yield
