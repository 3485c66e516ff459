# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters to recipients, of a desk or of a network."""

from uuid import UUID

from portal.core.store.database import speaker
from portal.mailings import actions
from portal.mailings.kinds import DESK
from portal.oversight.letters import NETWORK


def deliver(job_id: UUID, subject: str) -> None:
    """Send one letter, or go on from where another mailer stopped."""
    kind = NETWORK if speaker().network_id else DESK
    actions.deliver(kind, delivery_id=actions.delivery_of(subject), job_id=job_id)
