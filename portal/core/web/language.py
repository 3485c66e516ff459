# SPDX-License-Identifier: AGPL-3.0-or-later
"""The portal's one language: the words of a page are found without asking which it is each time.

Flask-Babel asks at each of them: a fifth of what a relazione with its sections takes in Python.
"""

from functools import cached_property

from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain


class OneLanguage(Babel):
    """Babel for an application whose pages are all in BABEL_DEFAULT_LOCALE."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The same for every request: what it has found is of no request."""
        return _Words(domain=self.domain)


class _Words(Domain):
    """Words in one language, read once."""

    _found: Translations | NullTranslations | None = None

    def get_translations(self) -> Translations | NullTranslations:
        if self._found is None:
            self._found = super().get_translations()
        return self._found
