# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much one request may say, whatever it asks: measured before anything reads it.

Each form has narrower limits of its own. These are for what no page of ours sends.
"""

from flask import Flask, abort, request

LONGEST_ADDRESS = 4_000
"""Characters, as gunicorn reads no longer line; what we write is ten times shorter."""
MOST_FIELDS = 2_000
"""The widest page, a paper sheet with every topic, has three hundred."""
LONGEST_FIELD = 100_000
"""Characters: a draft carries a whole form in one field."""
LONGEST_NAME = 200


def refuse_beyond(app: Flask) -> None:
    """Answer 414 to an address and 413 to a form beyond the limits, 415 to what is no form."""

    @app.before_request
    def measure() -> None:
        if len(request.full_path) > LONGEST_ADDRESS:
            abort(414)
        if request.is_json:
            # Flask-WTF reads it as a form, whose values may then be anything but text.
            abort(415)
        sent = [*request.form.items(multi=True), *request.files.items(multi=True)]
        if len(sent) > MOST_FIELDS or any(_is_beyond(*field) for field in sent):
            abort(413)


def _is_beyond(name: str, value: object) -> bool:
    return len(name) > LONGEST_NAME or (isinstance(value, str) and len(value) > LONGEST_FIELD)
