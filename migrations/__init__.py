# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered migrations, run by the owner's role; the application never owns a table."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = Path(__file__).parent / "versions"


def newest_version() -> str:
    """The number of the newest migration, which the code expects of the database: «0026»."""
    return max(path.name for path in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def alembic_config(owner_url: str) -> "Config":
    """Alembic's settings without a file: the folder and the owner's address.

    Alembic is imported where it runs: pages only ask for the newest version.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["owner_url"] = owner_url
    return config


def upgrade(owner_url: str) -> None:
    """Bring the database to the newest version; safe to run twice and by two at once."""
    from alembic import command

    command.upgrade(alembic_config(owner_url), "head")


def downgrade(owner_url: str, revision: str) -> None:
    """Go back to a revision; `base` is the empty database."""
    from alembic import command

    command.downgrade(alembic_config(owner_url), revision)
