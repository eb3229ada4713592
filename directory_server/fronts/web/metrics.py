"""`/metrics`: figures for Prometheus of what the status page shows; no contact, number, client or address in them."""

import hmac
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from directory_server.observe.metrics import CONTENT_TYPE, Kind, Metric, Sample, text
from directory_server.observe.status import Activity, Health, IndexStatus, SourceStatus, Status

STATES: Final = ("done", "held", "failed", "never")
"""How the last run of a source ended."""
_CERTIFIED: Final = {"ldap": ("LDAP", "LDAPS"), "https": ("HTTPS",)}
_MISSING: Final = 401


def router(current: Callable[[], Status], key: str) -> APIRouter:
    """Return the route; it needs the key of the status page as bearer token (RFC 6750) or as `?key=`."""
    routes = APIRouter()

    @routes.get("/metrics")
    def metrics(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        shown = token.strip() if scheme.lower() == "bearer" else request.query_params.get("key", "")
        if not hmac.compare_digest(shown.encode(), key.encode()):
            told = "this needs the key of the status page, as bearer token or as ?key=\n"
            return PlainTextResponse(told, _MISSING, {"www-authenticate": 'Bearer realm="contactory"'})
        return Response(text(of(current())), media_type=CONTENT_TYPE)

    return routes


def of(status: Status) -> Iterator[Metric]:
    """Yield the metrics of a status."""
    yield _gauge("contactory_build_info", "Always 1; the version is its label.", _one(1, version=status.version))
    yield from _sources(status.sources)
    if status.index:
        yield from _index(status.index)
    on = [front for front in status.fronts if front.address]
    yield _gauge(
        "contactory_front_up",
        "1 if a front that is switched on serves, else 0.",
        [_labelled(front.health is Health.GOOD, front=front.name.lower()) for front in on],
    )
    if status.activity:
        yield from _activity(status.activity)
    up = {line.relay for line in status.lines if line.health is Health.GOOD}
    yield _gauge(
        "contactory_line_up",
        "1 if a line to a relay is connected, else 0.",
        [_labelled(relay in up, relay=relay) for relay in sorted({line.relay for line in status.lines})],
    )
    if status.certificate:
        ends, names = status.certificate.expires.timestamp(), {front.name for front in on}
        yield _gauge(
            "contactory_certificate_expiry_timestamp_seconds",
            "When the certificate that a front presents expires, in seconds since 1970.",
            [_labelled(ends, front=front) for front, alike in _CERTIFIED.items() if names.intersection(alike)],
        )


def _sources(sources: Iterable[SourceStatus]) -> Iterator[Metric]:
    held = tuple(sources)
    yield _gauge(
        "contactory_source_contacts",
        "Contacts of a source.",
        [_labelled(one.contacts, source=one.name) for one in held],
    )
    yield _gauge(
        "contactory_source_age_seconds",
        "Time since the last read of a source that was applied began; none before the first.",
        [_labelled(one.age_seconds, source=one.name) for one in held if one.age_seconds is not None],
    )
    yield _gauge(
        "contactory_source_last_run",
        "1 for the state that the last run of a source ended in, 0 for the others.",
        [_labelled(one.last_run == state, source=one.name, state=state) for one in held for state in STATES],
    )


def _index(index: IndexStatus) -> Iterator[Metric]:
    yield _gauge("contactory_index_contacts", "Contacts in the index.", _one(index.contacts))
    growing = "1 while the index is being built and contacts are missing from it, else 0."
    yield _gauge("contactory_index_growing", growing, _one(index.growing))
    behind = "Changes of the store that the index has not taken over."
    yield _gauge("contactory_index_behind_changes", behind, _one(index.behind))


def _activity(activity: Activity) -> Iterator[Metric]:
    ldap = activity.ldap
    yield _gauge("contactory_ldap_connections", "Open LDAP connections of all processes.", _one(ldap.connections))
    banned = "Addresses that guessed LDAP passwords and are banned, in each process."
    yield _gauge("contactory_ldap_banned_addresses", banned, _one(ldap.banned))
    requests = "Requests of LDAP clients of all kinds."
    yield Metric("contactory_ldap_requests_total", Kind.COUNTER, requests, _one(ldap.requests))
    faults = "Requests of LDAP clients that ended in an error of the directory's own."
    yield Metric("contactory_ldap_faults_total", Kind.COUNTER, faults, _one(ldap.faults))
    yield Metric(
        "contactory_ldap_logins_total",
        Kind.COUNTER,
        "Names with a password that LDAP clients bound with, by how they were.",
        (_labelled(ldap.right, outcome="right"), _labelled(ldap.wrong, outcome="wrong")),
    )
    yield Metric(
        "contactory_http_lookups_total",
        Kind.COUNTER,
        "Look-ups over HTTP and HTTPS by kind and outcome.",
        tuple(_labelled(one.count, kind=one.kind, outcome=one.outcome) for one in activity.lookups),
    )
    waiting = "Addresses that guessed a password over HTTP and are not listened to now."
    yield _gauge("contactory_http_waiting_addresses", waiting, _one(activity.waiting))


def _gauge(name: str, told: str, samples: Iterable[Sample]) -> Metric:
    return Metric(name, Kind.GAUGE, told, tuple(samples))


def _one(value: float, **labels: str) -> tuple[Sample]:
    return (_labelled(value, **labels),)


def _labelled(value: float, **labels: str) -> Sample:
    return Sample(value + 0, labels)  # a truth becomes a number
