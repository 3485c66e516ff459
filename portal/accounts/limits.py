# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often anything may be done: one table, with the reason of each line.

A limit slows an attacker or a mistake down and locks nobody out: it ends by itself, says when,
and whoever signs in from a browser that the account knows passes beside whoever guesses.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import current_app
from flask_babel import ngettext
from sqlalchemy import delete, or_, text, update

from portal.accounts.models import UseCount
from portal.accounts.rules import CLOCKS_DIFFER
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import current_scope, db


@dataclass(frozen=True)
class Limit:
    """At most so many uses in a span that begins with the first."""

    uses: int
    span: timedelta
    why: str


class Act(StrEnum):
    """What is counted, and by whom it is done."""

    TRY_OF_ACCOUNT = "try of account"
    TRY_FROM_ADDRESS = "try from address"
    TRY_OF_DEVICE = "try of device"
    CODE_FROM_ADDRESS = "code from address"
    LOST_OF_ACCOUNT = "lost password of account"
    LOST_FROM_ADDRESS = "lost password from address"
    SEARCH = "search"
    SEARCH_FOR_LONG = "search for long"
    EXPORT = "export"
    INVITE = "invite"
    LETTER = "letter"


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GUESSES = timedelta(minutes=5)
LIMITS: dict[Act, Limit] = {
    Act.TRY_OF_ACCOUNT: Limit(
        5, GUESSES, "Nobody mistypes a password six times in five minutes; a program does."
    ),
    Act.TRY_FROM_ADDRESS: Limit(
        30, GUESSES, "A whole Comune may stand behind one address: all of them, each mistaken once."
    ),
    Act.TRY_OF_DEVICE: Limit(
        10, GUESSES, "A browser that the account knows, whatever others try from elsewhere."
    ),
    Act.CODE_FROM_ADDRESS: Limit(
        30, GUESSES, "Codes have 100 bits: this spares the database, not the code."
    ),
    Act.LOST_OF_ACCOUNT: Limit(3, HOUR, "More letters than that are a nuisance, or an attack."),
    Act.LOST_FROM_ADDRESS: Limit(30, HOUR, "As for passwords, letter by letter."),
    Act.SEARCH: Limit(
        300, MINUTE, "The box asks at each pause of the typing, at most five times a second."
    ),
    Act.SEARCH_FOR_LONG: Limit(
        5_000, HOUR, "A day at the counter takes some hundreds; thousands copy the archive."
    ),
    Act.EXPORT: Limit(
        120, HOUR, "Nine files each of a year's relazioni; a card's copy leaves one at a time."
    ),
    Act.INVITE: Limit(60, HOUR, "A whole managing body comes in in an hour."),
    Act.LETTER: Limit(60, HOUR, "Letters sent again by hand: each is pressed by somebody."),
}


class TooOften(Refusal):
    """A limit is reached: nothing was done, and when it can be is said."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(_sentence(seconds))


def _sentence(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Troppi tentativi. Riprova fra %(minutes)s minuto.",
        "Troppi tentativi. Riprova fra %(minutes)s minuti.",
        minutes,
        minutes=minutes,
    )


# Every search counts, and SQLAlchemy makes an INSERT of several rows anew each time it is asked.
# An end beyond a whole span from now was written before the clock was set back.
COUNTED = text(
    """
INSERT INTO use_count AS counted (bucket, ends_at, uses)
SELECT bucket, ends_at, 1
FROM unnest(CAST(:buckets AS bytea[]), CAST(:ends AS timestamptz[])) AS asked (bucket, ends_at)
ORDER BY bucket
ON CONFLICT (bucket) DO UPDATE SET (ends_at, uses) = (
    SELECT CASE WHEN is_over THEN excluded.ends_at ELSE counted.ends_at END,
        CASE WHEN is_over THEN 1 ELSE counted.uses + 1 END
    FROM (SELECT counted.ends_at <= :now OR counted.ends_at > excluded.ends_at + :clocks_differ)
        AS span (is_over)
)
RETURNING bucket, ends_at, uses
"""
)


def count_uses(uses: Iterable[tuple[Act, str]]) -> list[bytes]:
    """Count one use of each act by each doer, before it is done; TooOften beyond a limit.

    The buckets counted, for forgive(). Simultaneous uses take turns at their row.
    """
    now = clock.now()
    acts = {bucket_of(act, doer): act for act, doer in uses}
    buckets = sorted(acts)
    values = {
        "buckets": buckets,
        "ends": [now + LIMITS[acts[bucket]].span for bucket in buckets],
        "now": now,
        "clocks_differ": CLOCKS_DIFFER,
    }
    counted = db.session.execute(COUNTED, values).all()
    waits = [row.ends_at - now for row in counted if row.uses > LIMITS[acts[row.bucket]].uses]
    if waits:
        raise TooOften(max(1, int(max(waits).total_seconds())))
    return [row.bucket for row in counted]


def count_own(*acts: Act) -> None:
    """Count a use by the account in scope; the command line and the workers have no limit."""
    account_id = current_scope().account_id
    if account_id is not None:
        count_uses((act, str(account_id)) for act in acts)


def forgive(buckets: Iterable[bytes], *, wholly: bytes | None = None) -> None:
    """The use was a rightful one: it no longer counts, nor does anything of the bucket `wholly`."""
    db.session.execute(
        update(UseCount)
        .where(UseCount.bucket.in_([*buckets]), UseCount.uses > 0)
        .values(uses=UseCount.uses - 1)
    )
    gone = UseCount.ends_at < clock.now() - HOUR
    db.session.execute(delete(UseCount).where(or_(UseCount.bucket == wholly, gone)))


def network_of(address: str) -> str:
    """One subscriber owns a whole /64 of IPv6 and would never run out of addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def bucket_of(act: Act, doer: str) -> bytes:
    """Where the uses of an act by somebody are counted."""
    secret: str = current_app.config["SETTINGS"].secret_key
    return hmac.new(secret.encode(), f"{act} {doer}".encode(), hashlib.sha256).digest()
