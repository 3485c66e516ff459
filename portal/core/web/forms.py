# SPDX-License-Identifier: AGPL-3.0-or-later
"""The base form, and the fields that speak Italian.

A form that creates carries a token (see drafts/form_tokens.py), one that edits the version of the
row. Typed text that cannot be understood stays in the field, beside one sentence that says why.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from babel.support import NullTranslations, Translations
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, HiddenField, StringField
from wtforms.i18n import messages_path

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.states_and_comuni import (
    Comune,
    State,
    find_state,
    get_comune,
    get_state,
    match_comuni,
)
from portal.core.store.database import db


class PortalForm(FlaskForm):
    """Every form of the portal."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: "PortalForm", formdata: Any) -> Any:
            """What was sent, without NUL: no keyboard types it and PostgreSQL stores none."""
            sent = super().wrap_formdata(form, formdata)
            if sent is None or not any("\0" in value for value in _texts(sent)):
                return sent
            return MultiDict((name, _clean(value)) for name, value in sent.items(multi=True))

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """Without maxlength: a browser would cut what is pasted and say nothing."""
            return super().render_field(field, {"maxlength": False} | render_kw)

        def get_translations(self, form: Form) -> NullTranslations:
            """Read once: Flask-WTF reads and parses the file again at every request."""
            return _sentences(str(get_locale()))

    form_token = HiddenField(default=lambda: str(uuid4()))
    version = HiddenField()

    @property
    def token(self) -> UUID | None:
        """The token of a form that creates; None when the field came back broken."""
        try:
            return UUID(self.form_token.data or "")
        except ValueError:
            return None

    @property
    def seen_version(self) -> int | None:
        """The version of the row that the person was looking at."""
        typed = str(self.version.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None

    @property
    def status(self) -> int:
        """200 for a form just opened, 422 for one that came back with errors."""
        return 422 if self.is_submitted() else 200

    @contextmanager
    def attempting(self, *, whole_unit: bool = False) -> Iterator[None]:
        """Run actions; a refusal undoes what they did and becomes an error of the form.

        `whole_unit`: nothing was done before, so that all can be undone without a savepoint,
        which is a seventh of the time of a save.
        """
        if whole_unit and db.session.new:
            raise RuntimeError("something was written before: a refusal would take it back too")
        try:
            with nullcontext() if whole_unit else db.session.begin_nested(), self.sending():
                yield
        except Refusal as refusal:
            if whole_unit:
                db.session.rollback()
            self.refuse(refusal)

    def sending(self) -> AbstractContextManager[None]:
        """Around the acts of a form: one that keeps drafts settles its own (drafts/forms.py)."""
        return nullcontext()

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal beside the field that it names, or on top of the form."""
        named = self._fields.get(refusal.field or "")
        if isinstance(named, Field):
            named.errors = [*named.errors, refusal.sentence]
        else:
            self.form_errors.append(refusal.sentence)


@cache
def _sentences(locale: str) -> NullTranslations:
    """WTForms' own sentences; where it has none of a language they stay English."""
    return Translations.load(messages_path(), [locale], domain="wtforms")


def _texts(sent: MultiDict[str, Any]) -> Iterator[str]:
    return (value for _name, value in sent.items(multi=True) if isinstance(value, str))


def _clean(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class ParsedField(StringField):
    """Text as it was typed; subclasses say what it means and how it is shown again."""

    typed: str | None = None
    longest = 400

    def parse(self, text: str) -> Any:
        return text

    def show(self, value: Any) -> str:
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0].strip()
        self.data = None
        if len(self.typed) > self.longest:
            most = formats.count(self.longest)
            raise ValueError(_("Il testo è troppo lungo: al massimo %(n)s caratteri", n=most))
        if self.typed:
            self.data = self.parse(self.typed)

    def _value(self) -> str:
        if self.typed is not None and (self.data is None or self.errors):
            return self.typed
        return self.show(self.data) if self.data is not None else ""


class CountField(ParsedField):
    """A whole number from zero up, with or without the points of the thousands."""

    most = formats.MOST_COUNTED

    def parse(self, text: str) -> int:
        return formats.parse_count(text, most=self.most)

    def show(self, value: int) -> str:
        return formats.count(value)


class DayField(ParsedField):
    """A day, typed as 12/4/88, 12041988 or 1988-04-12."""

    def parse(self, text: str) -> date:
        return formats.parse_day(text)

    def show(self, value: date) -> str:
        return formats.day(value)


class PartialDateField(ParsedField):
    """A date of birth of which only the year or the month may be known."""

    def parse(self, text: str) -> formats.PartialDate:
        return formats.parse_partial(text)

    def show(self, value: formats.PartialDate) -> str:
        return formats.partial_day(value)


def read_state(text: str) -> str:
    """The ISTAT code of a state by its Italian name or code; a ValueError where there is none."""
    state: State | None = find_state(text)
    if state is None:
        raise ValueError(
            _l("Stato non riconosciuto: scrivi il nome in italiano, per esempio Marocco")
        )
    return state.istat3


class StateField(ParsedField):
    """A state by its Italian name or code; the data is its ISTAT code."""

    def parse(self, text: str) -> str:
        return read_state(text)

    def show(self, value: str) -> str:
        return get_state(value).name


class ComuneField(ParsedField):
    """An Italian Comune by its name, with the province where two share it; the data is its code."""

    def parse(self, text: str) -> str:
        found: list[Comune] = match_comuni(text)
        if not found:
            raise ValueError(
                _l("Comune non riconosciuto: scrivi il nome intero, per esempio Lucca")
            )
        if len(found) > 1:
            names = ", ".join(f"{comune.name} ({comune.province})" for comune in found)
            raise ValueError(_l("Più Comuni con questo nome: %(names)s", names=names))
        return found[0].istat6

    def show(self, value: str) -> str:
        comune = get_comune(value)
        return f"{comune.name} ({comune.province})"
