# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tells the letters of one report from those of another: tables, and how a letter is written.

The same few acts serve a desk's recipients and a network's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.core.mail import Letter
from portal.mailings.letters import relazione_of
from portal.mailings.models import Delivery, NetworkDelivery, NetworkRecipient, Recipient
from portal.reports import editions
from portal.reports.frozen import DESK as DESK_EDITIONS


@dataclass(frozen=True)
class Recipients:
    """The tables of whoever receives: a desk's offices, or a network's."""

    recipients: Any
    deliveries: Any


@dataclass(frozen=True)
class Kind(Recipients):
    """The letters that carry one kind of edition."""

    editions: editions.Kind
    write: Callable[[Any, str, UUID], Letter]
    """(edition, address, id of the delivery) -> the letter, from what the edition froze."""


OF_DESK = Recipients(Recipient, Delivery)
OF_NETWORK = Recipients(NetworkRecipient, NetworkDelivery)
DESK = Kind(Recipient, Delivery, DESK_EDITIONS, relazione_of)
