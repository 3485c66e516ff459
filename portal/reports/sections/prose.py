# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a relazione says in sentences: figures and no adjectives.

«Rapporto quasi paritario» was written of 45 and 55 per cent; this module states the numbers.
Pure: a Relazione in, sentences out.
"""

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.documents.document import Paragraph
from portal.core.italy.formats import (
    count,
    day,
    from_to,
    joined,
    percent,
    to_figure,
)
from portal.core.italy.nouns import Noun, noun_of
from portal.core.italy.periods import Period, PeriodKind
from portal.figures.rules import Counts, Number, is_silent
from portal.reports.relazione.baselines import Baseline
from portal.reports.relazione.model import Relazione


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """What the manager wrote; an empty line begins a new paragraph."""
    parts = [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n")]
    return tuple(Paragraph(part) for part in parts if part)


def synthesis(relazione: Relazione) -> list[str]:
    """What was done and for whom, how it compares, and how many came without a name."""
    sentences = [_activity(relazione), _comparison(relazione), _anonymous(relazione.current)]
    return [sentence for sentence in sentences if sentence]


# What was done


def _activity(relazione: Relazione) -> str:
    current, services = relazione.current, relazione.services
    facts = {"when": _when(relazione.period), "users": _users(current)}
    if relazione.is_silent:
        return _("%(when)s non c’è nessuna registrazione.", **facts)
    if services is None:
        return _("%(when)s lo sportello ha accolto %(users)s; il numero delle richieste non è stato"
                 " rilevato.", **facts)  # fmt: skip
    facts["services"] = ngettext("%(n)s servizio", "%(n)s servizi", services, n=count(services))
    if current.users is None and current.sum_of:
        return _("%(when)s lo sportello ha erogato %(services)s; il numero degli utenti è n.d.,"
                 " perché gli utenti di più periodi non si sommano.", **facts)  # fmt: skip
    if current.users is None:
        return _("%(when)s lo sportello ha erogato %(services)s; "
                 "il numero degli utenti non è stato rilevato.", **facts)  # fmt: skip
    if services and current.users:
        return _("%(when)s lo sportello ha erogato %(services)s a %(users)s.", **facts)
    if services:
        return _("%(when)s lo sportello ha erogato %(services)s, solo a contatti anonimi.", **facts)
    if current.users:
        return _("%(when)s lo sportello ha accolto %(users)s senza erogare servizi.", **facts)
    return _("%(when)s lo sportello non ha avuto utenti e non ha erogato servizi.", **facts)


def _when(period: Period) -> str:
    if period.start == period.end:
        return _("Nella giornata del %(day)s", day=day(period.start))
    return _("Nel periodo %(window)s", window=period.window())


def _users(current: Counts) -> str:
    number = current.users or 0
    users = ngettext("%(n)s utente", "%(n)s utenti", number, n=count(number))
    parts = _sexes(current)
    return f"{users} ({parts})" if parts else users


def _sexes(current: Counts) -> str:
    """«67 donne, pari al 45,0 %, e 82 uomini, pari al 55,0 %»; shares only when there are two."""
    users, women, men = current.users, current.of_sex("F"), current.of_sex("M")
    if not users or women is None or men is None:
        return ""
    groups = [
        (women, _women(women)),
        (men, _men(men)),
        ((current.of_sex("X", "N") or 0), _rest(current)),
    ]
    present = [
        (text, _("pari %(share)s", share=to_figure(percent(number, users))))
        for number, text in groups
        if number
    ]
    if len(present) == 1:
        return present[0][0]
    parts = [f"{text}, {share}" for text, share in present]
    return f"{', '.join(parts[:-1])}, e {parts[-1]}"


def _women(number: Number) -> str:
    return ngettext("%(n)s donna", "%(n)s donne", number, n=count(number))


def _men(number: Number) -> str:
    return ngettext("%(n)s uomo", "%(n)s uomini", number, n=count(number))


def _rest(current: Counts) -> str:
    other, unstated = current.of_sex("X") or 0, current.of_sex("N") or 0
    people = other + unstated
    number = count(people)
    if not unstated:
        return ngettext("%(n)s persona con sesso X", "%(n)s persone con sesso X", people, n=number)
    if not other:
        return ngettext(
            "%(n)s persona con sesso non indicato",
            "%(n)s persone con sesso non indicato",
            people,
            n=number,
        )
    return ngettext(
        "%(n)s persona con sesso X o non indicato",
        "%(n)s persone con sesso X o non indicato",
        people,
        n=number,
    )


def _anonymous(current: Counts) -> str:
    nameless = current.nameless.total if current.nameless else 0
    if current.anonymous is None and nameless:
        return ngettext(
            "%(n)s richiesta è senza nome: conta tra i servizi, non nei tassi.",
            "%(n)s richieste sono senza nome: contano tra i servizi, non nei tassi.",
            nameless,
            n=count(nameless),
        )
    if not current.anonymous:
        return ""
    if current.anonymous == 1:
        return _("Un accesso è stato anonimo: conta tra i servizi, non tra gli utenti.")
    return _(
        "%(n)s accessi sono stati anonimi: contano tra i servizi, non tra gli utenti.",
        n=count(current.anonymous),
    )


# How it compares


def _comparison(relazione: Relazione) -> str:
    baseline = relazione.baseline
    if not relazione.against.periods or relazione.is_silent:
        return ""
    against = _against(relazione.period, relazione.against)
    if baseline is None or is_silent(baseline):
        return _("Non ci sono dati per un confronto con %(against)s.", against=against.the)
    people = _both(_("utenti"), baseline.users, relazione.current.users)
    work = _both(_("servizi"), baseline.services, relazione.services)
    start = _("Rispetto %(against)s", against=against.to_it)
    if work and baseline.users is None and baseline.sum_of:
        return _("%(start)s %(work)s; gli utenti di allora sono n.d., perché quelli di più periodi"
                 " non si sommano.", start=start, work=work)  # fmt: skip
    if work and baseline.users is None:
        return _("%(start)s %(work)s; gli utenti di allora non sono stati rilevati.",
                 start=start, work=work)  # fmt: skip
    verb = _("sono passati")
    if verb in people and verb in work:
        work = work.replace(f" {verb}", "")
    moved = _(" e ").join(filter(None, (people, work)))
    return f"{start} {moved}." if moved else ""


def _both(noun: str, before: Number | None, after: Number | None) -> str:
    """How a figure moved; nothing where it was not recorded in one of the periods."""
    return "" if before is None or after is None else _moved(noun, before, after)


def _moved(noun: str, before: Number, after: Number) -> str:
    facts = {"noun": noun, "before": count(before), "after": count(after)}
    article = "gli" if noun[0] in "aeiou" else "i"
    if before != after:
        return article + _(" %(noun)s sono passati da %(before)s a %(after)s", **facts)
    if after > 1:
        return article + _(" %(noun)s sono rimasti %(after)s", **facts)
    preposition = "degli" if article == "gli" else "dei"
    return _("il numero %(of)s %(noun)s è rimasto %(after)s", of=preposition, **facts)


def _against(period: Period, against: Baseline) -> Noun:
    """The earlier period as an article and a noun, so that prepositions can join it."""
    if len(against.counted) > 1:
        return _mean(period, against)
    (baseline,) = against.counted
    if not (against.is_mean or against.is_usual(period)) or not period.ends_like(baseline):
        return noun_of(baseline)
    whole = baseline.whole
    if period.is_partial:
        return Noun("gli", _("stessi giorni %(year)s", year=_of_year(whole)))
    if whole.kind in (PeriodKind.YEAR, PeriodKind.SCHOOL_YEAR):
        return noun_of(whole)
    return Noun("lo", _("stesso periodo %(year)s", year=_of_year(whole)))


def _mean(period: Period, against: Baseline) -> Noun:
    """«la media degli stessi periodi del 2013, 2014 e 2015»."""
    years = joined(against.years())
    if not against.ends_like(period):
        dates = joined([from_to(one.start, one.end) for one in reversed(against.counted)])
        return Noun("la", _("media dei periodi %(dates)s", dates=dates))
    if period.is_partial:
        return Noun("la", _("media degli stessi giorni del %(years)s", years=years))
    if period.kind is PeriodKind.SCHOOL_YEAR:
        return Noun("la", _("media degli anni scolastici %(years)s", years=years))
    return Noun("la", _("media degli stessi periodi del %(years)s", years=years))


def _of_year(period: Period) -> str:
    if period.kind is PeriodKind.SCHOOL_YEAR:
        return _("dell’anno scolastico %(name)s", name=period.name)
    if period.start.year != period.end.year:
        return _("di un anno prima")
    return _("del %(year)s", year=period.start.year)


def compared_with(relazione: Relazione) -> str:
    """«lo stesso periodo del 2015»; nothing where nothing is compared."""
    if not relazione.against.periods:
        return ""
    return _against(relazione.period, relazione.against).the


def subtitle(relazione: Relazione) -> str:
    """The line under the title: the dates, and what they are compared with."""
    window, baseline = relazione.period.window(), compared_with(relazione)
    if not baseline:
        return window
    return _("%(window)s, a confronto con %(baseline)s", window=window, baseline=baseline)


# Below the large numbers


def earlier(relazione: Relazione, number: str | None) -> str:
    """«nel 2015: 172»; a figure that was not kept is «non rilevati», never zero."""
    against = relazione.against
    said = number or _("non rilevati")
    if _is_told_by_year(relazione):
        return _("nel %(year)s: %(number)s", year=against.counted[0].heading, number=said)
    title = against.title(relazione.period)
    return _("%(period)s: %(number)s", period=title, number=said)


def in_earlier(relazione: Relazione) -> str:
    """«nel 2015», «nel periodo dal 1° giugno al 31 agosto 2024»."""
    against = relazione.against
    if _is_told_by_year(relazione):
        return _("nel %(year)s", year=against.counted[0].heading)
    return against.noun(relazione.period).in_it


def _is_told_by_year(relazione: Relazione) -> bool:
    """Whether a year alone, of four figures, tells the earlier period from this one."""
    period, earlier = relazione.period, relazione.against.period
    if earlier is None or not relazione.against.is_usual(period):
        return False
    return len(earlier.heading) == 4 and period.ends_like(earlier)


def users_below(relazione: Relazione) -> tuple[str, ...]:
    """«67 donne, 82 uomini» and «120 nuovi, 29 già venuti»."""
    current, lines = relazione.current, []
    women, men = current.of_sex("F"), current.of_sex("M")
    if current.users and women is not None and men is not None:
        lines.append(f"{_women(women)}, {_men(men)}")
    new = relazione.detail.newcomers if relazione.detail else None
    if current.users and new is not None:
        back = current.users - new
        known = ngettext("%(n)s già venuto", "%(n)s già venuti", back, n=count(back))
        first = ngettext("%(n)s nuovo", "%(n)s nuovi", new, n=count(new))
        lines.append(f"{first}, {known}")
    return tuple(lines)


def visits_below(current: Counts) -> tuple[str, ...]:
    """How many came without a name."""
    if current.visits is None and current.users is None and current.services is None:
        return (_("nessuna registrazione"),)
    if current.visits is None:
        return (_("non rilevati nei totali passati"),)
    if not current.anonymous:
        return (_("nessun anonimo"),)
    number = current.anonymous
    return (ngettext("%(n)s anonimo", "%(n)s anonimi", number, n=count(number)),)
