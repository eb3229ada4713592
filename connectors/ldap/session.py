"""ldap3 behind one narrow door: typed errors, no silent short answers, certificates checked by the standard library."""

import contextlib
import re
import ssl
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import ldap3
from ldap3.core import exceptions as faults

from connectors.errors import AuthFailed, ConfigInvalid, ConnectorError, PartialRead, SourceGone, Unreachable
from connectors.ldap.record import Entry
from connectors.ldap.settings import LdapSettings

PAGED_RESULTS = "1.2.840.113556.1.4.319"  # RFC 2696
ADMIN_LIMIT = 11
EMPTY_PAGES = 100  # so many pages without an entry in a row are a server's fault, not a directory
SCOPES = {"subtree": ldap3.SUBTREE, "onelevel": ldap3.LEVEL, "base": ldap3.BASE}

Where = tuple[str, str, str]  # base, filter, scope

_RESULTS: dict[int, tuple[type[ConnectorError], str]] = {
    1: (AuthFailed, "the server wants a user and password first"),
    2: (Unreachable, "the server does not know this request (StartTLS, paging or LDAPv3)"),
    3: (PartialRead, "the server's time limit ended the search"),
    4: (PartialRead, "the server's size limit ended the search"),
    7: (AuthFailed, "the server does not accept a simple bind"),
    8: (AuthFailed, "the server wants encryption: set tls to starttls or ldaps"),
    10: (SourceGone, "base: another server holds it (referral)"),
    11: (PartialRead, "the server's administrative limit ended the search"),
    13: (AuthFailed, "the server wants encryption: set tls to starttls or ldaps"),
    18: (ConfigInvalid, "filter: the server does not know this kind of match"),
    32: (SourceGone, "base: the server has no such entry, or hides it from this user"),
    34: (ConfigInvalid, "base or user: not a valid DN"),
    48: (AuthFailed, "the server does not accept this kind of login"),
    49: (AuthFailed, "user or password is wrong"),
    50: (AuthFailed, "user: not allowed to read here"),
    51: (Unreachable, "the server is busy"),
    52: (Unreachable, "the server is not available"),
    53: (AuthFailed, "the server is unwilling (it may not allow this login)"),
}
_AD_REASONS = {
    "525": "no such user",
    "52e": "user or password is wrong",
    "530": "not allowed at this time",
    "531": "not allowed from this computer",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password must be changed",
    "775": "the account is locked",
}


