# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proving who one is: count the try, compare the password, and answer every failure alike.

No connection is held while the hash is computed, and what a try leaves behind is written in units
of its own, so that whatever ends the request cannot take it back.
"""

from uuid import UUID

from flask import request
from flask_babel import gettext as _

from portal.accounts import actions, devices, limits, passwords, queries
from portal.accounts.events import EventKind, record_event
from portal.accounts.limits import Act
from portal.accounts.queries import PossibleAccount
from portal.accounts.rules import comparable_email
from portal.core.errors import Refusal
from portal.core.store.unit import separate


class WrongPassword(Refusal):
    """The address, the password or the state of the account: it is not said which."""


def prove(*, email: str, password: str, address: str, device: str = "") -> UUID:
    """Whose password this is; TooOften or WrongPassword where it is nobody's.

    `address`: of the network. `device`: the cookie of the browser.
    """
    with separate():
        candidates = queries.list_candidates(comparable_email(email))
    return _prove(candidates, email=email, password=password, address=address, device=device)


def prove_here(email: str, password: str) -> UUID:
    """The same for the browser of the present request."""
    return prove(email=email, password=password, address=_address(), device=devices.cookie())


def prove_oneself(account_id: UUID, password: str) -> None:
    """A browser left open must not be enough: the password of this account, and no other's."""
    with separate():
        email = queries.get_account(account_id).email
        candidates = [found for found in queries.list_candidates(email) if found.id == account_id]
    _prove(candidates, email=email, password=password, address=_address(), device=devices.cookie())


def _prove(
    candidates: list[PossibleAccount], *, email: str, password: str, address: str, device: str
) -> UUID:
    whole, counted = _count_try(candidates, email=email, address=address, device=device)
    right = [each for each in candidates if _opens(each, password)]
    if not right:
        if not candidates:
            # As slow as for an account that is there.
            passwords.is_right(password, None)
        with separate():
            subject = candidates[0].id if candidates else None
            record_event(EventKind.SIGN_IN_FAILED, subject_id=subject)
        raise WrongPassword(_("E-mail o password non corrette."))
    with separate():
        limits.forgive(counted, wholly=whole)
        if passwords.is_outdated(right[0].password_hash):
            actions.store_hash(right[0].id, password=password)
        if len(right) > 1:
            actions.join_accounts([account.id for account in right])
    return right[0].id


def _opens(candidate: PossibleAccount, password: str) -> bool:
    return passwords.is_right(password, candidate.password_hash)


def _count_try(
    candidates: list[PossibleAccount], *, email: str, address: str, device: str
) -> tuple[bytes, list[bytes]]:
    """Count the try before it is made, so that simultaneous ones cannot pass the limit together.

    A browser that the account knows has a count of its own, whoever else tries from its address or
    tries its account. The bucket of who tried rightly, and all that were counted.
    """
    with separate():
        ids = [candidate.id for candidate in candidates]
        if device and ids and queries.is_known_device(devices.hash_of(device), ids):
            uses = [(Act.TRY_OF_DEVICE, f"{comparable_email(email)} {device}")]
        else:
            uses = [
                (Act.TRY_OF_ACCOUNT, comparable_email(email)),
                (Act.TRY_FROM_ADDRESS, limits.network_of(address)),
            ]
        return limits.bucket_of(*uses[0]), limits.count_uses(uses)


def _address() -> str:
    return request.remote_addr or ""
