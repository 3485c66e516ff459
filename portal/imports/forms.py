# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of past totals: the figures of a period as an old relazione prints them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.periods import Period, read_period
from portal.core.web.forms import CountField, ParsedField, PortalForm
from portal.figures.consistency import Contradicted
from portal.figures.parts import Kind
from portal.figures.rules import Nameless, knows_enquiries
from portal.imports.rules.totals import nothing_to_be_part_of
from portal.taxonomy.rules import TopicEntry
from portal.visits.rules import DELETION_REASONS

TYPED = {"autocomplete": "off"}
TOPIC, NAMELESS = "topic_", "nameless_"
"""Before a topic's code, in the names of its two counts."""


class PeriodField(ParsedField):
    """A period by its name; the data is the Period."""

    def parse(self, text: str) -> Period:
        return read_period(text)

    def show(self, value: Period) -> str:
        return value.name


class PastTotalForm(PortalForm):
    """Users, by sex where it was kept, and one count for each topic (see form_for)."""

    period = PeriodField(
        _l("Periodo"),
        description=_l("Per esempio 2015-S1 (semestre), 2015 (anno), 2015-T2 (trimestre)"),
        validators=[InputRequired(_l("Scrivi il periodo"))],
        render_kw=TYPED,
    )
    users = CountField(
        _l("Utenti"), validators=[InputRequired(_l("Scrivi gli utenti"))], render_kw=TYPED
    )
    users_f = CountField(_l("Di cui donne"), render_kw=TYPED)
    users_m = CountField(_l("Di cui uomini"), render_kw=TYPED)
    total = CountField(_l("Totale"), render_kw=TYPED)
    nameless = CountField(_l("Di cui senza nome"), render_kw=TYPED)

    @property
    def topic_fields(self) -> list[Field]:
        """The counts, in the order of the list of topics."""
        return [field for name, field in self._fields.items() if name.startswith(TOPIC)]

    @property
    def nameless_fields(self) -> list[Field]:
        """Beside each of these, how many of them had no name."""
        return [self[NAMELESS + field.name.removeprefix(TOPIC)] for field in self.topic_fields]

    @property
    def rows(self) -> list[tuple[Field, Field]]:
        """The two counts of each topic."""
        return list(zip(self.topic_fields, self.nameless_fields, strict=True))

    def counts(self) -> dict[str, int]:
        """What was typed, by topic; an empty cell is zero."""
        return {field.name.removeprefix(TOPIC): field.data or 0 for field in self.topic_fields}

    def nameless_counts(self) -> dict[str, int]:
        """What was typed of the nameless; where nothing was, they are not known by topic."""
        typed = {field.name.removeprefix(NAMELESS): field.data for field in self.nameless_fields}
        return {code: number for code, number in typed.items() if number is not None}

    def figures(self) -> dict[str, Any]:
        """Everything but the period."""
        return {
            "users": self.users.data,
            "users_f": self.users_f.data,
            "users_m": self.users_m.data,
            "topics": self.counts(),
            "nameless": Nameless.kept(self.nameless.data, self.nameless_counts()),
        }

    def refuse(self, refusal: Refusal) -> None:
        """Beside the figure that another period contradicts, where the form has it."""
        if isinstance(refusal, Contradicted):
            refusal.field = self._field_of(refusal)
        super().refuse(refusal)

    def _field_of(self, refusal: Contradicted) -> str | None:
        one_each = {Kind.USERS: "users", Kind.WOMEN: "users_f", Kind.MEN: "users_m"}
        if refusal.kind in one_each:
            return one_each[refusal.kind]
        start = TOPIC if refusal.kind is Kind.ENQUIRIES else NAMELESS
        named = [start + code for code in refusal.codes if start + code in self]
        typed = [name for name in named if self[name].data is not None]
        return next(iter(typed or named), None if refusal.codes else "nameless")

    def validate_users(self, _field: Field) -> None:
        alone = (self.users_f.data is None) != (self.users_m.data is None)
        if alone and not (self.users_f.errors or self.users_m.errors):
            raise ValidationError(
                _("Scrivi sia le donne sia gli uomini, oppure lasciali vuoti tutti e due")
            )

    @property
    def tells_enquiries(self) -> bool:
        """Whether they were typed: users alone are enough, of whom there were some."""
        return knows_enquiries(self.counts(), self.users.data)

    def validate_total(self, field: Field) -> None:
        """The sum of the lines; nothing at all where nothing is written of enquiries."""
        if any(box.process_errors for box in (field, *self.topic_fields)):
            return
        total = sum(self.counts().values())
        if field.data is None and any(box.data is not None for box in self.topic_fields):
            raise ValidationError(_("Scrivi il totale"))
        if field.data is not None and field.data != total:
            raise ValidationError(
                _("La somma delle righe è %(total)s: ricontrolla", total=formats.count(total))
            )

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and self._has_right_nameless()

    def _has_right_nameless(self) -> bool:
        """Never more without a name than there were; by topic, where told, they add up."""
        counts, by_topic = self.counts(), self.nameless_counts()
        if not self.tells_enquiries and any((self.nameless.data, *by_topic.values())):
            self.nameless.errors = [nothing_to_be_part_of()]
            return False
        for code, number in by_topic.items():
            if number > counts[code]:
                self[NAMELESS + code].errors = [_("Sono più delle richieste")]
                return False
        typed, added = self.nameless.data, sum(by_topic.values())
        if typed is not None and by_topic and typed != added:
            self.nameless.errors = [
                _("Per tipologia sommano a %(total)s: ricontrolla", total=formats.count(added))
            ]
        elif (typed or 0) > sum(counts.values()):
            self.nameless.errors = [_("Sono più delle richieste")]
        return not self.nameless.errors


class TotalsDeletionForm(PortalForm):
    """Why the totals of a period are taken out: the reasons of visits."""

    reason = RadioField(
        _l("Perché li elimini?"),
        choices=[SelectChoice(reason, reason) for reason in DELETION_REASONS],
        validators=[InputRequired(_l("Scegli il motivo"))],
    )


def form_for(topics: Sequence[TopicEntry]) -> type[PastTotalForm]:
    """The form with a count for each of these topics."""
    fields = {TOPIC + topic.code: CountField(topic.label, render_kw=TYPED) for topic in topics}
    fields |= {
        NAMELESS + topic.code: CountField(
            _l("%(topic)s, di cui senza nome", topic=topic.label), render_kw=TYPED
        )
        for topic in topics
    }
    form: type[PastTotalForm] = type("PastTotalForm", (PastTotalForm,), fields)
    return form
