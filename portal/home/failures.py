# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of errors: what happened, what was kept and one way back."""

from typing import Any

from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from portal.accounts import sessions
from portal.accounts.gate import SignInFirst
from portal.accounts.limits import TooOften
from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.italy import formats
from portal.core.store.away import is_away
from portal.core.store.unit import Unconfirmed
from portal.core.uploads import LARGEST_FILE_MB
from portal.core.web.access import Role, may, needed_by
from portal.core.web.limits import LONGEST_FIELD
from portal.core.web.pages import redirect_to
from portal.core.work.logs import log_failure
from portal.drafts.resuming import Unfinished, find_of_form, keep_sent
from portal.drafts.return_address import form_page, wanted_page

Answer = tuple[str, int, dict[str, str]]
MAY_BE_KEPT = frozenset({400, 409, 500})
"""Failures after which the database answers, and the form can be read."""
RETRY_SOON = {"Retry-After": "5"}


def answer(app: Flask) -> None:
    """Register one answer for each way in which a request can fail."""
    app.register_error_handler(SignInFirst, _sign_in_first)
    app.register_error_handler(NotHere, lambda _error: _page(404))
    app.register_error_handler(CSRFError, lambda _error: _page(400))
    app.register_error_handler(SecurityError, _not_our_name)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(TooOften, _too_often)
    app.register_error_handler(StaleDataError, lambda _error: _page(409))
    app.register_error_handler(HTTPException, lambda error: _page(error.code or 500))
    app.register_error_handler(InternalServerError, _while_answering)
    app.register_error_handler(Exception, _unexpected)


def _sign_in_first(error: SignInFirst) -> Response:
    locked = sessions.locked()
    kept = keep_sent(locked) if locked else None
    lost = 1 if request.method == "POST" and not kept else None
    expired = 1 if error.expired or lost else None
    wanted = kept or form_page() or wanted_page()
    return redirect_to("sign_in.log_in", poi=wanted, scaduta=expired, persa=lost)


def _not_our_name(_error: SecurityError) -> Response:
    """Plain text: under a name that is not ours no address of ours can be built."""
    text = _("Questo portale non risponde a questo indirizzo.")
    return Response(text, status=400, content_type="text/plain; charset=utf-8")


def _too_often(error: TooOften) -> Response:
    text, status, _headers = _page(429, text=error.sentence)
    return Response(text, status=status, headers={"Retry-After": str(error.seconds)})


def _refused(error: Refusal) -> Answer:
    return _page(422, text=error.sentence)


def _unexpected(error: Exception) -> Answer:
    log_failure(error)
    return _page_about(error)


def _while_answering(error: InternalServerError) -> Answer:
    """What failed outside a view, or while another failure was answered; it is logged already."""
    return _page_about(error.original_exception)


def _page_about(error: BaseException | None) -> Answer:
    if isinstance(error, Unconfirmed):
        return _page(503, text=_unconfirmed())
    return _page(503 if is_away(error) else 500)


def in_plain_words(error: BaseException) -> Response:
    """The answer where not even the page of a failure can be built."""
    status = 503 if is_away(error) else 500
    text = ". ".join(_words(status))
    answer = Response(text, status=status, content_type="text/plain; charset=utf-8")
    answer.headers.update(_headers(status))
    return answer


def _words(status: int) -> tuple[str, str]:
    if status == 403:
        return _whose_act()
    reference, start = g.get("reference", ""), _("Torna alla pagina iniziale e riprova da lì.")
    words = {
        400: (
            _("La pagina era rimasta aperta troppo a lungo"),
            _("Per sicurezza non abbiamo salvato nulla. Torna indietro, ricarica e riprova."),
        ),
        404: (
            _("Pagina non trovata"),
            _(
                "L’indirizzo è sbagliato, oppure la scheda non esiste più o non è di questo"
                " sportello."
            ),
        ),
        405: (_("Questa pagina non si apre così"), start),
        409: (
            _("Non ancora salvato"),
            _("Mentre scrivevi qualcun altro ha salvato la stessa scheda. Riaprila e riprova."),
        ),
        413: (_("È troppo in una volta"), _too_much()),
        414: (_("L’indirizzo è troppo lungo"), start),
        415: (_("Il portale legge solo i suoi moduli"), start),
        422: (_("Così non si può fare"), ""),
        429: (_("Un momento"), ""),
        503: (_("Il servizio non risponde"), _while_away()),
    }
    unexpected = (
        _("Qualcosa non ha funzionato"),
        _("L’errore è registrato con il riferimento %(reference)s.", reference=reference),
    )
    return words.get(status, unexpected)


def _too_much() -> str:
    return _(
        "Un file arriva a %(limit)s MB e un campo a %(characters)s caratteri. Non abbiamo salvato"
        " nulla: torna indietro e accorcia.",
        limit=LARGEST_FILE_MB,
        characters=formats.count(LONGEST_FIELD),
    )


def _while_away() -> str:
    if request.method != "POST":
        return _("Aspetta qualche secondo e ricarica la pagina: ciò che era salvato resta.")
    return _(
        "Non abbiamo salvato nulla. Aspetta qualche secondo e ricarica questa pagina: il browser"
        " chiede se inviare di nuovo quello che hai scritto."
    )


def _unconfirmed() -> str:
    if "form_token" in request.form:
        return _(
            "Non sappiamo se abbiamo fatto in tempo a salvare. Aspetta qualche secondo e ricarica"
            " questa pagina: il modulo si invia di nuovo e non crea un doppione."
        )
    return _(
        "Non sappiamo se abbiamo fatto in tempo a salvare. Aspetta qualche secondo, apri di nuovo"
        " la pagina di prima e controlla."
    )


def _whose_act() -> tuple[str, str]:
    """Say which role the act belongs to, so that the reader knows whom to ask."""
    permission = needed_by(current_app.view_functions[request.endpoint or ""])
    if permission is not None and may(Role.OPERATOR, permission):
        return (
            _("Questa azione spetta agli operatori"),
            _("Il tuo ruolo in questo sportello è di sola lettura. Puoi leggere e scaricare."),
        )
    return (
        _("Questa azione spetta al responsabile"),
        _("Il tuo ruolo in questo sportello non la comprende: chiedi al responsabile."),
    )


def _page(status: int, *, text: str | None = None) -> Answer:
    title, usual = _words(status)
    kept = _kept() if status in MAY_BE_KEPT else None
    values: dict[str, Any] = {
        "title": title,
        "text": (_("Per sicurezza non abbiamo salvato nulla.") if kept and status == 400 else "")
        or text
        or usual,
        "status": status,
        "at": clock.now(),
        "reference": g.get("reference", ""),
        "kept": kept.address if kept else None,
    }
    return render_template("home/failure.html", **values), status, _headers(status)


def _headers(status: int) -> dict[str, str]:
    return RETRY_SOON if status == 503 else {}


def _kept() -> Unfinished | None:
    """The draft of the form that failed; none is promised while the database cannot be asked."""
    if request.method != "POST" or not current_user.is_authenticated:
        return None
    try:
        return find_of_form(current_user._get_current_object())
    except SQLAlchemyError:
        return None
