"""Debian's Chromium under Playwright, and the ways of a person in the tab."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

PROGRAM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # pages of public names are served from loopback here
)
SCREENS = {"narrow": (375, 700), "wide": (900, 700)}
SIGN_IN = {"en-GB": "Sign in", "de-DE": "Anmelden"}
FINGERPRINT = re.compile(r"[\w-]{4} [\w-]{4}$")
Scheme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def fresh_page(
    browser: Browser, *, screen: str = "wide", scheme: Scheme = "light", locale: str = "en-GB", **more: Any
) -> Iterator[Page]:
    """Open a page of its own profile; a fault of the page's script fails the test."""
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale, reduced_motion="reduce", **more
    )
    context.set_default_timeout(15_000)
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    try:
        yield context.new_page()
        assert not faults, faults
    finally:
        context.close()


def sign_in(page: Page, tab_url: str, name: str, locale: str = "en-GB") -> None:
    """Sign in as a user of the issuer, through its real page, and wait for the search box."""
    page.goto(tab_url)
    page.get_by_role("button", name=SIGN_IN[locale]).click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.locator("footer")).to_contain_text(FINGERPRINT)  # the directory has answered once
