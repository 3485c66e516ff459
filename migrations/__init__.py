# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered migrations, run by the owner's role; the application never owns a table."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def alembic_config(owner_url: str) -> Config:
    """Alembic's settings without a file: the folder and the owner's address."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["owner_url"] = owner_url
    return config


def upgrade(owner_url: str) -> None:
    """Bring the database to the newest version; safe to run twice and by two at once."""
    command.upgrade(alembic_config(owner_url), "head")


def downgrade(owner_url: str, revision: str) -> None:
    """Go back to a revision; `base` is the empty database."""
    command.downgrade(alembic_config(owner_url), revision)
