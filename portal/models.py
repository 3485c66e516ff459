# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every table of the portal, for migrations and for the tests that read the whole catalogue."""

from importlib import import_module

SLICES = (
    "desks",
    "machine",
    "accounts",
    "drafts",
    "taxonomy",
    "people",
    "figures",
    "visits",
    "person_pages",
    "tally",
    "imports",
    "reports",
    "oversight",
    "mailings",
)


def load() -> None:
    """Import the tables of each slice, so that the metadata is complete."""
    for name in ("store.audit", "work.frozen", "work.jobs"):
        import_module(f"portal.core.{name}")
    for name in SLICES:
        import_module(f"portal.{name}.models")
