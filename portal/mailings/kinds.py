# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tells the letters of one report from those of another: tables, and how a letter is written.

The same few acts serve a desk's recipients and a network's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.core.documents.tables import Table
from portal.core.work.mail import Letter
from portal.mailings import letters, public
from portal.mailings.models import (
    ApprovalNotice,
    Delivery,
    DeliveryRow,
    EditionLetterRow,
    NetworkDelivery,
    NetworkRecipient,
    Recipient,
    RecipientRow,
)
from portal.reports.editions.desk import DESK as DESK_EDITIONS
from portal.reports.editions.edition_type import EditionType
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow


@dataclass(frozen=True)
class Recipients:
    """The tables of whoever receives: a desk's offices, or a network's."""

    recipients: type[RecipientRow]
    deliveries: type[DeliveryRow]

    @property
    def letters(self) -> tuple[type[EditionLetterRow], ...]:
        """The tables of every letter that leaves from here."""
        notices = (ApprovalNotice,) if issubclass(self.deliveries, Delivery) else ()
        return (self.deliveries, *notices)

    @property
    def has_audiences(self) -> bool:
        """Whether some receive everything and others what anybody may read."""
        return issubclass(self.recipients, Recipient)


@dataclass(frozen=True)
class MailingType(Recipients):
    """The letters that carry one kind of edition."""

    editions: EditionType
    write: Callable[[EditionRow, str, UUID], Letter]
    """(edition, address, id of the delivery) -> the letter, from what the edition froze."""
    table: Callable[[dict[str, Any]], Table]
    """The frozen figures -> the table that the letter shows."""
    attached: tuple[str, ...]
    """The names of the edition's files that go with the letter."""
    write_public: Callable[[EditionRow, str, UUID], Letter] | None = None
    """The same for whoever reads only what anybody may; a Refusal where there is no such form."""


OF_DESK = Recipients(Recipient, Delivery)
OF_NETWORK = Recipients(NetworkRecipient, NetworkDelivery)
DESK = MailingType(
    Recipient,
    Delivery,
    editions=DESK_EDITIONS,
    write=letters.relazione_of,
    table=lambda frozen: letters.letter_table(thaw(frozen)),
    attached=letters.ATTACHED,
    write_public=public.publishable_of,
)
