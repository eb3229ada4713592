"""Doctor: asks the directory's own parts real questions and says what to do about what is wrong."""

import asyncio
import http.client
import shutil
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import httpx
import ldap3
from ldap3.core.exceptions import LDAPSocketOpenError

from connectors.errors import ConnectorError
from directory_server.app.connected import connected
from directory_server.app.directory import Directory
from directory_server.app.ldap_process import NotAnAddress, address
from directory_server.fronts.ldap import certificate
from directory_server.fronts.ldap.server import Address
from directory_server.fronts.uplink import tenant
from directory_server.fronts.uplink.outbound import Outbound, TrustInvalid
from directory_server.observe.status import Health
from directory_server.store import contacts, grants, runs, sources
from directory_server.store.rows import RunState, Source
from directory_server.vault.errors import VaultError

TIMEOUT_S = 5
LOW_DISK = 1 << 30
"""Free bytes below which the disk is a warning; a tenth of it is bad."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, what was seen, and what to do about it ("" if nothing)."""

    check: str
    health: Health
    detail: str
    advice: str = ""


def examine(directory: Directory) -> Iterator[Finding]:
    """Yield a finding for each part, in the order in which a fault explains the next."""
    yield _folder(directory)
    yield _disk(directory)
    yield _index(directory)
    for source in sources.all(directory.database):
        yield _source(directory, source)
        yield from _source_use(directory, source)
    yield from _web(directory)
    yield from _ldap(directory)
    yield from _certificates(directory)
    yield _relay(directory)


