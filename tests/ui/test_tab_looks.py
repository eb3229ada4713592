"""What everyone must be able to use: axe finds nothing, nothing scrolls sideways, targets are large enough."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from deploy.demo.stack import Stack
from tests.servers.browser import SCREENS, Scheme, fresh_page, sign_in

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("tab")]
SMALL_TARGETS = """
[...document.querySelectorAll("a[href], button, input")]
  .filter((control) => control.checkVisibility() && !control.closest("[aria-hidden=true]"))
  .map((control) => [control.textContent || control.ariaLabel, control.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < 40 || box.width < 40))
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""


def assert_usable(page: Page, state: str) -> None:
    found = Axe().run(page)
    assert not found.response["violations"], f"{state}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state} scrolls sideways"


def states(page: Page, stack: Stack) -> Iterator[str]:
    """Lead the page through every state it has without a fault."""
    page.goto(stack.tab_url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    yield "welcome"
    sign_in(page, stack.tab_url, "Anna")
    yield "start"
    page.locator("footer button").click()
    yield "footer"
    page.locator("footer button").click()
    page.get_by_role("searchbox").fill("müller")
    expect(page.get_by_role("listitem")).to_have_count(2)
    yield "results"
    page.get_by_role("button", name="Jürgen Groß").click()
    expect(page.get_by_role("article")).to_be_visible()
    yield "card"
    if page.viewport_size == {"width": 375, "height": 700}:
        page.get_by_role("button", name="Back to the results").click()
    page.get_by_role("searchbox").fill("qqqqqq")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    yield "nothing found"
    page.route("**/v1/t/*", lambda route: route.abort())
    page.get_by_role("searchbox").fill("offline")
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    yield "failure"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", list(SCREENS))
def test_every_state_is_usable(stack: Stack, browser: Browser, screen: str, scheme: Scheme) -> None:
    with fresh_page(browser, screen=screen, scheme=scheme) as page:
        for state in states(page, stack):
            assert_usable(page, state)
            if screen == "narrow":
                assert page.evaluate(SMALL_TARGETS) == [], state


def test_forced_colours_are_usable(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser, forced_colors="active") as page:
        for state in states(page, stack):
            assert_usable(page, state)


def test_card_takes_the_whole_phone_and_goes_back_by_the_browser(anna_narrow: Page) -> None:
    page = anna_narrow
    page.get_by_role("searchbox").fill("groß")
    page.get_by_role("button", name="Jürgen Groß").click()
    expect(page.get_by_role("heading", name="Jürgen Groß")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("groß")
    page.get_by_role("button", name="Jürgen Groß").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Jürgen Groß")).to_be_focused()


def test_a_phone_outside_teams_can_dial_itself(stack: Stack, browser: Browser) -> None:
    phone = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"
    with fresh_page(browser, screen="narrow", user_agent=phone, has_touch=True) as page:
        sign_in(page, stack.tab_url, "Anna")
        page.get_by_role("searchbox").fill("groß")
        page.get_by_role("button", name="Jürgen Groß").click()
        dial = page.get_by_role("link", name="Call with this phone").first
        expect(dial).to_have_attribute("href", "tel:+498999998512")


def test_loads_nothing_from_elsewhere(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console", lambda message: asked.append(f"console {message.text}") if "policy" in message.text else None
        )
        sign_in(page, stack.tab_url, "Anna")
        own = (stack.tab_url.removesuffix("tab/"), stack.authority, stack.relay_url)
        assert [url for url in asked if not url.startswith(own)] == []
