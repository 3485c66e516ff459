# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of recipients, of an edition's letters and of the local mailbox."""

from portal.mailings.views.editions import mailings
from portal.mailings.views.recipients import network_mailings

__all__ = ["mailings", "network_mailings"]
