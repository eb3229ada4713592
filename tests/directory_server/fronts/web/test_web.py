"""The web front as a browser and a monitor see it."""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from directory_server.fronts.web import app, locale
from directory_server.fronts.web.status import age
from directory_server.observe.status import CertificateStatus, FrontStatus, Health, LineStatus, SourceStatus, Status

KEY = "k" * 32


def status(health: Health = Health.GOOD) -> Status:
    return Status(
        version="0.1.0",
        now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        sources=(SourceStatus("crm", "odbc", 700, "failed", 7300, health, "Unreachable: <db> does not answer"),),
        fronts=(FrontStatus("LDAP", "127.0.0.1:3389", Health.GOOD), FrontStatus("LDAPS", "", Health.GOOD)),
        lines=(
            LineStatus(
                "https://relay.example", "connected", datetime(2026, 1, 2, tzinfo=UTC), Health.GOOD, "", "abcdEFGH123"
            ),
        ),
        certificate=CertificateStatus("/etc/tls/own.crt", datetime(2026, 1, 12, tzinfo=UTC), 852_895.0, health),
    )


@pytest.fixture
def client() -> TestClient:
    return TestClient(app.create(status, KEY))


def test_status_page_shows_sources_fronts_and_line(client: TestClient) -> None:
    page = client.get("/status", params={"key": KEY}, headers={"accept-language": "en"})
    assert page.status_code == 200
    for text in ("crm", "700", "2 h ago", "127.0.0.1:3389", "https://relay.example", "connected", "abcd EFGH 123"):
        assert text in page.text
    assert "&lt;db&gt;" in page.text


def test_status_page_speaks_german(client: TestClient) -> None:
    page = client.get("/status", params={"key": KEY}, headers={"accept-language": "fr, de-AT;q=0.8"})
    assert 'lang="de"' in page.text
    assert "Zustand des Verzeichnisses" in page.text
    assert "fehlgeschlagen" in page.text


def test_a_certificate_near_its_end_is_shown_with_its_file_and_what_to_do() -> None:
    page = TestClient(app.create(lambda: status(Health.WARNING), KEY)).get("/status", params={"key": KEY}).text
    for text in ("valid until", "2026-01-12", "Put in a new certificate", "/etc/tls/own.crt"):
        assert text in page
    page = TestClient(app.create(status, KEY)).get("/status", params={"key": KEY}).text
    assert "2026-01-12" in page
    assert "/etc/tls/own.crt" not in page


@pytest.mark.parametrize("path", ["/status", "/status.json"])
@pytest.mark.parametrize("key", ["", "wrong", "ü"])
def test_status_needs_the_key(client: TestClient, path: str, key: str) -> None:
    page = client.get(path, params={"key": key})
    assert page.status_code == 403
    assert "crm" not in page.text


def test_status_json_has_the_same_facts(client: TestClient) -> None:
    values = client.get("/status.json", params={"key": KEY}).json()
    assert values["sources"][0]["age_seconds"] == 7300
    assert values["certificate"]["seconds_left"] == 852_895
    assert values["certificate"]["expires"] == "2026-01-12T00:00:00+00:00"
    assert values["lines"][0]["since"] == "2026-01-02T00:00:00+00:00"


@pytest.mark.parametrize(("health", "code"), [(Health.GOOD, 200), (Health.WARNING, 200), (Health.BAD, 503)])
def test_readiness_follows_the_worst_part_and_names_nothing(health: Health, code: int) -> None:
    answer = TestClient(app.create(lambda: status(health), KEY)).get("/readyz")
    assert answer.status_code == code
    assert "crm" not in answer.text
    assert answer.json()["sources"] == answer.json()["certificate"] == health.value
    assert "own.crt" not in answer.text


def test_every_answer_has_security_headers(client: TestClient) -> None:
    for path in ("/healthz", "/readyz", "/status", "/static/pages.css", "/nothing"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"


def test_unknown_address_gets_a_page(client: TestClient) -> None:
    page = client.get("/nothing", headers={"accept-language": "de"})
    assert page.status_code == 404
    assert "Nicht gefunden" in page.text


def test_languages_say_the_same_things() -> None:
    texts = list(locale.LANGUAGES.values())
    assert all(language.keys() == texts[0].keys() for language in texts)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "never"),
        (0, "0 s ago"),
        (119, "119 s ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (172800, "2 days ago"),
    ],
)
def test_age_in_words(seconds: float | None, words: str) -> None:
    assert age(seconds, locale.LANGUAGES["en"]) == words
