# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in and where they may go; how long a session lives; how many may be tried. Pure."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import UserMixin

from portal.core.errors import Refusal
from portal.core.web.access import Role

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
KNOWN = ABSOLUTE + IDLE
"""So long it is known whose session it was: who writes as it ends comes back within a half-hour."""
SEEN_AGAIN = timedelta(minutes=1)
"""A session's last use is written at most this often: a page need not cost a write."""

WINDOW = timedelta(minutes=5)
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 30
"""A whole Comune may stand behind one address, so it gets more tries than an account."""

INVITATION = timedelta(days=7)
LONGEST_EMAIL = 254
LONGEST_NAME = 120
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}")
OWN_PAGE = re.compile(r"/(?:s|r)/[a-z0-9-]+(?:/[A-Za-z0-9_-]+)*/?|/conto")
PLACE_IN_PATH = re.compile(r"/([sr])/([a-z0-9-]+)/")
LONGEST_PATH = 300
KEPT_IN_QUERY = frozenset(
    {"periodo", "confronto", "prospetto", "pagina", "giorno", "persona", "tipologia"}
    | {"nuova", "assegna", "bozza"}
)
"""What a page is about stays with it through a sign-in; everything else in a query is dropped."""
KEPT_VALUE = re.compile(r"[A-Za-z0-9._/-]{1,60}")

ROLE_NAMES = {
    Role.OPERATOR: _l("Operatore"),
    Role.MANAGER: _l("Responsabile"),
    Role.READER: _l("Sola lettura"),
    Role.OVERSEER: _l("Supervisore"),
}
DESK_ROLES = (Role.OPERATOR, Role.MANAGER, Role.READER)


@dataclass(frozen=True)
class Place:
    """A desk or a network in which an account has a role."""

    id: UUID
    slug: str
    name: str
    short_name: str
    role: Role
    used_before: bool = True

    @property
    def is_network(self) -> bool:
        return self.role is Role.OVERSEER


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The account behind a request, with the places it may enter, the last used first."""

    id: UUID
    name: str
    email: str
    places: tuple[Place, ...]

    def get_id(self) -> str:
        return str(self.id)

    def find_place(self, slug: str, *, network: bool) -> Place | None:
        """The desk or network of this name, if the account belongs to it."""
        for place in self.places:
            if place.slug == slug and place.is_network is network:
                return place
        return None

    def used_last(self, place: Place) -> bool:
        """Whether the place was the last one that the account was in."""
        return place.used_before and place == self.places[0]


def is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has idled for 30 minutes or lived for 10 hours."""
    return now - seen_at > IDLE or now - created_at > ABSOLUTE


def is_forgotten(created_at: datetime, now: datetime) -> bool:
    """Whether it is no longer said whose session this was."""
    return now - created_at > KNOWN


def key_hash(key: str) -> bytes:
    """What is stored of a session's key or of an invitation's."""
    return hashlib.sha256(key.encode()).digest()


def comparable_email(text: str) -> str:
    """An address as accounts are looked up by it, whatever was typed."""
    return text.replace("\0", "").strip().lower()[: LONGEST_EMAIL + 1]


def checked_email(text: str) -> str:
    """An address to which an account can be given, in its one spelling.

    Only the shape is asked for: names of an internal network, such as comune.local, are good.
    """
    email = text.strip().lower()
    if len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email):
        raise Refusal(_("«%(text)s» non è un indirizzo e-mail.", text=email[:80]), field="email")
    return email


def account_bucket(email: str, *, secret: str) -> bytes:
    """The counter of an account's failures, whether or not there is such an account.

    A keyed hash, so that the table of failures is no list of who works here and from where.
    """
    return _keyed(f"account {comparable_email(email)}", secret)


def address_bucket(address: str, *, secret: str) -> bytes:
    """The counter of a network address's failures."""
    return _keyed(f"address {_network_of(address)}", secret)


def _keyed(name: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).digest()


def _network_of(address: str) -> str:
    """One subscriber owns a whole /64 of IPv6 and would never run out of addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


class NamedPlace(NamedTuple):
    """A desk or a network as a path names it; whether there is such a place is not known."""

    letter: str
    slug: str

    @property
    def is_network(self) -> bool:
        return self.letter == "r"


def place_in(path: str) -> NamedPlace | None:
    """The desk or network that a path lies in."""
    found = PLACE_IN_PATH.match(path)
    return NamedPlace(*found.groups()) if found else None


def kept_query(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What of a page's query is worth coming back to, and cannot be anything else."""
    return {name: value for name, value in query if _is_kept(name, value)}


def wanted_parts(page: str) -> tuple[str, dict[str, str]] | None:
    """The path and query of a page of ours that one may be sent back to, if it has that shape."""
    path, mark, text = page.partition("?")
    query = parse_qsl(text, keep_blank_values=True)
    is_ours = len(path) <= LONGEST_PATH and OWN_PAGE.fullmatch(path) is not None
    if not is_ours or bool(mark) != bool(query) or len(query) > len(KEPT_IN_QUERY):
        return None
    if not all(_is_kept(name, value) for name, value in query):
        return None
    return path, dict(query)


def _is_kept(name: str, value: str) -> bool:
    return name in KEPT_IN_QUERY and KEPT_VALUE.fullmatch(value) is not None
