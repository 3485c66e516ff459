# SPDX-License-Identifier: AGPL-3.0-or-later
"""How any letter is written: three templates, the same values, and addresses of our own site."""

from typing import Any, NamedTuple

from flask import current_app

from portal.core.work.columns import lines_of, wrapped
from portal.core.work.mail import ENCODED, Attachment, Letter


class Templates(NamedTuple):
    """What a letter is made of."""

    subject: str
    text: str
    html: str


def address(endpoint: str, **values: str) -> str:
    """A page's address under the configured name of the site, never one that a request claims."""
    site: str = current_app.config["SETTINGS"].public_url
    return site + current_app.url_map.bind("localhost").build(endpoint, values)


def written(
    templates: Templates,
    values: dict[str, Any],
    *,
    to: str,
    message_id: str,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """The letter that the templates make of the same values."""
    plain = {"lines_of": lines_of, "wrapped": wrapped}
    return Letter(
        to=to,
        subject=one_line(_rendered(templates.subject, values)),
        text=_rendered(templates.text, values | plain),
        html=_rendered(templates.html, values),
        attachments=attachments,
        message_id=message_id,
    )


def one_line(text: str) -> str:
    """A subject: neither a line break nor an encoded word of a desk's name becomes a header."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(line.replace(ENCODED, "= ?").split())


def _rendered(template: str, values: dict[str, Any]) -> str:
    # Past the context processors, which speak of the reader of a page: a letter has none.
    return current_app.jinja_env.get_template(template).render(values)
