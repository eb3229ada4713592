"""One product for all tests of the tab, a browser for each file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from deploy.demo.stack import Stack
from tests.servers.browser import chromium, fresh_page, sign_in
from tests.servers.stack import filled

RATE = {"CONTACTORY_RELAY_TENANT_RATE": "5000", "CONTACTORY_RELAY_TENANT_BURST": "5000"}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with filled(Stack(tmp_path_factory.mktemp("tab"), environment=RATE)) as running:
        running.start()
        yield running


# Not for the whole session: a running browser keeps an event loop running, in which no asynchronous test can run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def anna(stack: Stack, browser: Browser) -> Iterator[Page]:
    """Open a page with Anna signed in, wide and in English."""
    with fresh_page(browser) as page:
        sign_in(page, stack.tab_url, "Anna")
        yield page


@pytest.fixture
def anna_narrow(stack: Stack, browser: Browser) -> Iterator[Page]:
    """Open the same on a phone."""
    with fresh_page(browser, screen="narrow", has_touch=True) as page:
        sign_in(page, stack.tab_url, "Anna")
        yield page
