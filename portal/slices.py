# SPDX-License-Identifier: AGPL-3.0-or-later
"""The slices that have pages, lowest first."""

from portal.accounts.views import accounts, invitations, lost, members
from portal.counter.views import counter
from portal.home.views import home
from portal.imports.views import imports
from portal.mailings.views import mailings, network_mailings
from portal.oversight.closing_views import oversight
from portal.person_pages.views import person_pages
from portal.reports.views import reports
from portal.sign_in.views import sign_in
from portal.tally.views import tally

BLUEPRINTS = (
    accounts,
    invitations,
    lost,
    members,
    sign_in,
    person_pages,
    tally,
    counter,
    imports,
    reports,
    mailings,
    network_mailings,
    oversight,
    home,
)
