# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page says of an edition: how far it is, what was frozen, what happened since."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import g
from flask_babel import gettext as _

from portal.accounts.queries import list_names
from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.nouns import noun_of
from portal.core.italy.periods import Period, PeriodKind
from portal.core.store.database import scoped_desk
from portal.core.web.access import Permission, may
from portal.desks.queries import get_desk
from portal.reports.disclosure.told import is_waiting
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import Choices, against_of, choices_of, first_unfinished
from portal.reports.editions.desk import DESK, SinceFreezing, since_freezing
from portal.reports.editions.edition_type import LAST_STEP, STEPS
from portal.reports.editions.snapshot import counted_of, thaw
from portal.reports.models import EditionRow
from portal.reports.relazione.baselines import Baseline
from portal.reports.relazione.model import Relazione
from portal.reports.sections import LATER_PARTS, OPTIONAL


@dataclass(frozen=True)
class Panel:
    """An edition, or that there is none yet, as the page shows it."""

    period: Period
    edition: EditionRow | None
    opens_on: date
    """The first day on which an edition can be asked for."""
    builds_on: date | None
    """The day on which the first one builds itself; none: it never does, or that day is past."""
    approver: str | None
    newest: EditionRow | None
    """The edition with the highest number of the same period."""
    manages: bool
    """Whether the reader may build and approve."""
    since: SinceFreezing | None = None
    """Told of an edition that waits for its approval."""
    on_screen: Choices | None = None
    """Those with which the page that has this panel was made; none on the edition's own."""
    other_words: tuple[str, ...] = ()
    """What else is otherwise on that page: «senza «Andamento mensile»»."""
    counted: Baseline | None = None
    """What the figures of that page are compared with."""
    waits: bool = False
    """A correction of so few that the network goes on reading the edition before."""

    @property
    def is_building(self) -> bool:
        return self.edition is not None and self.edition.state in editions.IN_PREPARATION

    @property
    def has_ended(self) -> bool:
        return self.opens_on <= clock.today()

    @property
    def stage(self) -> str:
        """What a page that shows this panel has seen: it asks again only for something else."""
        return f"{self.edition.state}-{self.edition.step}" if self.edition else "none"

    @property
    def made_with(self) -> str:
        """«a confronto con il I semestre 2025, prospetto completo», of the edition."""
        if self.edition is None:
            return ""
        return choices_of(self.edition).title(self.period, counted_of(self.edition))

    @property
    def shown_with(self) -> str:
        """The same of the page."""
        if self.on_screen is None:
            return ""
        title = self.on_screen.title(self.period, self.counted)
        return ", ".join((title, *self.other_words))

    @property
    def differs(self) -> bool:
        """Whether the page shows other choices: an edition of these is another one."""
        if self.edition is None or self.on_screen is None:
            return False
        return bool(self.other_words) or self.on_screen != choices_of(self.edition)

    @property
    def not_over(self) -> str:
        """The earlier period of the page that is not over: no edition can be made with it yet."""
        if self.on_screen is None:
            return ""
        against = against_of(self.period, self.on_screen.baseline)
        unfinished = first_unfinished(against.periods)
        return noun_of(unfinished.whole).the if unfinished else ""

    @property
    def asked_with(self) -> dict[str, str]:
        """The period and the choices of the page as a form sends them."""
        period = {"periodo": self.period.name}
        return period | (self.on_screen.as_sent() if self.on_screen else {})

    @property
    def voice(self) -> str:
        """What is said aloud when the panel changes by itself."""
        if self.is_building and self.edition:
            return progress(self.edition.step, named=False)
        failed = self.edition is not None and self.edition.state == "failed"
        return _("Relazione non riuscita.") if failed else _("Relazione pronta.")

    @property
    def progress(self) -> str:
        return progress(self.edition.step, named=True) if self.edition else ""

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step with its state: done, now, next."""
        return steps_at(self.edition.step if self.edition else 0)


def steps_at(at: int) -> list[tuple[str, str]]:
    """Each step of a work that has reached one of them."""
    return [
        (str(name), "done" if number < at else "now" if number == at else "next")
        for number, name in enumerate(STEPS[1:], 1)
    ]


def progress(step: int, *, named: bool) -> str:
    """«In preparazione: passo 3 di 5.», or with the step's name as the panel writes it."""
    if step == 0:
        return _("in preparazione: in coda") if named else _("In preparazione: in coda.")
    if named:
        return _("in preparazione: passo %(step)s di %(last)s, %(name)s",
                 step=step, last=LAST_STEP, name=STEPS[step])  # fmt: skip
    return _("In preparazione: passo %(step)s di %(last)s.", step=step, last=LAST_STEP)


def panel_of(period: Period, edition: EditionRow | None = None) -> Panel:
    """The panel of an edition, or of the newest of a period."""
    newest = editions.find_latest(DESK, period.name)
    shown = edition or newest
    names = list_names([shown.approved_by]) if shown else {}
    return Panel(
        period=period,
        edition=shown,
        opens_on=period.end + timedelta(days=1),
        builds_on=None if shown else _builds_on(period),
        approver=names.get(shown.approved_by) if shown and shown.approved_by else None,
        newest=newest,
        manages=may(g.place.role, Permission.APPROVE_REPORTS),
    )


def tell_since(panel: Panel, shown: Relazione | None = None) -> Panel:
    """The panel with what happened since; `shown` is the relazione that the page has counted."""
    edition = panel.edition
    if edition is None or edition.frozen is None:
        return panel
    if shown:
        panel = replace(panel, other_words=other_words(thaw(edition.frozen), shown))
    if edition.state == "approved":
        return replace(panel, waits=is_waiting(edition))
    if edition.state != "ready":
        return panel
    return replace(panel, since=since_freezing(edition, shown))


def other_words(frozen: Relazione, now: Relazione) -> tuple[str, ...]:
    """Parts and texts that a relazione has and an edition has not, or the other way round.

    An edition of before is not judged by parts that its build did not know.
    """
    words = []
    if not (frozen.is_historical or now.is_historical):
        unknown = LATER_PARTS if frozen.rates_of_all else frozenset()
        left_out = _titles(now.omits - frozen.omits - unknown)
        added = _titles(frozen.omits - now.omits - unknown)
        words += [_("senza %(parts)s", parts=left_out)] if left_out else []
        words += [_("con %(parts)s", parts=added)] if added else []
    if frozen.texts != now.texts:
        words.append(_("con un altro testo del responsabile"))
    return tuple(words)


def _titles(keys: Collection[str]) -> str:
    return formats.joined([f"«{part.title}»" for part in OPTIONAL if part.key in keys])


def _builds_on(period: Period) -> date | None:
    """As due.py computes it: never on the last day itself, nor before the desk was."""
    desk = get_desk(scoped_desk())
    if period.kind is not PeriodKind.HALF or desk.closing_days is None:
        return None
    if clock.in_rome(desk.created_at).date() > period.end:
        return None
    day = period.end + timedelta(days=max(desk.closing_days, 1))
    return day if day > clock.today() else None
