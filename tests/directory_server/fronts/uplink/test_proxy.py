"""Which proxy is on the way."""

from functools import partial
from urllib.parse import quote
from urllib.request import proxy_bypass_environment

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.uplink.proxy import Login, Proxy, ProxyUnusable, choose, read

LOGIN = Login("anna", "s3cret")
SET = "http://set.test:3128"
SECURE, PLAIN, ANY = "http://secure.test:1", "http://plain.test:2", "http://any.test:3"


def chosen(scheme: str, host: str, setting: str = "", no: str = "", **environment: str) -> str:
    bypassed = partial(proxy_bypass_environment, proxies={"no": no})
    found = choose(scheme, host, 443, setting=setting, environment=environment, bypassed=bypassed, login=None)
    return str(found or "")


def test_the_setting_wins_over_the_environment() -> None:
    assert chosen("https", "relay.test", SET, https=SECURE) == "set.test:3128"
    assert chosen("https", "relay.test", https=SECURE, http=PLAIN, all=ANY) == "secure.test:1"
    assert chosen("http", "relay.test", https=SECURE, http=PLAIN, all=ANY) == "plain.test:2"
    assert chosen("http", "relay.test", https=SECURE, all=ANY) == "any.test:3"
    assert chosen("https", "relay.test") == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.10", "::1", "localhost"])
def test_loopback_is_reached_through_a_proxy_only_if_it_is_set(host: str) -> None:
    assert chosen("https", host, https=SECURE, all=ANY) == ""
    assert chosen("https", host, SET) == "set.test:3128"


@pytest.mark.parametrize("no", ["relay.test", ".test", "x, relay.test:443", "*"])
def test_no_proxy_holds_for_both(no: str) -> None:
    assert chosen("https", "relay.test", SET, no=no) == ""
    assert chosen("https", "relay.test", no=no, https=SECURE) == ""
    assert chosen("https", "relay.example", SET, no="relay.test:444, other.test") == "set.test:3128"


def test_credentials_of_the_url_win_over_the_stored() -> None:
    def login(url: str) -> Login | None:
        found = choose(
            "https", "relay.test", 443, setting="", environment={"https": url}, bypassed=lambda _: False, login=LOGIN
        )
        return found.login if found else None

    assert login(SECURE) == LOGIN
    assert login("http://CORP%5Cbert:p%40ss@secure.test:1") == Login("CORP\\bert", "p@ss")


@pytest.mark.parametrize(
    "url", ["socks5://p.test:1080", "https://p.test:443", "http://", "http://p.test:x", "http://[p"]
)
def test_other_proxies_are_refused(url: str) -> None:
    with pytest.raises(ProxyUnusable):
        read(url)


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_credentials_survive_the_url_and_stay_out_of_texts(user: str, password: str) -> None:
    found = read(f"{quote(user, safe='')}:{quote(password, safe='')}@p.test:8080")
    assert found == Proxy("p.test", 8080, Login(user, password))
    assert repr(found) == repr(read("http://x:y@p.test:8080"))
    assert str(found) == "p.test:8080"
