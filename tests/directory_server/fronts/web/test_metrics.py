"""Metrics of the directory as Prometheus fetches them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from directory_server.fronts.web import app
from directory_server.observe.metrics import CONTENT_TYPE
from directory_server.observe.status import (
    Activity,
    CertificateStatus,
    FrontStatus,
    Health,
    IndexStatus,
    LdapActivity,
    LineStatus,
    LookUps,
    SourceStatus,
    Status,
)
from tests.fakes.exposition import Read, read

KEY = "k" * 32
EXPIRES = datetime(2026, 1, 12, tzinfo=UTC)
STATUS = Status(
    version="0.1.0",
    now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    sources=(
        SourceStatus('crm "new"', "odbc", 700, "failed", 7300, Health.BAD, "Unreachable: <db> does not answer"),
        SourceStatus("staff", "ldap", 0, "never", None, Health.WARNING),
    ),
    fronts=(
        FrontStatus("Web", "127.0.0.1:8400", Health.GOOD),
        FrontStatus("HTTPS", "", Health.GOOD),
        FrontStatus("LDAP", "127.0.0.1:3389", Health.GOOD),
        FrontStatus("LDAPS", "127.0.0.1:3636", Health.BAD),
    ),
    lines=(LineStatus("https://relay.example", "waiting", None, Health.WARNING, "refused"),),
    certificate=CertificateStatus("/etc/tls/own.crt", EXPIRES, 852_895.0, Health.WARNING),
    index=IndexStatus(contacts=690, behind=10, growing=True),
    activity=Activity(
        LdapActivity(3, 1, 900, 4, 40, 2), (LookUps("text", "found", 5), LookUps("text", "nobody", 1)), waiting=1
    ),
)


def metrics(status: Status = STATUS) -> dict[str, Read]:
    answer = TestClient(app.create(lambda: status, KEY)).get("/metrics", headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    return read(answer.text)


def values(found: dict[str, Read], name: str) -> dict[str, float]:
    return {" ".join(value for _name, value in labels): one for labels, one in found[name].values.items()}


def test_every_part_of_the_status_has_its_figures() -> None:
    found = metrics()
    assert values(found, "contactory_build_info") == {"0.1.0": 1}
    assert values(found, "contactory_source_contacts") == {'crm "new"': 700, "staff": 0}
    assert values(found, "contactory_source_age_seconds") == {'crm "new"': 7300}
    assert {of for of, value in values(found, "contactory_source_last_run").items() if value} == {
        'crm "new" failed', "staff never",
    }  # fmt: skip
    assert len(found["contactory_source_last_run"].values) == 8
    assert values(found, "contactory_index_contacts") == {"": 690}
    assert values(found, "contactory_index_behind_changes") == {"": 10}
    assert values(found, "contactory_index_growing") == {"": 1}
    assert values(found, "contactory_front_up") == {"web": 1, "ldap": 1, "ldaps": 0}
    assert values(found, "contactory_line_up") == {"https://relay.example": 0}
    assert values(found, "contactory_ldap_connections") == {"": 3}
    assert values(found, "contactory_ldap_banned_addresses") == {"": 1}
    assert values(found, "contactory_ldap_requests_total") == {"": 900}
    assert values(found, "contactory_ldap_faults_total") == {"": 4}
    assert values(found, "contactory_ldap_logins_total") == {"right": 40, "wrong": 2}
    assert values(found, "contactory_http_lookups_total") == {"text found": 5, "text nobody": 1}
    assert values(found, "contactory_http_waiting_addresses") == {"": 1}


def test_the_certificate_is_that_of_the_fronts_that_present_it() -> None:
    name = "contactory_certificate_expiry_timestamp_seconds"
    assert values(metrics(), name) == {"ldap": EXPIRES.timestamp()}
    https = replace(STATUS, fronts=(FrontStatus("HTTPS", "127.0.0.1:8443", Health.GOOD),))
    assert values(metrics(https), name) == {"https": EXPIRES.timestamp()}
    assert name not in metrics(replace(STATUS, certificate=None))


def test_what_cannot_be_told_is_left_out() -> None:
    found = metrics(replace(STATUS, index=None, activity=None, sources=(), lines=()))
    assert found.keys() == {
        "contactory_build_info", "contactory_front_up", "contactory_certificate_expiry_timestamp_seconds",
    }  # fmt: skip


def test_nothing_says_why_a_source_fails_or_where_the_fronts_listen() -> None:
    """Reasons may quote a record, addresses are of no use in a label."""
    answer = TestClient(app.create(lambda: STATUS, KEY)).get("/metrics", params={"key": KEY})
    assert answer.status_code == 200
    for kept in ("Unreachable", "127.0.0.1", "own.crt", "refused"):
        assert kept not in answer.text


@pytest.mark.parametrize("shown", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {KEY}"}])
@pytest.mark.parametrize("key", ["", "wrong", "ü"])
def test_metrics_need_the_key(shown: dict[str, str], key: str) -> None:
    answer = TestClient(app.create(lambda: STATUS, KEY)).get("/metrics", headers=shown, params={"key": key})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "contactory_" not in answer.text


def test_a_wrong_token_is_not_made_good_by_the_address() -> None:
    client = TestClient(app.create(lambda: STATUS, KEY))
    assert client.get("/metrics", headers={"authorization": "Bearer x"}, params={"key": KEY}).status_code == 401
