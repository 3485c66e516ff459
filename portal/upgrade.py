# SPDX-License-Identifier: AGPL-3.0-or-later
"""After an installation or an update: the newest tables, and the topic lists that are new."""

from config.settings import Settings
from migrations import upgrade
from portal.app import Portal, create_app
from portal.core.tenancy import identity_scope
from portal.core.unit import unit_of_work
from portal.taxonomy.actions import publish_versions


def bring_up_to_date(settings: Settings, *, patience_seconds: int) -> Portal:
    """Migrate as the owner, publish as the application; safe to run twice. The application."""
    upgrade(str(settings.database_owner_url))
    app = create_app(settings, patience_seconds=patience_seconds)
    with app.app_context(), identity_scope(), unit_of_work():
        publish_versions()
    return app