class _Tls(ldap3.Tls):  # type: ignore[misc]  # ldap3 publishes no types
    """Checks names the standard way: ldap3's own check refuses certificates that name an address."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


class LdapSession:
    """One connection; `open` first, `close` at the end. Every method raises only ConnectorError."""

    def __init__(self, settings: LdapSettings) -> None:
        self._settings = settings
        self._connection: Any = None

    def open(self) -> None:
        """Connect, encrypt and bind."""
        settings = self._settings
        host, port = settings.address()
        try:
            tls = _Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(settings.ca_file) if settings.ca_file else None)
            server = ldap3.Server(
                host, port=port, use_ssl=settings.tls == "ldaps", tls=tls, get_info=ldap3.NONE,
                connect_timeout=settings.connect_timeout,
            )  # fmt: skip
            self._connection = ldap3.Connection(
                server, user=settings.user or None, password=settings.password.get_secret_value() or None,
                authentication=ldap3.SIMPLE if settings.user else ldap3.ANONYMOUS, raise_exceptions=True,
                return_empty_attributes=False, check_names=False, auto_referrals=False, read_only=True,
                receive_timeout=settings.receive_timeout,
            )  # fmt: skip
            self._connection.open(read_server_info=False)
            if settings.tls == "starttls":
                self._connection.start_tls(read_server_info=False)
            self._connection.bind(read_server_info=False)
        except Exception as error:  # noqa: BLE001 - ldap3 lets socket, ssl and decoder errors through; all are mapped
            self.close()
            _fail(error, f"{host}:{port}")

    def close(self) -> None:
        """Unbind; may be called twice and on a dead connection."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        raw = connection.socket
        with contextlib.suppress(faults.LDAPExceptionError, OSError):
            connection.unbind()
        if raw is not None:  # a failed handshake leaves it open
            with contextlib.suppress(OSError):
                raw.close()

    def entry(self, base: str, attributes: Sequence[str]) -> Entry | None:
        """Return the entry at `base` ("" is the rootDSE); None if the server has nothing to say of it."""
        found, _, _ = self._search((base, "(objectClass=*)", ldap3.BASE), attributes)
        return found[0] if found else None

    def pages(
        self, base: str, attributes: Sequence[str], search_filter: str, size: int | None = None
    ) -> Iterator[list[Entry]]:
        """Yield the entries under `base` page by page (RFC 2696) in the settings' scope, to the last.

        Ends without an error only when the server said success to the last page. `size` replaces the page size.
        """
        where = (base, search_filter, SCOPES[self._settings.scope])
        size = min(size or self._settings.page_size, self._settings.page_size)
        cookie, first, empty = b"", True, 0
        while first or cookie:
            try:
                found, cookie, code = self._search(where, attributes, size, cookie)
            except ConnectorError as error:
                if first:
                    raise
                raise PartialRead(f"the server stopped before the end: {error}") from error
            if code == ADMIN_LIMIT and first and size > 1:
                size //= 2  # above the server's limit for a page: it sent nothing, ask for less
                continue
            if code:
                _refuse(code, "")
            empty = 0 if found else empty + 1
            if empty > EMPTY_PAGES:
                raise PartialRead("the server sends empty pages without end")
            first = False
            yield found

    def _search(
        self, where: Where, attributes: Sequence[str], size: int | None = None, cookie: bytes = b""
    ) -> tuple[list[Entry], bytes, int]:
        """Return entries, the next page's cookie and the result code: 0, or the limit that ended the search."""
        connection = self._connection
        try:
            connection.search(*where, attributes=list(attributes), paged_size=size, paged_cookie=cookie or None)
        except faults.LDAPAdminLimitExceededResult:
            return [], b"", ADMIN_LIMIT
        except Exception as error:  # noqa: BLE001 - as in open
            _fail(error, self._settings.host)
        result = connection.result
        if result["result"]:  # ldap3 does not raise on size and time limits
            _refuse(result["result"], result.get("message", ""))
        control = (result.get("controls") or {}).get(PAGED_RESULTS)
        found = [
            Entry(item["dn"], tuple((name, v) for name, values in item["raw_attributes"].items() for v in values or ()))
            for item in connection.response
            if item["type"] == "searchResEntry"
        ]
        return found, bytes(control["value"]["cookie"] or b"") if control else b"", 0


def _refuse(code: int, message: str) -> NoReturn:
    """Raise the error for a result code; of the server's own text only Active Directory's reason is used."""
    kind, text = _RESULTS.get(code, (PartialRead, f"the server answered with error {code}"))
    reason = re.search(r"\bdata ([0-9a-f]{3})\b", message or "")
    if kind is AuthFailed and reason:
        text = _AD_REASONS.get(reason[1], text) + f" (data {reason[1]})"
    raise kind(text)


def _fail(error: Exception, place: str) -> NoReturn:
    """Raise what an exception out of ldap3 means."""
    if isinstance(error, ConnectorError):
        raise error
    if isinstance(error, faults.LDAPOperationResult):
        _refuse(error.result, error.message or "")
    text = str(error)
    if isinstance(error, faults.LDAPInvalidFilterError):
        raise ConfigInvalid("filter: not a valid LDAP filter") from None
    if isinstance(error, faults.LDAPInvalidDnError):
        raise ConfigInvalid("base: not a valid DN") from None
    if isinstance(error, faults.LDAPSSLConfigurationError):
        raise ConfigInvalid("ca_file: no such file") from None
    if "CERTIFICATE_VERIFY_FAILED" in text:
        why = text.partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
        raise ConfigInvalid(f"ca_file: {place} shows a certificate that is not trusted: {why}") from None
    if isinstance(error, faults.LDAPStartTLSError) or "SSL" in text:
        raise Unreachable(f"{place} does not speak TLS here: check port and tls") from None
    if isinstance(error, (faults.LDAPExceptionError, OSError)):
        raise Unreachable(f"{place} does not answer: check host, port and firewall") from None
    raise Unreachable(f"{place} does not speak LDAP: check host and port") from None
