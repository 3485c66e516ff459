# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal demo`: the demonstration network, in a database that may hold others."""

import click
from flask import current_app

from portal.cli import application


@click.command()
def demo() -> None:
    """Carica la rete dimostrativa: sei sportelli, persone e accessi inventati fino a oggi.

    Si può ripetere: la seconda volta non cambia nulla e ridice gli account. La password è quella
    di PORTAL_DEMO_PASSWORD; se manca se ne fa una, che resta in secrets/demo_password.

    \b
    Esempio:
      portal demo
    """
    from portal.demo import load

    with application():
        lines = load(current_app.config["SETTINGS"])
    click.echo("\n".join(lines))
