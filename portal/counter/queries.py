# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is waiting: one's own drafts, and permits that expire soon. For the empty counter only."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts.rules import wanted_parts
from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.periods import read_period
from portal.core.store import audit
from portal.core.store.desk_cache import DeskCache
from portal.drafts.queries import list_drafts
from portal.drafts.resuming import address_of
from portal.people import queries as people
from portal.people.queries import PersonRow
from portal.people.rules import initials

if TYPE_CHECKING:
    from portal.drafts.queries import Draft

SOON = timedelta(days=60)
SHOWN = 5
MANY = 50
# Each save shows it, and it hardly changes in the course of a day.
_permits: DeskCache[int] = DeskCache(lasting=timedelta(minutes=1))
PERSON_IN_PAGE = re.compile(r"/persone/([0-9a-f-]{36})/modifica$")
SHEET_PAGE = "/conteggio/fogli"
TEXT_PAGE = "/relazioni/testo"


@dataclass(frozen=True)
class PendingDraft:
    """A draft, in a line: «Diallo Amina · 2 richieste», when, and where it goes on."""

    token: UUID
    what: str
    when: str
    address: str


def pending(names_shown: Callable[[], bool]) -> dict[str, Any]:
    """What templates/counter/_pending.html shows; with names in full only where they are."""
    kept = list_drafts()
    permits = _permits.get(_count_permits)
    shown = bool(kept) and names_shown()
    names = people.list_names({person for draft in kept if (person := _person_of(draft))})
    if names and shown:
        audit.record_read("people", rows=len(names))
    return {
        "drafts": [_waiting(draft, names, shown=shown) for draft in kept],
        "permits": _said(permits),
    }


def _count_permits() -> int:
    return len(people.list_expiring_permits(clock.today() + SOON, limit=SHOWN + 1))


def expiring() -> Sequence[PersonRow]:
    """Whose permit expires soon, the nearest first."""
    return people.list_expiring_permits(clock.today() + SOON, limit=MANY)


def _said(permits: int) -> str:
    """How many permits expire soon; the exact number of many is for the page that lists them."""
    if permits > SHOWN:
        return _("Più di %(number)s permessi scadono entro 60 giorni", number=SHOWN)
    if not permits:
        return ""
    return ngettext(
        "%(n)s permesso scade entro 60 giorni",
        "%(n)s permessi scadono entro 60 giorni",
        permits,
        n=formats.count(permits),
    )


def _waiting(draft: "Draft", names: dict[UUID, str], *, shown: bool) -> PendingDraft:
    asked = sum(name == "topics" for name, _value in draft.fields)
    number = ngettext("%(n)s richiesta", "%(n)s richieste", asked, n=formats.count(asked))
    parts = [_who(draft, names, shown=shown), number if asked else ""]
    return PendingDraft(
        token=draft.form_token,
        what=" · ".join(part for part in parts if part),
        when=_when(draft.kept_at),
        address=address_of(draft),
    )


def _when(moment: datetime) -> str:
    local = clock.in_rome(moment)
    return formats.hour(local) if local.date() == clock.today() else formats.day(local.date())


def _who(draft: "Draft", names: dict[UUID, str], *, shown: bool) -> str:
    """The person by the name just typed, or as the desk knows them; initials where no more may."""
    path, query = wanted_parts(draft.page) or ("", {})
    if path.endswith(SHEET_PAGE):
        return _("Foglio di conteggio")
    if path.endswith(TEXT_PAGE):
        return _text_of(query)
    person = _person_of(draft)
    typed = f"{_typed(draft, 'family_name')} {_typed(draft, 'given_name')}".strip()
    name = names.get(person, typed) if person else typed
    if name:
        return name if shown else initials(name)
    return _("Nuova persona") if _is_new(draft) else _("senza nome")


def _text_of(query: Mapping[str, str]) -> str:
    """The words about the period that an address names, as far as it names one."""
    try:
        period = read_period(query.get("periodo", ""))
    except ValueError:
        return _("Testo della relazione")
    return _("Testo della relazione, %(period)s", period=period.title())


def _person_of(draft: "Draft") -> UUID | None:
    in_page = PERSON_IN_PAGE.search(draft.page.partition("?")[0])
    told = in_page.group(1) if in_page else _typed(draft, "person_id")
    try:
        return UUID(told) if told else None
    except ValueError:
        return None


def _is_new(draft: "Draft") -> bool:
    return any(name.rpartition("-")[2] == "family_name" for name, _value in draft.fields)


def _typed(draft: "Draft", name: str) -> str:
    """What stands in a field; the person's form beside a visit's has a prefix."""
    return next(_of(draft.fields, name), "")


def _of(fields: Iterable[Sequence[str]], name: str) -> Iterator[str]:
    return (value for told, value in fields if told.rpartition("-")[2] == name)
