# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal report`: a desk’s relazione or a network’s comparison, the bytes that its page offers."""

import sys
from pathlib import Path

import click
from flask_babel import gettext as _

from portal.cli import application
from portal.core.errors import Refusal
from portal.core.italian import shown
from portal.core.tenancy import desk_scope, identity_scope, network_scope
from portal.core.unit import unit_of_work
from portal.desks.queries import get_desk_by_slug, get_network_by_slug
from portal.oversight import documents as comparisons
from portal.oversight.queries import get_comparison
from portal.reports.documents import FORMATS, rendered
from portal.reports.forms import HISTORICAL, MODERN
from portal.reports.queries import get_relazione


@click.command()
@click.option("--desk", metavar="SLUG", help="Lo sportello, con il nome breve.")
@click.option("--network", metavar="SLUG", help="La rete: gli sportelli a confronto.")
@click.option("--period", required=True, metavar="P", help="Il periodo: 2016, 2016-S1, 2016-05…")
@click.option("--baseline", metavar="P", help="Il confronto; se manca, lo stesso di un anno prima.")
@click.option("--format", "file_format", default="csv", show_default=True, help="csv, json o html.")
@click.option("--layout", default=MODERN, show_default=True, help="moderno o storico.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Dove scriverla.")
def report(
    desk: str | None,
    network: str | None,
    period: str,
    baseline: str | None,
    file_format: str,
    layout: str,
    output: Path | None,
) -> None:
    """Scrive la relazione di uno sportello, o il confronto di una rete, sullo schermo o in FILE.

    Il confronto contiene gli sportelli che hanno approvato la relazione del periodo.

    \b
    I periodi: 2016 (anno), 2016-S1 (semestre), 2016-Q1 (quadrimestre), 2016-T2 (trimestre),
    2016-05 (mese), 2016/2017 (anno scolastico), 2016-01-01..2016-03-15 (due date).

    \b
    Esempi:
      portal report --desk montefosco --period 2016-S1 --layout storico
      portal report --desk montefosco --period 2016-S1 --baseline 2014-S1 --format json
      portal report --desk montefosco --period 2016 --format html --output relazione.html
      portal report --network provincia --period 2016-S1 --format json
    """
    _refuse_unknown("--format", file_format, FORMATS)
    _refuse_unknown("--layout", layout, (MODERN, HISTORICAL))
    if desk and not network:
        body = _relazione(desk, period, baseline, file_format, historical=layout == HISTORICAL)
    elif network and not desk:
        _refuse_unknown("--layout", layout, (MODERN,))
        body = _comparison(network, period, baseline, file_format)
    else:
        raise Refusal(_("Serve --desk oppure --network, uno solo dei due."))
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        _write(output, body)


def _relazione(
    slug: str, period: str, baseline: str | None, file_format: str, *, historical: bool
) -> bytes:
    with application():
        with identity_scope(), unit_of_work():
            desk = get_desk_by_slug(slug)
        with desk_scope(desk.id), unit_of_work():
            relazione = get_relazione(
                desk_name=desk.name, desk_slug=desk.slug, period=period, baseline=baseline
            )
        return rendered(relazione, format=file_format, historical=historical)


def _comparison(slug: str, period: str, baseline: str | None, file_format: str) -> bytes:
    with application():
        with identity_scope(), unit_of_work():
            network = get_network_by_slug(slug)
        with network_scope(network.id), unit_of_work():
            comparison = get_comparison(period, baseline)
        return comparisons.rendered(comparison, format=file_format)


def _refuse_unknown(option: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise Refusal(
            _(
                "%(option)s non può essere «%(given)s»: scegli tra %(known)s.",
                option=option,
                given=shown(given),
                known=", ".join(known),
            )
        )


def _write(output: Path, body: bytes) -> None:
    try:
        output.write_bytes(body)
    except OSError as error:
        raise Refusal(
            _("Non posso scrivere «%(file)s»: %(why)s.", file=output, why=error.strerror)
        ) from error
