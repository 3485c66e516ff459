# SPDX-License-Identifier: AGPL-3.0-or-later
"""The base of forms that keep what is typed: one fills itself from the draft in its address."""

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

from flask import request
from werkzeug.datastructures import MultiDict

from portal.core.errors import NotHere, Refusal
from portal.core.web.forms import PortalForm
from portal.drafts.form_tokens import AlreadySaved, sending
from portal.drafts.queries import Draft, get_draft
from portal.drafts.rules import digest


class DraftForm(PortalForm):
    """`resumed` is the draft that it was filled from; saving the form settles it."""

    resumed: Draft | None = None

    class Meta(PortalForm.Meta):
        def wrap_formdata(self, form: "DraftForm", formdata: Any) -> Any:
            """What was sent; of a page that is only looked at, what its draft holds."""
            sent = super().wrap_formdata(form, formdata)
            if sent is not None or formdata is None:
                return sent
            form.resumed = _draft_in_address()
            return _sent_again(form.resumed) if form.resumed else None

    def sending(self) -> AbstractContextManager[None]:
        return sending(self.token, digest(request.form.items(multi=True)))

    def refuse(self, refusal: Refusal) -> None:
        """As any form; saved with other words before, it becomes another form by its token."""
        if isinstance(refusal, AlreadySaved):
            self.form_token.data = str(uuid4())
        super().refuse(refusal)


def _draft_in_address() -> Draft | None:
    """The draft to take up again; one of another page or person is not there."""
    named = request.args.get("bozza")
    if not named:
        return None
    try:
        draft = get_draft(UUID(named))
    except ValueError:
        raise NotHere from None
    if draft and draft.page.partition("?")[0] != request.path:
        raise NotHere
    return draft


def _sent_again(draft: Draft) -> MultiDict[str, str]:
    """The draft as its form would have sent it, under the same token: saving it twice is once."""
    typed = [(name, value) for name, value in draft.fields]
    return MultiDict([*typed, ("form_token", str(draft.form_token))])
