# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters to recipients."""

from uuid import UUID

from portal.mailings import actions
from portal.mailings.kinds import DESK


def deliver(job_id: UUID, subject: str) -> None:
    """Send one letter, or go on from where another mailer stopped."""
    actions.deliver(DESK, delivery_id=actions.delivery_of(subject), job_id=job_id)
