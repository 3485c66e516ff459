# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of recipients and deliveries; and the delivery of one letter, step by step.

A letter is claimed, marked `transmitting` before it is handed over, and settled; each step is
committed. Who finds it `transmitting` under the job's lock knows that its mailer died: whether it
arrived cannot be known, so it becomes uncertain and only a person has it sent again.
"""

from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.rules import checked_email
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.core.store.locks import hold
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.core.work.mail import Letter, Outcome, transmit
from portal.mailings import queries
from portal.mailings.kinds import MailingType, Recipients
from portal.mailings.models import DeliveryRow, Recipient, RecipientRow
from portal.mailings.rules import INTERNAL, OVER, PROTECTED, gives_up, may_go_again
from portal.reports.disclosure.disclose import NotPublishable
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions.lifecycle import get_edition

JOB = JobName.DELIVER


class Overtaken(Exception):
    """The letter was taken, or its edition replaced, meanwhile: ours must not leave."""


def add_recipient(
    of: Recipients, *, email: str, name: str = "", audience: Audience = Audience.PUBLIC
) -> RecipientRow:
    """Have the approved editions sent to an address; one that was removed comes back.

    Whoever is not said to be of the desk receives what anybody may read; a network's recipients
    all receive what its overseers read.
    """
    address = checked_email(email)
    hold(f"recipient {of.recipients.__tablename__} {address}")
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
        statement = (
            insert(kind.deliveries)
            .values(id=uuid4(), edition_id=edition_id, recipient_id=recipient.id)
            .on_conflict_do_nothing()
            .returning(kind.deliveries.id)
        )
        delivery_id = db.session.scalar(statement)
        if delivery_id is not None:
            jobs.enqueue(JOB, str(delivery_id))
    return len(recipients)


def send_again(kind: MailingType, *, delivery_id: UUID) -> DeliveryRow:
    """A person decided that a letter is worth a second try, at the risk of a repeat.

    The Message-ID stays, so that a server or a reader can tell a repeat. The job is named after
    the outcome that it answers: two clicks are one.
    """
    delivery = queries.get_delivery(kind, delivery_id, for_change=True)
    edition = get_edition(kind.editions, delivery.edition_id)
    if edition.state == "superseded":
        raise Refusal(_("L’edizione è stata sostituita: non si invia più."))
    if may_go_again(delivery.state, delivery.said, edition.state):
        subject = f"{delivery.id} {delivery.changed_at:%Y%m%d%H%M%S%f}"
        _move(delivery, "queued")
        jobs.enqueue(JOB, subject)
    return delivery


def hold_back_letters(of: Recipients) -> int:
    """After a copy came back: what was on its way may have left since; how many those are."""
    letters = queries.list_under_way(of)
    for delivery in letters:
        _move(delivery, "uncertain", delivery.said)
    return len(letters)


def delivery_of(subject: str) -> UUID:
    """The delivery that a job is about."""
    return UUID(subject.partition(" ")[0])


def _move(delivery: DeliveryRow, state: str, said: str = "") -> None:
    delivery.state, delivery.said, delivery.changed_at = state, said, clock.now()
    db.session.flush()


# The delivery of one letter. Run under the job's lock, outside any unit of work (worker/run.py).


def deliver(kind: MailingType, *, delivery_id: UUID, job_id: UUID) -> None:
    """Go on from the step that was reached."""
    try:
        with unit_of_work():
            letter = _claim(kind, delivery_id, job_id)
        if letter is None:
            return
        begin_data = partial(_begin_data, kind, delivery_id)
        outcome = transmit(letter, current_app.config["SETTINGS"], begin_data)
    except Overtaken:
        raise
    except Exception:
        # The error itself goes on to the log; a database that is away cannot be told of it.
        with suppress(SQLAlchemyError), unit_of_work():
            _blame_ourselves(kind, delivery_id)
        raise
    with unit_of_work():
        _settle(kind, delivery_id, job_id, outcome)


def _claim(kind: MailingType, delivery_id: UUID, job_id: UUID) -> Letter | None:
    """The letter to send now, if it is still to be sent."""
    delivery = queries.get_delivery(kind, delivery_id, for_change=True)
    job = jobs.find_job(job_id)
    if job is None or delivery.state in OVER:
        pass
    elif delivery.state == "transmitting":
        _move(delivery, "uncertain", delivery.said)
    elif gives_up(job.created_at, job.attempts, clock.now()):
        _move(delivery, "failed", delivery.said or INTERNAL)
    else:
        letter = _written(kind, delivery)
        if isinstance(letter, Letter):
            _move(delivery, "claimed", delivery.said)
            return letter
        _move(delivery, "failed", letter)
    if job is not None:
        jobs.finish(job_id)
    return None


def _written(kind: MailingType, delivery: DeliveryRow) -> Letter | str:
    """The letter, or why it cannot be written."""
    recipient = queries.get_recipient(kind, delivery.recipient_id)
    edition = get_edition(kind.editions, delivery.edition_id)
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
        return write(edition, recipient.email, delivery.id)
    except ValueError:
        return "invalid"
    except NotPublishable:
        return PROTECTED


def _blame_ourselves(of: Recipients, delivery_id: UUID) -> None:
    """Nothing has left, and no server is the reason."""
    delivery = queries.get_delivery(of, delivery_id, for_change=True)
    if delivery.state in ("queued", "claimed"):
        _move(delivery, "queued", INTERNAL)


def _begin_data(kind: MailingType, delivery_id: UUID) -> None:
    """Say that the message is about to be handed over, before it is."""
    with unit_of_work():
        delivery = queries.get_delivery(kind, delivery_id, for_change=True)
        edition = get_edition(kind.editions, delivery.edition_id)
        db.session.refresh(edition, ["state"])
        # Whatever replaced the edition while the server was reached: the next claim says so.
        if delivery.state != "claimed" or edition.state != "approved":
            raise Overtaken
        _move(delivery, "transmitting")


def _settle(of: Recipients, delivery_id: UUID, job_id: UUID, outcome: Outcome) -> None:
    """Write down what became of a letter; «sent» is knowledge, whatever was believed meanwhile."""
    delivery = queries.get_delivery(of, delivery_id, for_change=True)
    ours = delivery.state in ("claimed", "transmitting")
    if outcome.state == "later":
        if ours:
            _move(delivery, "queued", outcome.said)
        jobs.postpone(job_id)
        return
    if ours or outcome.state == "sent":
        _move(delivery, outcome.state, outcome.said)
    jobs.finish(job_id)
