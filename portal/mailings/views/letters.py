# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of a letter share, a desk's and a network's: the preview and the deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Response, current_app
from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.web.pages import page
from portal.core.work.letter_states import UNDER_WAY
from portal.core.work.mail import Letter
from portal.mailings import queries
from portal.mailings.kinds import MailingType
from portal.mailings.rules import PROTECTED, in_words, may_go_again
from portal.reports.disclosure.sheets import Audience
from portal.reports.disclosure.told import find_disclosure
from portal.reports.editions import lifecycle as editions
from portal.reports.models import EditionRow


@dataclass(frozen=True)
class Addresses:
    """Where the acts of these pages lead, as endpoints."""

    send: str
    send_again: str
    recipients: str
    mailbox: str


@dataclass(frozen=True)
class Line:
    """A letter on the page: what became of it, and whether a person may have it sent again."""

    sent: queries.Sent
    words: str
    again: bool


def preview_page(kind: MailingType, edition_id: UUID, *, back: tuple[str, str]) -> Response:
    """The letter as it will leave, to nobody yet."""
    edition = editions.get_edition(kind.editions, edition_id)
    if edition.frozen is None:
        raise Refusal(
            _("L’edizione è ancora in preparazione: l’e-mail si vede quando i numeri sono fermi.")
        )
    sender = current_app.config["SETTINGS"].mail_from
    letter = kind.write(edition, sender, uuid4())
    to = queries.list_recipients(kind)
    outside = [one for one in to if one.is_outside]
    return page(
        "mailings/preview.html",
        back=back,
        sender=sender,
        letter=letter,
        files=[file.name for file in letter.attachments],
        table=kind.table(edition.figures),
        recipients=[one for one in to if one not in outside],
        outside=outside,
        public_letter=_public_letter(kind, edition, sender) if outside else None,
        is_refused=any(
            sent.said == PROTECTED for sent in queries.list_deliveries(kind, edition_id)
        ),
    )


def _public_letter(kind: MailingType, edition: EditionRow, sender: str) -> Letter | None:
    """What whoever is outside reads, of an edition that has told them: to look tells nobody."""
    if kind.write_public is None or find_disclosure(edition.id, Audience.PUBLIC) is None:
        return None
    return kind.write_public(edition, sender, uuid4())


def deliveries_page(
    kind: MailingType,
    edition_id: UUID,
    *,
    back: tuple[str, str],
    to: Addresses,
    manages: bool,
    notices: Sequence[queries.Sent] | None = None,
) -> Response:
    """What became of each letter, and whoever has none yet; `notices` are those to managers,
    where there are such and the reader may see them.
    """
    edition = editions.get_edition(kind.editions, edition_id)
    deliveries = queries.list_deliveries(kind, edition_id)
    to_managers = notices or ()
    return page(
        "mailings/deliveries.html",
        edition=edition,
        back=back,
        to=to,
        lines=_lines(deliveries, have_reason=edition.state == "approved"),
        tells_managers=notices is not None,
        notices=_lines(to_managers, have_reason=edition.state == "ready"),
        uncertain=any(sent.state == "uncertain" for sent in deliveries),
        uncertain_notices=any(sent.state == "uncertain" for sent in to_managers),
        under_way=any(sent.state in UNDER_WAY for sent in [*deliveries, *to_managers]),
        not_sent=queries.list_not_sent(kind, edition_id) if edition.state == "approved" else [],
        manages=manages,
        keeps_letters=current_app.config["SETTINGS"].smtp_url is None,
    )


def _lines(letters: Iterable[queries.Sent], *, have_reason: bool) -> list[Line]:
    return [
        Line(
            sent,
            in_words(sent.state, sent.said, sent.changed_at),
            may_go_again(sent.state, sent.said, has_reason=have_reason),
        )
        for sent in letters
    ]
