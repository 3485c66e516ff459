# SPDX-License-Identifier: AGPL-3.0-or-later
"""After an installation or an update: the newest tables, and the topic lists that are new."""

from config.settings import Settings
from migrations import newest_version, upgrade
from migrations.catalogue import compare_with_expected, read_catalogue
from portal.app import Portal, create_app
from portal.core.errors import Refusal
from portal.core.store.schema import refuse_newer_version
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.taxonomy.actions import store_versions


class Incomplete(Refusal):
    """The tables are not what the code expects although every migration has run."""


def bring_up_to_date(settings: Settings, *, patience_seconds: int) -> Portal:
    """Migrate as the owner, store the topic list as the application, which is returned.

    Safe to run twice.

    Raises WrongSchema for tables newer than the code, Incomplete where something is missing after.
    """
    owner_url = str(settings.database_owner_url)
    refuse_newer_version(owner_url, expected=newest_version())
    upgrade(owner_url)
    refuse_incomplete(owner_url)
    app = create_app(settings, patience_seconds=patience_seconds)
    with app.app_context(), identity_scope(), unit_of_work():
        store_versions()
    return app


def refuse_incomplete(owner_url: str) -> None:
    """Compare columns, keys, indexes, triggers, policies and privileges with what is expected."""
    difference = compare_with_expected(read_catalogue(owner_url))
    if not difference.is_nothing:
        lines = [f"manca: {line}" for line in difference.missing]
        lines += [f"è di troppo: {line}" for line in difference.unexpected]
        raise Incomplete(
            "La banca dati è alla versione giusta ma non è come deve essere. Tieni fermo il portale"
            " e mostra queste righe a chi la cura:\n" + "\n".join(lines)
        )
