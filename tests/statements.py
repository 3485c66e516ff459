# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a block asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, request, request_started
from sqlalchemy import event

from portal.core.store.database import db


class counted:
    """The statements of a block, without those that say who speaks, unless these are wanted."""

    def __init__(self, *, speaking: bool = False) -> None:
        self._speaking = speaking

    def __enter__(self) -> list[str]:
        self.seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_error: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, *told: object) -> None:
        if self._speaking or "portal.desk" not in str(told[2]):
            self.seen.append(str(told[2]))


@contextmanager
def of_posts_alone(app: Flask, noted: list[str]) -> Iterator[None]:
    """Forget what was noted before a form is sent: of the page that holds it."""

    def forget(_app: Flask) -> None:
        if request.method == "POST":
            noted.clear()

    with request_started.connected_to(forget, app):
        yield
