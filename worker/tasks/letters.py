# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters of every kind, of a desk, of a network or to an account."""

from uuid import UUID

from portal.accounts.letters import TO_ACCOUNTS
from portal.core.store.database import current_scope
from portal.core.work.delivery import deliver as deliver_letter
from portal.core.work.delivery import letter_of
from portal.machine.letters import OF_DISKS
from portal.mailings.actions import NOTICES, letters_of
from portal.mailings.kinds import DESK
from portal.oversight.letters import NETWORK


def deliver(job_id: UUID, subject: str) -> None:
    """Send an edition to one recipient, or go on from where another mailer stopped."""
    kind = letters_of(NETWORK if current_scope().network_id else DESK)
    deliver_letter(kind, letter_id=letter_of(subject), job_id=job_id)


def deliver_notice(job_id: UUID, subject: str) -> None:
    """Tell one manager that an edition waits."""
    deliver_letter(NOTICES, letter_id=letter_of(subject), job_id=job_id)


def deliver_to_account(job_id: UUID, subject: str) -> None:
    """Send one person what concerns their account."""
    deliver_letter(TO_ACCOUNTS, letter_id=letter_of(subject), job_id=job_id)


def deliver_warning(job_id: UUID, subject: str) -> None:
    """Tell whoever governs the machine what only they can mend."""
    deliver_letter(OF_DISKS, letter_id=letter_of(subject), job_id=job_id)
