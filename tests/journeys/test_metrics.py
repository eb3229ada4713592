"""`/metrics` of a real `contact-directory serve`: what is asked over LDAP and HTTP is counted, over all processes."""

import signal
import socket
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from directory_server.fronts.ldap import filter as f
from tests.fakes import ldap_oracle as oracle
from tests.fakes.exposition import Read, read
from tests.servers.serving import Served
from tests.servers.stack import CLIENT_PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(120)]
LOGIN = {"authorization": "Basic " + b64encode(f"sbc:{CLIENT_PASSWORD}".encode()).decode()}


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["its own process", "one worker", "two workers"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("metrics"), workers=request.param, drain_seconds=1) as running:
        yield running


def status_page(served: Served) -> tuple[str, str]:
    """Return the address of the web front and the key, as they are told at the start."""
    line = next(one for one in served.program.log.read_text().splitlines() if one.startswith("status "))
    url = urlsplit(line.split()[1])
    return f"{url.scheme}://{url.netloc}", parse_qs(url.query)["key"][0]


def fetch(address: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
        return answer.read().decode()


def metrics(served: Served) -> dict[str, Read]:
    base, key = status_page(served)
    return read(fetch(f"{base}/metrics", authorization=f"Bearer {key}"))


def value(served: Served, name: str, **labels: str) -> float:
    return metrics(served)[name].values.get(tuple(sorted(labels.items())), 0)


def ask(served: Served, password: str = CLIENT_PASSWORD) -> socket.socket:
    """Bind and look a caller up; return the open connection."""
    wire = socket.create_connection(("127.0.0.1", served.ldap), timeout=10)
    wire.sendall(oracle.bind(1, "sbc", password))
    answer = wire.recv(1000)
    if oracle.decode(answer)["protocolOp"][1]["resultCode"] == "success":
        wire.sendall(oracle.search(2, f.Equality("telephoneNumber", "+498999998512")))
        assert b"displayName" in wire.recv(4000)
    return wire


def test_what_is_asked_is_counted(served: Served) -> None:
    name, right = "contactory_ldap_logins_total", value(served, "contactory_ldap_logins_total", outcome="right")
    asked = value(served, "contactory_http_lookups_total", kind="text", outcome="found")
    with ask(served), ask(served), ask(served, "wrong"):
        base, _key = status_page(served)
        assert fetch(f"{base}/lookup/+498999998512", **LOGIN).startswith("Jürgen Groß")
        assert value(served, "contactory_http_lookups_total", kind="text", outcome="found") == asked + 1
        assert value(served, name, outcome="right") == right + 2
        assert value(served, name, outcome="wrong") >= 1
        served.until(lambda: value(served, "contactory_ldap_connections") == 3)
    served.until(lambda: value(served, "contactory_ldap_connections") == 0)


def test_look_ups_are_counted_also_those_from_memory(served: Served) -> None:
    before = value(served, "contactory_ldap_requests_total")
    with ask(served) as wire:
        for number in range(3, 13):
            wire.sendall(oracle.search(number, f.Equality("telephoneNumber", "+498999998512")))
            assert b"displayName" in wire.recv(4000)
    served.until(lambda: value(served, "contactory_ldap_requests_total") >= before + 12)
    assert value(served, "contactory_ldap_faults_total") == value(served, "contactory_ldap_banned_addresses") == 0


def test_the_rest_tells_how_the_directory_is(served: Served) -> None:
    found = metrics(served)
    source = (("source", "customers"),)
    contacts = found["contactory_source_contacts"].values[source]
    assert contacts > 0
    assert found["contactory_index_contacts"].values[()] == contacts
    assert 0 <= found["contactory_source_age_seconds"].values[source] < 600
    assert found["contactory_source_last_run"].values[*source, ("state", "done")] == 1
    assert set(found["contactory_front_up"].values) == {(("front", name),) for name in ("web", "ldap", "ldaps")}
    assert found["contactory_certificate_expiry_timestamp_seconds"].values[("front", "ldap"),] > 1_700_000_000


def test_nobody_reads_them_without_the_key(served: Served) -> None:
    base, _key = status_page(served)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        fetch(f"{base}/metrics")


def test_a_reload_takes_nothing_from_a_counter(served: Served) -> None:
    before = value(served, "contactory_ldap_logins_total", outcome="right")
    workers = served.workers()
    served.send(signal.SIGHUP)
    if workers:
        served.until(lambda: len(served.workers()) == len(workers) and not served.workers() & workers)
    end = time.monotonic() + 3  # by then those that ended are no longer asked
    while time.monotonic() < end:
        assert value(served, "contactory_ldap_logins_total", outcome="right") >= before > 0


def test_no_number_and_no_client_is_named(served: Served, tmp_path: Path) -> None:
    base, key = status_page(served)
    log = served.program.log.read_text().replace(key, "")  # chance may write a name into it
    for told in (fetch(f"{base}/metrics", authorization=f"Bearer {key}"), log):
        for personal in ("498999998512", "sbc", "Groß"):
            assert personal not in told
