# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a page in a real browser: what axe finds, what fails, what is too wide."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
"""What passes need not be described, element by element."""


def problems(page: Page, address: str, *, expected: int = 200) -> list[str]:
    """What is wrong with a page, in words."""
    found: list[str] = []
    answer = page.goto(address)
    if answer is None or answer.status != expected:
        found.append(f"{address}: not {expected}")
    return found + faults(page)


def faults(page: Page, state: str = "") -> list[str]:
    """What is wrong with the page as it stands now, once its styles are there.

    Whoever pressed a button has a page as soon as its words are there, which may be before.
    `state` is what a page of several states is in.
    """
    page.wait_for_load_state()
    place = f"{page.url} {state}".rstrip()
    found: list[str] = []
    result = Axe().run(page, options=OPTIONS)
    for violation in result.response["violations"]:
        nodes = [node["html"][:120] for node in violation["nodes"][:2]]
        found.append(f"{place}: {violation['id']} {nodes}")
    if is_too_wide(page):
        found.append(f"{place}: wider than the window")
    return found


def is_too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways, once its styles are there."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def errors_of(page: Page) -> list[str]:
    """What scripts fail at and what the browser refuses, from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security" in message.text else None,
    )
    return errors
