"""The tab inside a Teams host: the genuine TeamsJS talks to a host page on Teams' own address."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from deploy.demo import tenant
from deploy.demo.stack import Stack
from tests.servers.browser import fresh_page

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("tab")]
HOST = Path(__file__).with_name("teams_host.html")
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def token(stack: Stack, upn: str) -> str:
    """Return an access token of the issuer, as Teams would hand one to the tab."""
    asked = {
        "client_id": tenant.TAB, "redirect_uri": stack.tab_url, "response_type": "code", "scope": "openid",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", "prompt": "none", "login_hint": upn,
    }  # fmt: skip
    base = f"{stack.authority}/{tenant.TENANT}/oauth2/v2.0"
    back = httpx.get(f"{base}/authorize", params=asked).headers["location"]
    form = {
        "grant_type": "authorization_code", "client_id": tenant.TAB, "redirect_uri": stack.tab_url,
        "code": parse_qs(urlsplit(back).query)["code"][0], "code_verifier": VERIFIER,
    }  # fmt: skip
    return str(httpx.post(f"{base}/token", data=form).json()["access_token"])


@contextmanager
def in_teams(stack: Stack, browser: Browser, **settings: str) -> Iterator[tuple[Page, FrameLocator]]:
    """Show the tab in a host page; `refuse` is TeamsJS's error instead of a token."""
    told = {"token": token(stack, "anna@nordlicht.example"), "locale": "en-us", "theme": "default", **settings}

    def serve(route: Route) -> None:
        local = stack.tab_url.removesuffix("/tab/") + urlsplit(route.request.url).path
        answer = route.fetch(url=local)
        assert "https://teams.microsoft.com" in answer.headers["content-security-policy"]
        route.fulfill(response=answer)

    with fresh_page(browser) as page:
        page.context.route("https://tab.example.com/**", serve)
        page.route("https://teams.microsoft.com/**", lambda route: route.fulfill(path=HOST, content_type="text/html"))
        page.context.route("https://res.cdn.office.net/**", lambda route: route.abort())  # TeamsJS's list of hosts
        page.goto(f"https://teams.microsoft.com/host#{quote(json.dumps(told))}")
        yield page, page.frame_locator("#tab")
        page.context.unroute_all(behavior="ignoreErrors")  # a request may be under way when the page closes


def calls(page: Page, func: str) -> list[Any]:
    return [call["args"] for call in page.evaluate("window.calls") if call["func"] == func]


def test_signs_in_by_itself_and_finds(stack: Stack, browser: Browser) -> None:
    with in_teams(stack, browser) as (page, tab):
        expect(tab.get_by_role("searchbox")).to_be_focused()
        tab.get_by_role("searchbox").fill("groß")
        expect(tab.get_by_role("button", name="Jürgen Groß")).to_be_visible()
        expect(tab.get_by_role("button", name="Sign out")).to_have_count(0)
        assert calls(page, "appInitialization.success")


def test_calls_through_the_host(stack: Stack, browser: Browser) -> None:
    with in_teams(stack, browser) as (page, tab):
        tab.get_by_role("searchbox").fill("groß")
        tab.get_by_role("link", name="Call with Teams: 089/999985-12").click()
        expect(tab.get_by_role("searchbox")).to_be_visible()  # the page stays
        assert calls(page, "executeDeepLink") == [["https://teams.microsoft.com/l/call/0/0?users=4%3A%2B498999998512"]]


@pytest.mark.parametrize("theme", ["dark", "contrast", "default"])
def test_follows_the_hosts_theme(stack: Stack, browser: Browser, theme: str) -> None:
    grounds = {"dark": "rgb(31, 31, 31)", "contrast": "rgb(0, 0, 0)", "default": "rgb(245, 245, 245)"}
    with in_teams(stack, browser, theme="dark" if theme == "default" else "default") as (page, tab):
        tab.get_by_role("searchbox").fill("groß")
        expect(tab.get_by_role("button", name="Jürgen Groß")).to_be_visible()
        page.evaluate("theme => window.changeTheme(theme)", theme)
        expect(tab.locator(".fui-FluentProvider").first).to_have_css("background-color", grounds[theme])
        found = Axe().run(page.frames[1])  # the tab's; the host is Microsoft's matter
        assert not found.response["violations"], found.generate_report()


def test_speaks_the_language_of_teams(stack: Stack, browser: Browser) -> None:
    with in_teams(stack, browser, locale="de-de") as (_, tab):
        expect(tab.get_by_role("heading", name="Wen suchen Sie?")).to_be_visible()


def test_consent_is_asked_for_by_a_button(stack: Stack, browser: Browser) -> None:
    with in_teams(stack, browser, refuse="resourceRequiresConsent") as (_, tab):
        tab.get_by_role("button", name="Continue").click()
        expect(tab.get_by_role("searchbox")).to_be_visible()


def test_a_refused_token_is_said(stack: Stack, browser: Browser) -> None:
    with in_teams(stack, browser, refuse="resourceDisabled") as (page, tab):
        expect(tab.get_by_role("alert")).to_contain_text("Sign-in was refused")
        assert calls(page, "appInitialization.failure")
