"""What the tab says when something is missing, and that it goes on by itself."""

import json

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from deploy.demo.stack import Stack
from tests.servers.browser import fresh_page, sign_in

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("tab")]
ASK = "**/v1/t/*"


def search(page: Page, text: str) -> None:
    page.get_by_role("searchbox").fill(text)


def change_pin(page: Page, change: str) -> None:
    """Make the page remember something else of the directory than it saw."""
    page.evaluate(
        """for (const name of Object.keys(localStorage)) {
             const pin = JSON.parse(localStorage.getItem(name));
             localStorage.setItem(name, JSON.stringify({...pin, CHANGE}));
           }""".replace("CHANGE", change)
    )
    page.reload()


def test_directory_gone_is_said_and_the_search_goes_on_when_it_is_back(stack: Stack, anna: Page) -> None:
    search(anna, "mueller")
    expect(anna.get_by_role("listitem")).to_have_count(2)
    stack.directory.stop()
    try:
        search(anna, "mustermann")
        expect(anna.get_by_role("alert")).to_contain_text("The directory is not connected")
    finally:
        stack.directory.start()
        stack.wait_for_line()
    expect(anna.get_by_role("button", name="Erika Mustermann")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "error", "title"),
    [
        (504, "deadline", "That took too long"),
        (429, "busy", "Too much going on"),
        (413, "too_large", "That did not work"),
    ],
)
def test_relay_errors_are_said_in_plain_words(anna: Page, status: int, error: str, title: str) -> None:
    def refuse(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*", "Retry-After": "30"}
        route.fulfill(status=status, headers=headers, body=json.dumps({"error": error, "message": ""}))

    anna.route(ASK, refuse)
    search(anna, "mustermann")
    alert = anna.get_by_role("alert")
    expect(alert).to_contain_text(title)
    anna.unroute(ASK)
    alert.get_by_role("button", name="Try again").click()
    expect(anna.get_by_role("button", name="Erika Mustermann")).to_be_visible()


def test_offline_is_said(anna: Page) -> None:
    anna.context.set_offline(True)
    search(anna, "mustermann")
    expect(anna.get_by_role("alert")).to_contain_text("No connection")
    anna.context.set_offline(False)
    expect(anna.get_by_role("button", name="Erika Mustermann")).to_be_visible()


def test_tenant_without_a_directory_gets_a_way_forward(anna: Page) -> None:
    refusal = json.dumps({"error": "tenant_unknown", "message": ""})
    anna.route("**/api/ticket", lambda route: route.fulfill(status=403, body=refusal))
    anna.reload()
    expect(anna.get_by_role("alert")).to_contain_text("Your organization is not set up yet")
    expect(anna.get_by_role("alert")).to_contain_text("Ask your IT team")


def test_refused_sign_in_leaves_the_door_open(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        page.goto(f"{stack.tab_url}?error=access_denied&state=unknown")
        expect(page.get_by_role("alert")).to_contain_text("Sign-in was refused")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "state=" not in page.url


def test_another_identity_key_is_refused_until_the_user_compared_it(stack: Stack, anna: Page) -> None:
    change_pin(anna, 'fingerprint: "A".repeat(43)')
    notice = anna.get_by_role("alert")
    expect(notice).to_contain_text("The directory has a new identity")
    expect(notice).to_contain_text("AAAA AAAA")
    search(anna, "mustermann")
    expect(anna.get_by_role("listitem")).to_have_count(0)
    notice.get_by_role("button", name="I compared it, go on").click()
    expect(anna.get_by_role("button", name="Erika Mustermann")).to_be_visible()


def test_a_key_configuration_that_goes_back_is_refused(anna: Page) -> None:
    change_pin(anna, "sequence: pin.sequence + 1e9")
    expect(anna.get_by_role("alert")).to_contain_text("The directory's keys are outdated")


def test_broken_configuration_is_said(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        page.route("**/config.json", lambda route: route.fulfill(status=200, body="{}"))
        page.goto(stack.tab_url)
        expect(page.get_by_role("alert")).to_contain_text("That did not work")
        page.unroute("**/config.json")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_wrong_clock_heals_by_itself(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        page.add_init_script("const now = Date.now; Date.now = () => now() + 5 * 60_000;")
        sign_in(page, stack.tab_url, "Anna")
        search(page, "mustermann")
        expect(page.get_by_role("button", name="Erika Mustermann")).to_be_visible()
