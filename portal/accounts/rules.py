# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in and where they may go; how long a session lives; what keys look like. Pure."""

import hashlib
import re
import secrets
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
from portal.core.work.logs import ALPHABET

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
KNOWN = ABSOLUTE + IDLE
"""So long it is known whose session it was: who writes as it ends comes back within a half-hour."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""So far two hosts, or two requests at once, may be apart; what is later was written before the
clock was set back."""
SEEN_AGAIN = timedelta(minutes=1)
"""A session's last use is written at most this often: a page need not cost a write."""

INVITATION = timedelta(days=7)
ONE_TIME_KEY = timedelta(hours=2)
"""A lost password or a new address: whoever asks is waiting for the letter."""
KEY_LENGTH = 20
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


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether something was written before the clock was set back."""
    return moment - now > CLOCKS_DIFFER


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


BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_label(user_agent: str) -> str:
    """«Firefox · Windows»: enough to recognise a browser of one's own, and no more."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(filter(None, (browser, system)))


def new_key() -> str:
    """A key that can be read out over the telephone: five groups of four, 100 bits."""
    letters = "".join(secrets.choice(ALPHABET) for _number in range(KEY_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, KEY_LENGTH, 4))


def key_as_made(typed: str) -> str:
    """A key as new_key() wrote it, whatever hand or mail program it has gone through."""
    letters = "".join(char for char in typed.upper() if char.isalnum())[: KEY_LENGTH + 1]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


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
