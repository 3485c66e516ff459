# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page must have, checked on each page that any test fetches; and how to fill a form."""

from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LABELLED = ("input", "select", "textarea")


def check_page(html: str) -> None:
    """Fail with the first thing that a page lacks."""
    soup = BeautifulSoup(html, "html.parser")
    assert soup.select("html[lang=it]"), "no language"
    assert " – " in str(soup.title), f"title: {soup.title}"
    assert len(soup.find_all("h1")) == 1, "not exactly one h1"
    assert soup.find("main") is not None, "no main"
    ids = Counter(tag["id"] for tag in soup.find_all(id=True))
    assert not [name for name, number in ids.items() if number > 1], f"ids: {ids.most_common(2)}"
    for form in soup.find_all("form", method=lambda value: str(value).lower() == "post"):
        assert form.find("input", attrs={"name": "csrf_token"}), f"no CSRF token: {form}"
    for tag in soup.find_all(LABELLED):
        assert _is_labelled(soup, tag), f"no label: {tag}"
    assert not soup.find_all(style=True), "inline style"
    assert not soup.find_all("script", src=False), "inline script"


def _is_labelled(soup: BeautifulSoup, tag: Tag) -> bool:
    if tag.get("type") in ("hidden", "submit") or tag.get("aria-label"):
        return True
    return tag.find_parent("label") is not None or (
        tag.get("id") is not None and soup.find("label", attrs={"for": tag["id"]}) is not None
    )


def words(node: Tag | BeautifulSoup) -> str:
    """What stands in a part of a page, without line ends."""
    return " ".join(node.get_text(" ").split())


class PortalClient(FlaskClient):
    """A browser without JavaScript: checks each page and submits forms as they stand on it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and b"<html" in response.data:
            check_page(response.text)
        return response

    def soup(self, url: str) -> BeautifulSoup:
        """A page that must answer 200, parsed."""
        response = self.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return BeautifulSoup(response.text, "html.parser")

    def submit(
        self, url: str, data: dict[str, Any], *, action: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Open a page, change some fields of its form and send it.

        The form is the one whose address is `action`, or else the first that posts and is not
        the sign-out button.
        """
        form = self._form(self.soup(url), action)
        values = form_values(form) | data
        return self.post(form.get("action") or url, data=values, **kwargs)

    @staticmethod
    def _form(soup: BeautifulSoup, action: str | None) -> Tag:
        for form in soup.find_all("form"):
            target = form.get("action") or ""
            if str(form.get("method", "")).lower() != "post" or target == "/esci":
                continue
            if action is None or target == action:
                return form
        raise AssertionError(f"no form {action or ''} on the page")


def form_values(form: Tag) -> dict[str, Any]:
    """What a browser would send for a form as it stands."""
    values: dict[str, Any] = {}
    for tag in form.find_all(LABELLED):
        name = tag.get("name")
        if not name or (tag.get("type") in ("checkbox", "radio") and not tag.has_attr("checked")):
            continue
        if tag.name == "select":
            chosen = tag.find_all("option", selected=True) or tag.find_all("option")[:1]
            value: Any = [option.get("value", "") for option in chosen]
        elif tag.name == "textarea":
            value = [tag.text]
        else:
            value = [tag.get("value", "")]
        values[name] = values.get(name, []) + value
    return values
