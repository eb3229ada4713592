"""Journey: two users of one company search in the tab and see what they may see; a click calls."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.demo.stack import Stack
from tests.servers.browser import chromium, fresh_page, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def names(page: Page, text: str, count: int) -> list[str]:
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press_sequentially(text, delay=30)
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(count)
    expect(page.get_by_role("status").filter(has_text=f"{count} contact")).to_have_count(1)
    return sorted(text.splitlines()[0] for text in rows.all_inner_texts())


def test_two_users_see_what_their_groups_may_see(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        sign_in(page, stack.tab_url, "Anna Sommer")
        assert names(page, "jürgen", 1) == ["Jürgen Groß"]
        assert names(page, "mueller masch", 2) == ["Jürgen Groß", "Müller Maschinenbau GmbH"]
    with fresh_page(browser) as page:
        sign_in(page, stack.tab_url, "Ben Krüger")
        assert names(page, "jürgen", 1) == ["Jürgen Großmann"]
        assert names(page, "novak", 1) == ["Zoë Novák"]


def test_a_click_calls_the_number_with_its_plus(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        sign_in(page, stack.tab_url, "Anna Sommer")
        page.context.route("https://teams.microsoft.com/**", lambda route: route.fulfill(status=200, body="Teams"))
        page.get_by_role("searchbox").press_sequentially("groß")
        page.get_by_role("searchbox").press("Enter")
        with page.expect_popup() as opened:
            page.get_by_role("article").get_by_role("link", name="Call with Teams", exact=True).click()
        assert opened.value.url == "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B498999998512"


def test_numbers_are_found_however_they_are_typed(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        sign_in(page, stack.tab_url, "Anna Sommer")
        for typed in ("+49 89 999985-12", "0049 89 99998512", "089/999985 12"):
            assert names(page, typed, 1) == ["Jürgen Groß"]


def test_what_is_searched_and_found_stays_out_of_every_log(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser) as page:
        sign_in(page, stack.tab_url, "Anna Sommer")
        names(page, "mustermann", 1)
        page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("article")).to_contain_text("Geschäftsführerin")
    for log in stack.folder.glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace").lower()
        assert not [word for word in ("mustermann", "5550102", "erika") if word in text], log.name
