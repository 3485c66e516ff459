# SPDX-License-Identifier: AGPL-3.0-or-later
"""The `portal` command: its group, and how an error becomes one sentence."""

import click


@click.group()
def main() -> None:
    """Il portale degli sportelli dalla riga di comando."""
