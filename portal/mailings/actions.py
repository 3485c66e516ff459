# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of recipients, and the letters that this slice sends.

An approved edition goes to each recipient, and each manager is told that an edition waits; how a
letter leaves, once and never lost in silence, is core/work/delivery.py's.
"""

from functools import partial
from uuid import UUID

from flask_babel import gettext as _

from portal.accounts.members.queries import find_manager, list_managers
from portal.accounts.rules import checked_email
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.core.store.locks import lock
from portal.core.work import delivery
from portal.core.work.delivery import LetterType
from portal.core.work.job_names import JobName
from portal.core.work.mail import Letter
from portal.mailings import letters, queries
from portal.mailings.kinds import DESK, MailingType, Recipients
from portal.mailings.models import ApprovalNotice, DeliveryRow, Recipient, RecipientRow
from portal.mailings.rules import (
    APPROVED,
    NO_MANAGER,
    PROTECTED,
    may_go_again,
)
from portal.reports.disclosure.disclose import NotPublishable
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions.edition_type import EditionType
from portal.reports.editions.lifecycle import find_latest, get_edition
from portal.reports.models import EditionRow


def add_recipient(
    of: Recipients, *, email: str, name: str = "", audience: Audience = Audience.PUBLIC
) -> RecipientRow:
    """Have the approved editions sent to an address; one that was removed comes back.

    Whoever is not said to be of the desk receives what anybody may read; a network's recipients
    all receive what its overseers read.
    """
    address = checked_email(email)
    lock(f"recipient {of.recipients.__tablename__} {address}")
    recipient = queries.find_recipient(of, address)
    if recipient is None:
        recipient = of.recipients(email=address)
        db.session.add(recipient)
    elif recipient.ended_at is None:
        raise Refusal(_("«%(email)s» è già tra i destinatari.", email=address), field="email")
    recipient.name, recipient.ended_at = " ".join(name.split()), None
    if isinstance(recipient, Recipient):
        recipient.audience = audience
    db.session.flush()
    return recipient


def end_recipient(of: Recipients, *, recipient_id: UUID) -> RecipientRow:
    """Send nothing more to an address; what is still queued for it does not leave either."""
    recipient = queries.get_recipient(of, recipient_id)
    recipient.ended_at = recipient.ended_at or clock.now()
    db.session.flush()
    return recipient


def send_edition(kind: MailingType, *, edition_id: UUID) -> int:
    """One letter for each recipient of now; asked twice, the second adds nothing."""
    edition = get_edition(kind.editions, edition_id)
    if edition.state != "approved":
        raise Refusal(_("L’edizione non è approvata: si invia solo quello che è approvato."))
    recipients = queries.list_recipients(kind)
    for recipient in recipients:
        delivery.queue_letter(letters_of(kind), edition_id=edition_id, recipient_id=recipient.id)
    return len(recipients)


def send_again(kind: MailingType, *, delivery_id: UUID) -> DeliveryRow:
    """Have a letter sent a second time, as a person decided."""
    letter = delivery.get_letter(kind.deliveries, delivery_id, for_change=True)
    edition = get_edition(kind.editions, letter.edition_id)
    if edition.state == "superseded":
        raise Refusal(_("L’edizione è stata sostituita: non si invia più."))
    if may_go_again(letter.state, letter.said, has_reason=edition.state == "approved"):
        delivery.queue_again(letters_of(kind), letter)
    return letter


def letters_of(kind: MailingType) -> LetterType[DeliveryRow]:
    """The letters that carry the editions of this kind."""
    return LetterType(
        kind.deliveries, JobName.DELIVER, partial(_write, kind), partial(_stands, kind)
    )


def _write(kind: MailingType, row: DeliveryRow) -> Letter | str:
    recipient = queries.get_recipient(kind, row.recipient_id)
    edition = get_edition(kind.editions, row.edition_id)
    if edition.state == "superseded":
        return "superseded"
    if edition.state != "approved":
        raise RuntimeError("an edition that nobody approved is not sent")
    if recipient.ended_at is not None:
        return "ended"
    write = kind.write
    if kind.write_public and recipient.is_outside:
        write = kind.write_public
    try:
        return write(edition, recipient.email, row.id)
    except ValueError:
        return "invalid"
    except NotPublishable:
        return PROTECTED


def _stands(kind: MailingType, row: DeliveryRow) -> bool:
    return _as_committed(kind.editions, row.edition_id).state == "approved"


def announce_edition(edition: EditionRow) -> None:
    """Tell each manager there is that a desk's edition waits; whoever asked for it knows.

    In the transaction that makes it ready: none is ready without its notices.
    """
    for manager in list_managers():
        if manager.account_id != edition.requested_by:
            delivery.queue_letter(NOTICES, edition_id=edition.id, account_id=manager.account_id)


def send_notice_again(*, notice_id: UUID) -> ApprovalNotice:
    """Have a notice sent a second time, as a person decided."""
    notice = delivery.get_letter(ApprovalNotice, notice_id, for_change=True)
    if may_go_again(notice.state, notice.said, has_reason=_still_waits(notice)):
        delivery.queue_again(NOTICES, notice)
    return notice


def _write_notice(notice: ApprovalNotice) -> Letter | str | None:
    edition = get_edition(DESK.editions, notice.edition_id)
    manager = find_manager(notice.account_id)
    if edition.state == "approved":
        return APPROVED
    if edition.state == "superseded" or not _is_newest(edition):
        return "superseded"
    if edition.state != "ready":
        return None
    if manager is None:
        return NO_MANAGER
    try:
        return letters.approval_notice(edition, manager.email, notice.id)
    except ValueError:
        return "invalid"


def _still_waits(notice: ApprovalNotice) -> bool:
    edition = _as_committed(DESK.editions, notice.edition_id)
    return edition.state == "ready" and _is_newest(edition)


def _as_committed(kind: EditionType, edition_id: UUID) -> EditionRow:
    """An edition in the state that others see now, whatever this session read before."""
    edition = get_edition(kind, edition_id)
    db.session.refresh(edition, ["state"])
    return edition


def _is_newest(edition: EditionRow) -> bool:
    """Whether it is the one that can be approved: no later one of its period was asked for."""
    latest = find_latest(DESK.editions, edition.period)
    return latest is not None and latest.id == edition.id


NOTICES = LetterType(ApprovalNotice, JobName.DELIVER_NOTICE, _write_notice, _still_waits)


def hold_back_letters(of: Recipients) -> int:
    """After a copy came back: what was on its way may have left since; how many those are."""
    return sum(delivery.hold_back_letters(table) for table in of.letters)
