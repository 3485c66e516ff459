# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proving who one is: count the try, compare one hash, and answer every failure alike.

No connection is held while the hash is computed, and what a try leaves behind is written in units
of its own, so that whatever ends the request cannot take it back.
"""

from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _

from portal.accounts import actions, passwords, queries
from portal.accounts.rules import (
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    account_bucket,
    address_bucket,
    comparable_email,
)
from portal.core.errors import Refusal
from portal.core.store.unit import separate


class WrongPassword(Refusal):
    """The address, the password or the state of the account: it is not said which."""


def prove(*, email: str, password: str, address: str, secret: str) -> UUID:
    """Whose password this is; TooManyTries or WrongPassword where it is nobody's."""
    bucket = account_bucket(email, secret=secret)
    limits = {
        bucket: TRIES_PER_ACCOUNT,
        address_bucket(address, secret=secret): TRIES_PER_ADDRESS,
    }
    with separate():
        reserved = actions.reserve_try(limits)
        account = queries.find_account(comparable_email(email))
    stored = account.password_hash if account and not account.disabled_at else None
    right = passwords.is_right(password, stored)
    if account is None or stored is None or not right:
        with separate():
            actions.record_event("sign_in_failed", account_id=account.id if account else None)
        raise WrongPassword(_("E-mail o password non corrette."))
    with separate():
        actions.forgive_tries(bucket, reserved=reserved)
        if passwords.is_outdated(stored):
            actions.store_hash(account.id, password=password)
    return account.id


def prove_here(email: str, password: str) -> UUID:
    """The same for the browser of the present request."""
    return prove(
        email=email,
        password=password,
        address=request.remote_addr or "",
        secret=current_app.config["SETTINGS"].secret_key,
    )
