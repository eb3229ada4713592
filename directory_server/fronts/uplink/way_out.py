"""The self-test of the way out: proxy, credentials, TLS, relay, line, identity provider."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus

from directory_server.fronts.uplink.dial import line_url
from directory_server.fronts.uplink.outbound import PORTS, Outbound, TrustInvalid
from directory_server.fronts.uplink.proxy import Proxy, ProxyFault, ProxyRefusesLogin, ProxyWantsLogin, authority
from directory_server.fronts.uplink.proxy_peer import reason

WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """What was tried, whether it works, what was seen, and what to do about it ("" if nothing)."""

    check: str
    works: bool
    detail: str
    advice: str = ""


async def examine(outbound: Outbound, relay: str, keys_url: str, *, wait_s: float = WAIT_S) -> AsyncIterator[Step]:
    """Yield the steps as they are taken, up to one without which the others cannot work.

    `relay` is a base URL (ValueError if it is none), `keys_url` where the identity provider publishes its keys. A step
    takes `wait_s` at most, and the proxy as long as `outbound` lets it.
    """
    url, _ = line_url(relay)
    parts = urlsplit(relay)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        trust = outbound.trust
    except TrustInvalid as error:
        yield Step("trust", False, str(error), "correct ca_file in directory.toml or the environment")
        return
    try:
        proxy = outbound.proxy(parts.scheme, host, port)
        opened = await outbound.open_socket(parts.scheme, host, port)
    except ProxyFault as fault:
        for step in _refused(fault):
            yield step
        return
    for step in _let_through(proxy, authority(host, port)):
        yield step
    where: dict[str, object] = {"host": host, "port": port} if opened is None else {"sock": opened}
    if parts.scheme == "https":
        where |= {"ssl": trust, "server_hostname": host}
    reached = await _reach(where, authority(host, port), wait_s)
    yield reached
    if reached.works:
        yield await _get("relay", outbound, f"{relay.rstrip('/')}/healthz", wait_s, lambda text: text.strip() == "ok")
        yield await _line(outbound, url, wait_s)
    yield await _get("identity provider", outbound, keys_url, wait_s, lambda text: '"keys"' in text)


def _let_through(proxy: Proxy | None, there: str) -> list[Step]:
    if proxy is None:
        return [Step("proxy", True, f"none on the way to {there}")]
    proven = "accepted, if the proxy asks for any" if proxy.login else "none needed"
    return [Step("proxy", True, f"{proxy} opens a way to {there}"), Step("credentials", True, proven)]


def _refused(fault: ProxyFault) -> list[Step]:
    advice = (type(fault).__doc__ or "").partition(": ")[2].removesuffix(".")
    if isinstance(fault, ProxyWantsLogin | ProxyRefusesLogin):
        return [Step("proxy", True, "answers"), Step("credentials", False, str(fault), advice)]
    return [Step("proxy", False, str(fault), advice)]


async def _reach(where: dict[str, object], there: str, wait_s: float) -> Step:
    """Connect, with TLS if `where` says so, and tell whose certificate there is: an inspecting proxy shows its own."""
    check = "tls" if "ssl" in where else "connection"
    try:
        async with asyncio.timeout(wait_s):
            _, writer = await asyncio.open_connection(**where)  # type: ignore[arg-type] # asyncio's own arguments
    except ssl.SSLCertVerificationError as error:
        advice = "set ca_file to the authority of an inspecting proxy, or except the relay from inspection"
        return Step(check, False, f"certificate of {there} is not trusted: {error.verify_message}", advice)
    except TimeoutError:
        return Step(check, False, f"{there} does not answer in {wait_s:g} s", "check the firewall, or set `proxy`")
    except OSError as error:
        return Step(check, False, f"{there} cannot be reached: {reason(error)}", "check the firewall, or set `proxy`")
    shown = writer.get_extra_info("peercert")
    writer.close()
    with suppress(OSError):  # all we wanted is known
        await writer.wait_closed()
    return Step(check, True, f"certificate by {_issuer(shown)}" if shown else f"{there} answers, without TLS")


def _issuer(certificate: dict[str, tuple[tuple[tuple[str, str], ...], ...]]) -> str:
    return ", ".join(value for part in certificate["issuer"] for _, value in part)


async def _get(check: str, outbound: Outbound, url: str, wait_s: float, fits: Callable[[str], bool]) -> Step:
    advice = f"allow {urlsplit(url).netloc} at proxy and firewall"
    try:
        async with outbound.client(timeout=wait_s) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        return Step(check, False, f"{url} does not answer: {error}", advice)
    if answer.status_code != HTTPStatus.OK or not fits(answer.text):
        return Step(check, False, f"{url} answers {answer.status_code}, but not as it should", advice)
    return Step(check, True, f"{url} answers")


async def _line(outbound: Outbound, url: str, wait_s: float) -> Step:
    advice = f"allow WebSocket to {urlsplit(url).netloc} at the proxy, or except it from inspection"
    try:
        socket = await connect(url, **await outbound.line(url), compression=None, open_timeout=wait_s)
    except InvalidStatus as error:
        status = error.response.status_code
        return Step("line", False, f"{url} answers {status} instead of opening a WebSocket", advice)
    except TimeoutError:
        return Step("line", False, f"{url} opens no WebSocket in {wait_s:g} s", advice)
    except (OSError, InvalidHandshake) as error:
        return Step("line", False, f"{url} opens no WebSocket: {error}", advice)
    await socket.close()
    return Step("line", True, f"{url} opens")
