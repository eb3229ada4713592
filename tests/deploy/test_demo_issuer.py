"""The demo's identity issuer as programs and browsers meet it."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from deploy.demo.identity import CODE_SECONDS, REFRESH_SECONDS, Client, Refused, Users
from deploy.demo.identity import Issuer as Rules
from deploy.demo.issuer import load_key
from tests.servers.issuer import ADMIN, API, GLOBAL_ADMIN, OTHER_TENANT, PROGRAM, REDIRECT, TAB, TENANT, USERS, Issuer

pytestmark = pytest.mark.server
ANNA, VOGEL, FREMD = (user["upn"] for user in USERS["users"])


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


def claims(issuer: Issuer, token: str, audience: str, tenant: str = TENANT) -> dict[str, Any]:
    keys = jwt.PyJWKClient(issuer.url("discovery/v2.0/keys", tenant))
    named = f"{issuer.authority}/{tenant}/v2.0"
    decoded: dict[str, Any] = jwt.decode(
        token, keys.get_signing_key_from_jwt(token).key, ["RS256"], audience=audience, issuer=named
    )
    return decoded


def test_tokens_carry_the_claims_of_entra(issuer: Issuer) -> None:
    tokens = issuer.mint(ANNA, nonce="abc")
    identity = claims(issuer, tokens["id_token"], TAB)
    access = claims(issuer, tokens["access_token"], API)
    assert (identity["nonce"], identity["ver"], identity["preferred_username"]) == ("abc", "2.0", ANNA)
    assert (access["scp"], access["azp"], access["wids"]) == ("access_as_user", TAB, [GLOBAL_ADMIN])
    assert (access["tid"], access["oid"]) == (TENANT, USERS["users"][0]["oid"])
    assert access["groups"] == USERS["users"][0]["groups"]
    assert access["exp"] - access["iat"] == 3600
    assert "wids" not in claims(issuer, issuer.mint(VOGEL)["access_token"], API)


def test_a_client_without_api_gets_no_access_token_for_it(issuer: Issuer) -> None:
    tokens = issuer.mint(ANNA, ADMIN)
    assert tokens["access_token"].count(".") == 0
    assert claims(issuer, tokens["id_token"], ADMIN)["wids"]


def test_users_of_another_tenant_have_its_issuer(issuer: Issuer) -> None:
    tokens = issuer.mint(FREMD)
    assert claims(issuer, tokens["access_token"], API, OTHER_TENANT)["tid"] == OTHER_TENANT
    assert issuer.code(FREMD, prompt="none")[0]["code"]


def test_discovery_of_a_tenant_and_of_any(issuer: Issuer) -> None:
    path = "v2.0/.well-known/openid-configuration"
    found = httpx.get(issuer.url(path)).json()
    assert found["issuer"] == f"{issuer.authority}/{TENANT}/v2.0"
    assert found["token_endpoint"] == issuer.url("oauth2/v2.0/token")
    assert httpx.get(issuer.url(path, "common")).json()["issuer"] == f"{issuer.authority}/{{tenantid}}/v2.0"
    unknown = httpx.get(issuer.url(path, "unknown"))
    assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_tenant")


def test_codes_work_once_and_only_with_their_verifier_client_and_redirect(issuer: Issuer) -> None:
    answer, verifier = issuer.code(ANNA)
    assert answer["state"] == "s"
    assert issuer.redeem(answer["code"], verifier).status_code == 200
    again = issuer.redeem(answer["code"], verifier)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert again.headers["cache-control"] == "no-store"
    wrong: list[dict[str, str]] = [{"code_verifier": "x" * 48}, {"client_id": ADMIN}, {"redirect_uri": REDIRECT + "2"}]
    for changed in wrong:
        answer, verifier = issuer.code(ANNA)
        assert issuer.redeem(answer["code"], verifier, **changed).json()["error"] == "invalid_grant"
        assert issuer.redeem(answer["code"], verifier).json()["error"] == "invalid_grant", "spent by the wrong attempt"


def test_refresh(issuer: Issuer) -> None:
    refresh = issuer.mint(VOGEL)["refresh_token"]
    url = issuer.url("oauth2/v2.0/token")
    form = {"grant_type": "refresh_token", "client_id": TAB, "refresh_token": refresh}
    assert claims(issuer, httpx.post(url, data=form).json()["access_token"], API)["preferred_username"] == VOGEL
    for changed in ({"client_id": ADMIN}, {"refresh_token": refresh[:-3] + "abc"}, {"refresh_token": ""}):
        assert httpx.post(url, data=form | changed).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"login_hint": ""}, "login_required"),
        ({"login_hint": "nobody@example.test"}, "login_required"),
        ({"prompt": "x"}, "invalid_request"),
    ],
)
def test_errors_go_back_to_the_client(issuer: Issuer, changed: dict[str, str], error: str) -> None:
    answer = issuer.code(ANNA, **changed)[0]
    assert (answer["error"], answer["state"]) == (error, "s")


@pytest.mark.parametrize("changed", [{"client_id": "x"}, {"redirect_uri": "https://evil.example/"}])
def test_a_foreign_redirect_is_shown_never_followed(issuer: Issuer, changed: dict[str, str]) -> None:
    with pytest.raises(RuntimeError, match="400"):
        issuer.code(ANNA, **changed)


def test_a_tenants_door_is_shut_for_others(issuer: Issuer) -> None:
    rules = Rules(Users.model_validate(USERS), "http://x", load_key(None))
    assert {user.upn for user in rules.users_of(TENANT)} == {ANNA, VOGEL}
    assert {user.upn for user in rules.users_of("common")} == {ANNA, VOGEL, FREMD}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("http://localhost/callback", True),
        ("http://localhost:12345/callback", True),
        ("http://localhost:12345/other", False),
        ("http://127.0.0.1:1/callback", False),  # registered as localhost
        ("http://localhost@evil.example/callback", False),
        ("http://evil@localhost:1/callback", False),
        ("https://localhost:1/callback", False),
        ("https://tab.example.test/auth", True),
        ("https://tab.example.test:8443/auth", False),
        ("https://tab.example.test/auth/", False),
        ("http://localhost:1/callback#x", False),
        ("http://localhost:x/callback", False),
        ("http://[::1/callback", False),
        ("", False),
    ],
)
def test_redirect_uris(asked: str, allowed: bool) -> None:
    client = Client(id="x", redirect_uris=("http://localhost/callback", "https://tab.example.test/auth"))
    assert client.allows(asked) is allowed


def test_codes_and_refresh_tokens_expire() -> None:
    now = [1_000_000.0]
    rules = Rules(Users.model_validate(USERS), "http://x", load_key(None), clock=lambda: now[0])
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    asked = {"response_type": "code", "scope": "openid", "code_challenge": challenge, "code_challenge_method": "S256"}
    asked |= {"prompt": "none", "login_hint": ANNA.upper(), "redirect_uri": REDIRECT, "client_id": TAB}
    form = {"grant_type": "authorization_code", "client_id": TAB, "redirect_uri": REDIRECT, "code_verifier": verifier}

    def code() -> str:
        return str(rules.authorize("common", rules.client(asked), asked))

    first, second = code(), code()
    now[0] += CODE_SECONDS - 1
    tokens = rules.token(form | {"code": first})
    now[0] += 1
    with pytest.raises(Refused, match="expired"):
        rules.token(form | {"code": second})
    refresh = {"grant_type": "refresh_token", "client_id": TAB, "refresh_token": tokens["refresh_token"]}
    now[0] += REFRESH_SECONDS - 2
    rules.token(refresh)
    now[0] += 1
    with pytest.raises(Refused, match="expired"):
        rules.token(refresh)


def test_sign_in_page_lists_users_and_signs_in_by_a_click(issuer: Issuer) -> None:
    asked = {"client_id": TAB, "redirect_uri": "http://localhost:7000/callback", "response_type": "code"}
    asked |= {"scope": "openid", "code_challenge": "a" * 43, "code_challenge_method": "S256", "state": '"><script>x'}
    url = issuer.url("oauth2/v2.0/authorize")
    page = httpx.get(url, params=asked, headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
    assert 'lang="de"' in page.text
    assert "Lokale Demo-Anmeldung" in page.text
    assert "Jörg Vogel" in page.text
    assert "Franz Fremd" not in page.text, "another tenant's user"
    assert "<script>x" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Local demo sign-in" in httpx.get(url, params=asked).text
    link = page.text.split('<a href="')[1].split('"')[0].replace("&amp;", "&")
    answer = httpx.get(url + link)
    back = urlsplit(answer.headers["location"])
    assert back.netloc == "localhost:7000"
    assert parse_qs(back.query)["state"] == ['"><script>x']


def test_response_modes(issuer: Issuer) -> None:
    asked = {"client_id": TAB, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid", "state": '"<'}
    asked |= {"code_challenge": "a" * 43, "code_challenge_method": "S256", "prompt": "none", "login_hint": ANNA}
    url = issuer.url("oauth2/v2.0/authorize")
    fragment = httpx.get(url, params=asked | {"response_mode": "fragment"}).headers["location"]
    assert "code=" in urlsplit(fragment).fragment
    posted = httpx.get(url, params=asked | {"response_mode": "form_post"})
    assert 'name="code"' in posted.text
    assert 'value="&quot;&lt;"' in posted.text


def test_browsers_of_other_origins_may_read_keys_and_tokens_but_not_authorize(issuer: Issuer) -> None:
    origin = {"Origin": "https://tab.example.test"}
    for path in ("discovery/v2.0/keys", "v2.0/.well-known/openid-configuration"):
        assert httpx.get(issuer.url(path), headers=origin).headers["access-control-allow-origin"] == "*"
    refused = httpx.post(issuer.url("oauth2/v2.0/token"), data={"client_id": "x"}, headers=origin)
    assert refused.headers["access-control-allow-origin"] == "*"
    assert httpx.options(issuer.url("oauth2/v2.0/token"), headers=origin).status_code == 204
    assert "access-control-allow-origin" not in httpx.get(issuer.url("oauth2/v2.0/authorize"), headers=origin).headers


def test_bodies_that_are_no_form(issuer: Issuer) -> None:
    url = issuer.url("oauth2/v2.0/token")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content, headers in (
        (b"{}", {"Content-Type": "application/json"}),
        (b"a" * 100_000, form),
        (b"\xff=\xff", form),
        (b"&".join(b"a=%d" % i for i in range(100)), form),
    ):
        answer = httpx.post(url, content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_the_key_is_kept_private_and_tokens_survive_a_restart(tmp_path: Path) -> None:
    running = Issuer(state=tmp_path / "state")
    with running:
        tokens = running.mint(ANNA)
        running.stop()
        running.start()
        assert claims(running, tokens["access_token"], API)["oid"]
        (file,) = (tmp_path / "state").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "content", "says"),
    [
        (["--listen", "0.0.0.0:0"], "{}", "loopback"),
        (["--listen", "nonsense"], "{}", "127.0.0.1:8470"),
        (["--listen", "127.0.0.1:0"], '{"tenant_id": "x"}', "tenant_id"),
        (["--listen", "127.0.0.1:0"], "no json", "JSON"),
    ],
)
def test_wrong_starts_end_with_a_sentence(tmp_path: Path, arguments: list[str], content: str, says: str) -> None:
    file = tmp_path / "users.json"
    file.write_text(content)
    command = [sys.executable, str(PROGRAM), "--users", str(file), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode in {1, 2}
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said(issuer: Issuer, tmp_path: Path) -> None:
    command = [sys.executable, str(PROGRAM), "--users", str(tmp_path), "--listen", f"127.0.0.1:{issuer.port}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"127.0.0.1:{issuer.port}" in done.stderr
