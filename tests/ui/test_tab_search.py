"""Searching in the built tab: real browser, real sealing, real directory."""

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.demo.stack import Stack
from tests.servers.browser import fresh_page, sign_in

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("tab")]


def search(page: Page, text: str) -> None:
    page.get_by_role("searchbox").fill(text)


def test_types_finds_and_marks_the_match(anna: Page) -> None:
    search(anna, "mueller")
    rows = anna.get_by_role("list", name="Results").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("mark").first).to_have_text("Müller")
    expect(anna.locator("[role=status]", has_text="2 contacts found")).to_have_count(1)


def test_every_number_of_a_row_calls(anna: Page) -> None:
    search(anna, "groß")
    links = anna.get_by_role("listitem").first.get_by_role("link")
    expect(links).to_have_count(3)
    expect(links.first).to_have_attribute("href", "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B498999998512")
    expect(links.first).to_have_accessible_name("Call with Teams: 089/999985-12 Work")


def test_keyboard_alone_is_enough(anna: Page) -> None:
    box = anna.get_by_role("searchbox")
    anna.keyboard.type("müller")
    expect(anna.get_by_role("listitem")).to_have_count(2)
    anna.keyboard.press("ArrowDown")
    expect(anna.get_by_role("button", name="Müller Maschinenbau GmbH").first).to_be_focused()
    anna.keyboard.press("ArrowDown")
    anna.keyboard.press("Enter")
    expect(anna.get_by_role("heading", name="Jürgen Groß")).to_be_visible()
    anna.keyboard.press("Home")
    anna.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    anna.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_enter_before_the_answer_opens_what_the_answer_brings(anna: Page) -> None:
    anna.keyboard.type("mustermann")
    anna.keyboard.press("Enter")
    expect(anna.get_by_role("heading", name="Erika Mustermann")).to_be_visible()


def test_card_shows_every_field_with_its_source(anna: Page) -> None:
    search(anna, "groß")
    anna.keyboard.press("Enter")
    card = anna.get_by_role("article")
    expect(card.get_by_role("link", name="Call with Teams: 0171 5550101")).to_be_visible()
    expect(card.get_by_role("link", name="j.gross@mueller.example")).to_have_attribute(
        "href", "mailto:j.gross@mueller.example"
    )
    expect(card.get_by_text("München")).to_be_visible()
    phone = card.get_by_role("listitem").filter(has_text="0171 5550101")
    expect(phone).to_contain_text("Source: customers")
    expect(phone.get_by_role("button", name="Copy +491715550101")).to_be_visible()


def test_copies_a_number(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        sign_in(page, stack.tab_url, "Anna")
        search(page, "groß")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Copy +498999998512").click()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
        assert page.evaluate("navigator.clipboard.readText()") == "+498999998512"


def test_nothing_found_says_what_to_try(anna: Page) -> None:
    search(anna, "qqqqqq")
    expect(anna.get_by_role("heading", name="Nothing found for “qqqqqq”")).to_be_visible()
    expect(anna.get_by_text("Try fewer letters")).to_be_visible()


def test_the_last_answer_wins(anna: Page) -> None:
    anna.keyboard.type("muster", delay=20)
    anna.keyboard.type("mann", delay=20)
    expect(anna.get_by_role("listitem")).to_have_count(1)
    search(anna, "")
    expect(anna.get_by_role("heading", name="Whom are you looking for?")).to_be_visible()


def test_footer_shows_freshness_and_the_directorys_fingerprint(stack: Stack, anna: Page) -> None:
    fingerprint = stack.command("tenant", "status")["fingerprint"]
    grouped = " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))
    toggle = anna.locator("footer button")
    expect(toggle).to_contain_text("1 source, updated")
    expect(toggle).to_contain_text(grouped[:9])
    toggle.click()
    expect(anna.get_by_text(grouped, exact=True)).to_be_visible()


def test_speaks_german(stack: Stack, browser: Browser) -> None:
    with fresh_page(browser, locale="de-DE") as page:
        sign_in(page, stack.tab_url, "Ben", "de-DE")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        search(page, "novak")
        expect(page.get_by_role("link", name="Mit Teams anrufen: +420 601 234 567")).to_be_visible()


def test_keeps_tokens_for_this_tab_only_and_signs_out(anna: Page) -> None:
    assert "access_token" not in anna.evaluate("JSON.stringify(localStorage)")
    assert "code=" not in anna.url
    anna.reload()
    expect(anna.get_by_role("searchbox")).to_be_focused()
    anna.get_by_role("button", name="Sign out").click()
    expect(anna.get_by_role("button", name="Sign in")).to_be_visible()
    assert "access_token" not in anna.evaluate("JSON.stringify(sessionStorage)")
