# SPDX-License-Identifier: AGPL-3.0-or-later
"""How templates see the world: strict, with the macros of templates/ui as `ui.<macro>`.

Macros are reached through one global name because a top-level import is not seen when a block is
rendered alone as a fragment.
"""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from flask import Flask
from jinja2 import StrictUndefined
from markupsafe import Markup

from portal.core import clock
from portal.core.documents import tables
from portal.core.documents.charts import layout
from portal.core.italy import formats, states_and_comuni


def prepare(app: Flask, folder: Path) -> None:
    """Set up Jinja: an undefined name is an error, numbers and dates have one way to be printed."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        cell=tables.cell_text,
        day=formats.day,
        long_day=formats.long_day,
        weekday_day=formats.weekday_day,
        hour=lambda moment: formats.hour(clock.in_rome(moment)),
        rome_day=lambda moment: formats.day(clock.in_rome(moment).date()),
        count=formats.count,
        drawing=layout.draw,
        partial_day=formats.partial_day,
        state_name=lambda code: states_and_comuni.get_state(code).name,
        comune_name=lambda code: states_and_comuni.get_comune(code).name,
    )
    environment.globals["ui"] = _Macros(app, folder / "ui")


class _Macros(SimpleNamespace):
    """Finds a macro by its name in any file of templates/ui, on first use."""

    def __init__(self, app: Flask, folder: Path) -> None:
        super().__init__()
        self._app = app
        self._files = sorted(path.name for path in folder.glob("*.html"))

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        for file in self._files:
            module = self._app.jinja_env.get_template(f"ui/{file}").module
            for macro in vars(module):
                if not macro.startswith("_"):
                    setattr(self, macro, getattr(module, macro))
        try:
            found: Callable[..., Markup] = self.__dict__[name]
        except KeyError:
            raise AttributeError(f"no macro {name} in templates/ui") from None
        return found
