# SPDX-License-Identifier: AGPL-3.0-or-later
"""With what a period's relazione is made: its baseline and its layout, as they were chosen last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import defer

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy.formats import shown
from portal.core.italy.periods import Period, parse_period
from portal.core.store.database import db
from portal.reports.models import Edition, EditionRow
from portal.reports.relazione.baselines import Baseline, baseline_of, chosen_again, not_itself
from portal.reports.relazione.model import Layout
from portal.taxonomy.queries import version_on

LAYOUTS = {Layout.MODERN: _l("completo"), Layout.HISTORICAL: _l("storico")}


@dataclass(frozen=True)
class Choices:
    """What whoever asks for a relazione may choose beside its period."""

    baseline: str
    """As Baseline.name has it; on a page also as it was typed."""
    layout: Layout

    def as_sent(self) -> dict[str, str]:
        """By the names of the address."""
        return {"confronto": self.baseline, "prospetto": self.layout.value}

    def title(self, period: Period, counted: Baseline | None = None) -> str:
        """«a confronto con il I semestre 2025, prospetto completo».

        `counted` says of which years a mean is; before anything is counted nobody knows.
        """
        against = self.compared_with(period, counted)
        facts = {"baseline": against, "layout": LAYOUTS[self.layout]}
        if not against:
            return _("senza confronto, prospetto %(layout)s", **facts)
        return _("a confronto con %(baseline)s, prospetto %(layout)s", **facts)

    def compared_with(self, period: Period, counted: Baseline | None = None) -> str:
        """«il I semestre 2025», «la media 2013 e 2015»; empty where nothing is compared."""
        against = counted or against_of(period, self.baseline)
        if against.is_mean and not counted:
            return _("la media dei tre anni prima")
        return against.noun(period).the if against.periods else ""


def choices_of(edition: EditionRow) -> Choices:
    """Those with which an edition of a desk was asked for."""
    of_desk = cast("Edition", edition)
    return Choices(of_desk.baseline, Layout(of_desk.layout))


def choose(period: Period, *, baseline: str | None, layout: str | None) -> Choices:
    """What was asked for; of what was not, what the desk chose last.

    Raises Refusal for a layout that there is not, and for the period itself beside it.
    """
    if baseline and against_of(period, baseline).period == period:
        raise Refusal(not_itself(period), field="confronto")
    last = last_choices(period)
    return Choices(baseline or last.baseline, _layout(layout) if layout else last.layout)


def last_choices(period: Period) -> Choices:
    """Those of the period's newest edition; else those approved last for a period of its kind.

    A desk that has approved none compares with the year before, in the complete layout.
    """
    statement = select(Edition).order_by(Edition.number).options(defer(Edition.frozen))
    made = list(db.session.scalars(statement))
    of_it = [edition for edition in made if edition.period == period.name]
    if of_it:
        return _comparable(period, choices_of(of_it[-1]))
    alike = [
        (edition.approved_at, edition)
        for edition in made
        if edition.approved_at and parse_period(edition.period).kind is period.kind
    ]
    if not alike:
        return Choices(period.baseline().name, Layout.MODERN)
    _at, last = max(alike, key=itemgetter(0))
    again = chosen_again(last.baseline, of=parse_period(last.period), to=period)
    name = against_of(period, again).name
    return _comparable(period, Choices(name, Layout(last.layout)))


def _comparable(period: Period, made: Choices) -> Choices:
    """These; of a baseline that is the period itself, or has not begun, the year before."""
    today = clock.today()
    earlier = [baseline.whole for baseline in against_of(period, made.baseline).periods]
    if all(baseline != period and baseline.has_begun(today) for baseline in earlier):
        return made
    return replace(made, baseline=period.baseline().name)


def columns(period: Period, chosen: Mapping[str, str | None]) -> dict[str, str]:
    """What an edition keeps of the choices: a baseline by a name that stays right for ever.

    Raises Refusal where the baseline is no period, or is not over, and for days without a list.
    """
    refuse_unlisted([period])
    made = choose(period, baseline=chosen.get("baseline"), layout=chosen.get("layout"))
    against = against_of(period, made.baseline)
    refuse_unlisted(against.periods)
    refuse_unfinished(against.periods)
    return {"baseline": against.name, "layout": made.layout}


def refuse_unlisted(periods: Iterable[Period]) -> None:
    """Before the first list of topics nothing can be counted: each attempt to build would fail."""
    for period in periods:
        version_on(period.start)


def refuse_unfinished(baseline: Iterable[Period]) -> None:
    """An edition stands beside what does not change any more."""
    if earlier := first_unfinished(baseline):
        raise Refusal(
            _("Il periodo di confronto, %(name)s, non è ancora finito: l’edizione si fa con un"
              " periodo chiuso.", name=earlier.whole.name),
            field="confronto",
        )  # fmt: skip


def first_unfinished(baseline: Iterable[Period]) -> Period | None:
    """The first of some earlier periods that is not over."""
    today = clock.today()
    return next(
        (earlier for earlier in baseline if earlier.is_partial or earlier.end >= today), None
    )


def against_of(period: Period, baseline: str) -> Baseline:
    """The baseline with this name, of a period that is over."""
    try:
        return baseline_of(period, baseline, date.max)[1]
    except ValueError as error:
        raise Refusal(str(error), field="confronto") from error


def _layout(text: str) -> Layout:
    try:
        return Layout(text)
    except ValueError:
        raise Refusal(
            _("Il prospetto è «moderno» o «storico», non «%(given)s».", given=shown(text)),
            field="prospetto",
        ) from None
