# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal report`: a desk’s relazione or a network’s comparison, the bytes that its page offers."""

import json
import sys
from pathlib import Path

import click
from flask_babel import gettext as _

from portal.cli import application
from portal.core.errors import Refusal
from portal.core.italy.formats import shown
from portal.core.italy.periods import require_period
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.desks.queries import get_desk_by_slug, get_network_by_slug
from portal.oversight import documents as comparisons
from portal.oversight.queries import get_comparison
from portal.reports.disclosure.disclose import disclose, is_in_force
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import choose
from portal.reports.editions.desk import DESK
from portal.reports.files import FORMATS, rendered
from portal.reports.publication.for_network import for_network
from portal.reports.publication.public_files import PUBLIC_FORMATS, public_file
from portal.reports.relazione.assembly import get_relazione
from portal.reports.relazione.model import Layout


@click.command()
@click.option("--desk", metavar="SLUG", help="Lo sportello, con il nome breve.")
@click.option("--network", metavar="SLUG", help="La rete: gli sportelli a confronto.")
@click.option("--period", required=True, metavar="P", help="Il periodo: 2016, 2016-S1, 2016-05…")
@click.option(
    "--baseline",
    metavar="P",
    help="Il confronto: un periodo, anno-prima, precedente, media-3 o nessuno.",
)
@click.option("--format", "file_format", default="csv", show_default=True, help=", ".join(FORMATS))
@click.option(
    "--audience",
    default=Audience.DESK.value,
    show_default=True,
    metavar="CHI",
    help="Chi la legge: desk, network o public.",
)
@click.option("--layout", default=Layout.MODERN.value, show_default=True, help="moderno o storico.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Dove scriverla.")
def report(
    desk: str | None,
    network: str | None,
    period: str,
    baseline: str | None,
    file_format: str,
    audience: str,
    layout: str,
    output: Path | None,
) -> None:
    """Scrive la relazione di uno sportello, o il confronto di una rete, sullo schermo o in FILE.

    Il confronto contiene gli sportelli che hanno approvato la relazione del periodo.

    Per la rete (network, solo json) e per il pubblico (public: pdf, csv, json) scrive l’edizione in
    vigore del periodo, con i numeri piccoli nascosti; la versione per il pubblico resta registrata.

    \b
    I periodi: 2016 (anno), 2016-S1 (semestre), 2016-Q1 (quadrimestre), 2016-T2 (trimestre),
    2016-05 (mese), 2016/2017 (anno scolastico), 2016-01-01..2016-03-15 (due date).

    \b
    Esempi:
      portal report --desk montefosco --period 2016-S1 --layout storico
      portal report --desk montefosco --period 2016-S1 --baseline 2014-S1 --format json
      portal report --desk montefosco --period 2016 --format html --output relazione.html
      portal report --desk montefosco --period 2016-S1 --audience public --format pdf --output p.pdf
      portal report --network provincia --period 2016-S1 --format json
    """
    body = _body(desk, network, period, baseline, file_format, audience, layout)
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        _write(output, body)


def _body(
    desk: str | None,
    network: str | None,
    period: str,
    baseline: str | None,
    file_format: str,
    audience: str,
    layout: str,
) -> bytes:
    _refuse_unknown("--audience", audience, tuple(Audience) if desk else (Audience.DESK,))
    _refuse_unknown("--format", file_format, _formats(desk, audience))
    historical = audience == Audience.DESK and not network
    _refuse_unknown("--layout", layout, tuple(Layout) if historical else (Layout.MODERN,))
    if desk and not network and audience != Audience.DESK:
        return _told(desk, period, baseline, file_format, Audience(audience))
    if desk and not network:
        return _relazione(desk, period, baseline, file_format, Layout(layout))
    if network and not desk:
        return _comparison(network, period, baseline, file_format)
    raise Refusal(_("Serve --desk oppure --network, uno solo dei due."))


def _relazione(
    slug: str, period: str, baseline: str | None, file_format: str, layout: Layout
) -> bytes:
    with application():
        with identity_scope(), unit_of_work():
            desk = get_desk_by_slug(slug)
        with desk_scope(desk.id), unit_of_work():
            if baseline:
                window = require_period(period, field="period")
                baseline = choose(window, baseline=baseline, layout=layout).baseline
            relazione = get_relazione(period=period, baseline=baseline, layout=layout)
        return rendered(relazione, format=file_format)


def _formats(desk: str | None, audience: str) -> tuple[str, ...]:
    if desk is None:
        return comparisons.FORMATS
    told = {Audience.NETWORK: ("json",), Audience.PUBLIC: tuple(PUBLIC_FORMATS)}
    return told.get(Audience(audience), FORMATS)


def _told(
    slug: str, period: str, baseline: str | None, file_format: str, audience: Audience
) -> bytes:
    """What an audience beyond the desk reads of the edition in force."""
    if baseline:
        raise Refusal(_("Con --audience il confronto è quello dell’edizione: togli --baseline."))
    with application():
        with identity_scope(), unit_of_work():
            desk = get_desk_by_slug(slug)
        with desk_scope(desk.id), unit_of_work():
            name = require_period(period, field="period").name
            edition = next(filter(is_in_force, editions.list_editions(DESK, name)), None)
            if edition is None:
                raise Refusal(
                    _("Del periodo %(period)s non c’è un’edizione approvata: fuori dallo sportello"
                      " si legge solo quella.", period=name)
                )  # fmt: skip
            if audience == Audience.NETWORK:
                figures = for_network(edition)
                if figures is None:
                    raise Refusal(
                        _("La rettifica del periodo %(period)s cambia meno di 3 persone: la rete"
                          " legge ancora l’edizione di prima.", period=name)
                    )  # fmt: skip
                text = json.dumps(figures, ensure_ascii=False, indent=2)
                return (text + "\n").encode()
            told = disclose(edition_id=edition.id, audience=audience)
            return public_file(edition, told, file_format).content


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
