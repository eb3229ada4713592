"""Which HTTP proxy a connection goes through: that of the setting, else that of the environment. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit


class ProxyFault(OSError):  # noqa: N818 - the family of what can be wrong with a proxy
    """There is no way out through the proxy; the text is for the administrator and holds no credentials."""


class ProxyUnusable(ProxyFault):
    """The environment names a proxy that is none of ours: correct HTTPS_PROXY, or set `proxy`."""


class ProxyUnreachable(ProxyFault):
    """The proxy does not answer: check its address, and the network."""


class ProxyWantsLogin(ProxyFault):
    """The proxy asks for credentials and we have none: contact-directory proxy login."""


class ProxyRefusesLogin(ProxyFault):
    """The proxy refuses user or password: contact-directory proxy login."""


class ProxyRefusesTarget(ProxyFault):
    """The proxy does not let us to the target: allow it there. `status` is what it answered."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class ProxyNotUnderstood(ProxyFault):
    """What answers is no HTTP proxy of a kind we know: correct `proxy` or HTTPS_PROXY, or ask whoever runs it."""


@dataclass(frozen=True, slots=True)
class Login:
    r"""Who we are to a proxy; `user` may be DOMAIN\\name or name@domain."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy that is spoken to in clear, as nearly all are; what goes through it is TLS of its own."""

    host: str
    port: int
    login: Login | None = None

    def __str__(self) -> str:
        return authority(self.host, self.port)


def authority(host: str, port: int) -> str:
    """Return host:port, with an IPv6 address in brackets (RFC 3986 section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def choose(
    scheme: str,
    host: str,
    port: int,
    *,
    setting: str,
    environment: Mapping[str, str],
    bypassed: Callable[[str], bool],
    login: Login | None,
) -> Proxy | None:
    """Return the proxy on the way to the target (`scheme` is http or https), or None for no proxy.

    `setting` is a proxy's URL or empty; `environment` has URLs by scheme, as `urllib.request.getproxies` gives them.
    `bypassed` says whether NO_PROXY names host:port, which holds for both. The environment's proxy is for other
    machines: it is never asked for loopback. `login` is for a proxy whose URL has none. Raises ProxyUnusable.
    """
    if bypassed(f"{host}:{port}"):
        return None
    url = setting or ("" if _is_loopback(host) else environment.get(scheme) or environment.get("all", ""))
    if not url:
        return None
    found = read(url)
    return found if found.login else replace(found, login=login)


def read(url: str) -> Proxy:
    """Return the proxy of http://[user:password@]host:port, which may lack http://; raises ProxyUnusable."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if host is None or parts.scheme != "http":
        raise ProxyUnusable("HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not http://host:port")
    login = Login(unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(host, port, login)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
