# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of one's own account, of invitations, and the manager's page of who works here."""

from portal.accounts.views.account import accounts
from portal.accounts.views.invitations import invitations
from portal.accounts.views.lost import lost
from portal.accounts.views.members import members

__all__ = ["accounts", "invitations", "lost", "members"]