def _folder(directory: Directory) -> Finding:
    mode = stat.S_IMODE(directory.data.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(
            "data folder", Health.WARNING, f"others may enter it (mode {mode:04o})", f"chmod 0700 {directory.data}"
        )
    return Finding("data folder", Health.GOOD, f"store and keys open, mode {mode:04o}")


def _disk(directory: Directory) -> Finding:
    free = shutil.disk_usage(directory.data).free
    detail = f"{free / (1 << 30):.1f} GiB free"
    if free < LOW_DISK:
        health = Health.BAD if free < LOW_DISK / 10 else Health.WARNING
        return Finding("disk", health, detail, "make room, or move the data folder to a larger disk")
    return Finding("disk", Health.GOOD, detail)


def _index(directory: Directory) -> Finding:
    if directory.index.is_growing:
        count = f"{directory.index.count()} contacts so far"
        return Finding("index", Health.WARNING, f"being built, {count}", "wait; until then some contacts are not found")
    behind = contacts.last_sequence(directory.database) - directory.index.sequence
    if behind:
        # Opening lets it follow, unless another process is writing it at this moment.
        return Finding("index", Health.WARNING, f"{behind} changes behind the store", "wait for the sync to end")
    return Finding("index", Health.GOOD, f"{directory.index.count()} contacts, up to date")


def _source(directory: Directory, source: Source) -> Finding:
    name = f"source {source.name}"
    try:
        with connected(directory.database, source) as connector:
            result = connector.check()
    except (ConnectorError, VaultError) as error:
        advice = (type(error).__doc__ or "").partition(": ")[2]
        return Finding(name, Health.BAD, f"{type(error).__name__}: {error}", advice.splitlines()[0] if advice else "")
    if result.warnings:
        return Finding(name, Health.WARNING, "; ".join(result.warnings), f"see source check {source.name}")
    return Finding(name, Health.GOOD, f"{result.server} answers")


def _source_use(directory: Directory, source: Source) -> Iterator[Finding]:
    name = f"source {source.name}"
    last = runs.latest(directory.database).get(source.id)
    if last is None:
        yield Finding(name, Health.WARNING, "never read", f"contact-directory sync {source.name}")
    elif last.state is not RunState.DONE:
        advice = "look at it, then sync --apply-held" if last.state is RunState.HELD else "mend it, then sync again"
        yield Finding(name, Health.WARNING, f"last run {last.state}: {last.reason}", advice)
    if not any(grant.source_id == source.id for grant in grants.all(directory.database)):
        advice = f"contact-directory grant add {source.name} --group ID"
        yield Finding(name, Health.WARNING, "granted to no group: Teams users do not see it", advice)


def _web(directory: Directory) -> Iterator[Finding]:
    yield _front("web", directory.config.web, _ask_web)
    yield _front("https", directory.config.https, _ask_https)


def _ldap(directory: Directory) -> Iterator[Finding]:
    yield _front("ldap", directory.config.ldap, partial(_ask_ldap, secure=False))
    yield _front("ldaps", directory.config.ldaps, partial(_ask_ldap, secure=True))


def _front(name: str, text: str, ask: Callable[[Address], str]) -> Finding:
    """Ask a front of ours at the address its setting names."""
    try:
        where = address(name, text)
        if where is None:
            return Finding(name, Health.GOOD, "switched off")
        return Finding(name, Health.GOOD, f"{text} {ask(where)}")
    except NotAnAddress as error:
        return Finding(name, Health.BAD, str(error), "correct directory.toml or the environment")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Finding(name, Health.BAD, f"{text} does not answer ({reason})", "contact-directory serve")
    except Exception as error:  # noqa: BLE001 - another program listens there; ldap3 and http raise whatever it sent
        detail = f"{text} answers, but not as our server does ({type(error).__name__})"
        return Finding(name, Health.BAD, detail, "stop the program that listens there, or choose another address")


def _ask_web(where: Address) -> str:
    connection = http.client.HTTPConnection(*where, timeout=TIMEOUT_S)  # not by urllib: no proxy leads to ourselves
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise http.client.HTTPException(status)
    return "answers"


def _ask_https(where: Address) -> str:
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # whether the certificate serves is another check
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection(*where, timeout=TIMEOUT_S, context=unchecked)
    try:
        connection.request("POST", "/lookup/anynode")
        answer = connection.getresponse().read()
    finally:
        connection.close()
    if b"routeContinue" not in answer:
        raise http.client.HTTPException
    return "answers"


def _ask_ldap(where: Address, *, secure: bool) -> str:
    server = ldap3.Server(*where, use_ssl=secure, get_info=ldap3.NONE, connect_timeout=TIMEOUT_S)
    connection = ldap3.Connection(server, receive_timeout=TIMEOUT_S, raise_exceptions=True)
    try:
        connection.open()
        connection.search("", "(objectClass=*)", ldap3.BASE, attributes=["namingContexts"])
        return f"answers for {', '.join(connection.response[0]['attributes']['namingContexts'])}"
    except LDAPSocketOpenError as error:
        raise ConnectionError(type(error).__name__) from error
    finally:
        if connection.socket is not None:  # ldap3 leaves it open after a failure
            connection.socket.close()


def _certificates(directory: Directory) -> Iterator[Finding]:
    settings, made = directory.config, directory.data / "tls"
    own = bool(settings.tls_certificate and settings.tls_key)
    file = (settings.tls_certificate if own else None) or made / "ldap.crt"
    key = (settings.tls_key if own else None) or made / "ldap.key"
    if not own and not file.exists():
        return
    advice = f"put a certificate and the key that fits it into {file} and {key}; no restart is needed"
    try:
        ends = certificate.load(file, key).ends
    except certificate.CertificateError as error:
        yield Finding("certificate", Health.BAD, str(error), f"{advice}; or correct tls_certificate and tls_key")
        return
    left = ends - directory.clock()
    detail = f"{file} expires {ends:%Y-%m-%d}"
    if left <= timedelta(0):
        yield Finding("certificate", Health.BAD, f"{file} expired {ends:%Y-%m-%d}: clients refuse it", advice)
    elif left < certificate.WARN_BEFORE:
        renews = "contact-directory serve renews it by itself; see its log if it runs"
        yield Finding("certificate", Health.WARNING, f"{detail}, in {left.days} days", advice if own else renews)
    else:
        yield Finding("certificate", Health.GOOD, detail)


def _relay(directory: Directory) -> Finding:
    registered = tenant.load(directory.database)
    if registered is None:
        advice = "contact-directory tenant register"
        return Finding("line", Health.WARNING, "no tenant is registered: Teams users cannot ask", advice)
    url = f"{registered.relay}/v1/t/{registered.tid}/keys"
    try:
        status = asyncio.run(_status(directory.outbound, url))
    except TrustInvalid as error:
        return Finding("line", Health.BAD, str(error), "correct ca_file in directory.toml or the environment")
    except httpx.HTTPError as error:
        return Finding(
            "line", Health.BAD, f"{registered.relay} does not answer ({error})", "contact-directory proxy check"
        )
    if status == http.HTTPStatus.OK:
        return Finding("line", Health.GOOD, f"{registered.relay} holds this directory's line")
    return Finding("line", Health.BAD, f"{registered.relay} holds no line ({status})", "contact-directory serve")


async def _status(outbound: Outbound, url: str) -> int:
    async with outbound.client(timeout=TIMEOUT_S) as client:
        return (await client.get(url)).status_code
