"""Four real LDAP clients behind one face: ldapsearch, ldap3, python-ldap and bonsai.

Each searches as it does by its own means: an option of ldapsearch, a control object of python-ldap, a method of bonsai.
"""

import base64
import importlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import ldap3
import pytest

from directory_server.fronts.ldap import control
from directory_server.fronts.ldap.control import ListView, SortKey
from tests.fakes import ldap_controls as written
from tests.servers.ldap_front import PASSWORD
from tests.servers.ldap_front_process import Served

BASE = "dc=contacts"


@dataclass(frozen=True, slots=True)
class Found:
    """Result code, and DN with the values of the asked attributes, in the order they came."""

    code: int
    entries: list[tuple[str, dict[str, list[str]]]]

    def values(self, attribute: str) -> list[str]:
        """Return the first value of this attribute of each entry that has one."""
        return [values[attribute][0] for _, values in self.entries if values.get(attribute)]


def load(module: str) -> Any:
    """Return a client's module; skip the test, saying why, where it could not be built."""
    try:
        return importlib.import_module(module)
    except ImportError:
        name = "python-ldap" if module.startswith("ldap") else module
        pytest.skip(f"{name} is not installed: it is built with gcc, python3-dev, libldap2-dev and libsasl2-dev")


class LdapSearch:
    """OpenLDAP's command, a process for each search."""

    name = "ldapsearch"

    def __init__(self, served: Served, user: str = "sbc", wire: str = "plain") -> None:
        if not shutil.which("ldapsearch"):
            pytest.skip("ldapsearch is not installed: apt-get install ldap-utils")
        url = served.secure_url if wire == "ldaps" else served.url
        self._command = ["-H", url, "-D", user, "-x", "-w", PASSWORD, *(["-ZZ"] if wire == "starttls" else [])]
        self._environment = {"PATH": "/usr/bin:/bin", "LDAPTLS_CACERT": served.authority}

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program, *self._command, *arguments], capture_output=True, text=True, check=False, timeout=10,
            env=self._environment,
        )  # fmt: skip

    def search(
        self, text: str, base: str = BASE, attributes: Iterable[str] = ("sn",), *, size: int = 0, seconds: int = 0,
        types_only: bool = False, page: int = 0, sort: str = "", version: int = 3,
    ) -> Found:  # fmt: skip
        options = ["-LLL", "-o", "ldif-wrap=no", "-b", base, "-P", str(version)]
        options += [*(["-z", str(size)] if size else []), *(["-l", str(seconds)] if seconds else [])]
        options += [*(["-A"] if types_only else []), *(["-E", f"!pr={page}/noprompt"] if page else [])]
        options += ["-E", f"!sss={sort}"] if sort else []
        done = self.run("ldapsearch", *options, text, *attributes)
        blocks = re.findall(r"^dn:.*(?:\n\w.*)*", done.stdout, re.MULTILINE)
        return Found(done.returncode, [entry(block) for block in blocks])

    def whoami(self) -> str:
        return self.run("ldapwhoami").stdout.strip()

    def compare(self, dn: str, attribute: str, value: str) -> bool:
        return self.run("ldapcompare", dn, f"{attribute}:{value}").returncode == 6

    def close(self) -> None:
        """Nothing is open."""


def entry(block: str) -> tuple[str, dict[str, list[str]]]:
    values: dict[str, list[str]] = {}
    for line in block.splitlines():
        name, _, value = line.partition(":")
        plain = base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip()
        values.setdefault(name, []).extend([plain] if plain else [])
    return values.pop("dn", [""])[0], values


class Ldap3:
    """ldap3, pure Python."""

    name = "ldap3"

    def __init__(self, served: Served, user: str = "sbc", wire: str = "plain", version: int = 3) -> None:
        url = urlsplit(served.secure_url if wire == "ldaps" else served.url)
        tls = ldap3.Tls(validate=ldap3.core.tls.ssl.CERT_REQUIRED, ca_certs_file=served.authority)
        server = ldap3.Server(url.hostname, url.port, use_ssl=wire == "ldaps", tls=tls, get_info=ldap3.NONE)
        bind = ldap3.AUTO_BIND_TLS_BEFORE_BIND if wire == "starttls" else ldap3.AUTO_BIND_NO_TLS
        self.connection = ldap3.Connection(
            server, user, PASSWORD, auto_bind=bind, version=version, check_names=False, receive_timeout=8
        )

    def search(
        self, text: str, base: str = BASE, attributes: Iterable[str] = ("sn",), *, size: int = 0, seconds: int = 0,
        types_only: bool = False, page: int = 0, sort: str = "", view: ListView | None = None,
    ) -> Found:  # fmt: skip
        controls = [(control.SORT, True, written.sort(SortKey(sort)))] if sort else []
        controls += [(control.LIST_VIEW, True, written.list_view(view))] if view else []
        asked: dict[str, Any] = {"attributes": list(attributes), "size_limit": size, "time_limit": seconds}
        asked |= {"types_only": types_only, "controls": controls or None}
        found: list[tuple[str, dict[str, list[str]]]] = []
        cookie: Any = None
        while True:
            paged = {"paged_size": page, "paged_cookie": cookie, "paged_criticality": True} if page else {}
            self.connection.search(base, text, ldap3.SUBTREE, **asked, **paged)
            found += [
                (one["dn"], {name: values or [] for name, values in one["attributes"].items()})
                for one in self.connection.response
            ]
            told = self.connection.result
            cookie = told["controls"]["1.2.840.113556.1.4.319"]["value"]["cookie"] if page else None
            if not cookie:
                return Found(told["result"], found)

    def whoami(self) -> str:
        return str(self.connection.extend.standard.who_am_i())

    def compare(self, dn: str, attribute: str, value: str) -> bool:
        return bool(self.connection.compare(dn, attribute, value))

    def close(self) -> None:
        self.connection.unbind()


class PythonLdap:
    """python-ldap, on OpenLDAP's library."""

    name = "python-ldap"

    def __init__(
        self, served: Served, user: str = "sbc", wire: str = "plain", version: int = 3, *, sasl: bool = False
    ) -> None:
        self.ldap = ldap = load("ldap")
        self.controls = load("ldap.controls")
        self.connection = connection = ldap.initialize(served.secure_url if wire == "ldaps" else served.url)
        connection.protocol_version = version
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, served.authority)
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 8)
        if wire == "starttls":
            connection.start_tls_s()
        if sasl:
            mechanism = load("ldap.sasl")
            told = {mechanism.CB_AUTHNAME: user, mechanism.CB_PASS: PASSWORD, mechanism.CB_USER: ""}
            connection.sasl_interactive_bind_s("", mechanism.sasl(told, "PLAIN"))
        else:
            connection.simple_bind_s(user, PASSWORD)

    def search(
        self, text: str, base: str = BASE, attributes: Iterable[str] = ("sn",), *, size: int = 0, seconds: int = 0,
        types_only: bool = False, page: int = 0, sort: str = "", view: ListView | None = None,
    ) -> Found:  # fmt: skip
        load("ldap.controls.sss")
        load("ldap.controls.vlv")
        pages = self.controls.SimplePagedResultsControl(True, size=page, cookie="")
        controls = [pages] if page else []
        controls += [self.controls.sss.SSSRequestControl(True, [sort])] if sort else []
        controls += [self._view(view)] if view else []
        found: list[tuple[str, dict[str, list[str]]]] = []
        while True:
            asked = self.connection.search_ext(
                base, self.ldap.SCOPE_SUBTREE, text, list(attributes), int(types_only), controls, None,
                seconds or -1, size,
            )  # fmt: skip
            code, told = 0, []
            try:
                while True:
                    kind, part, _, told = self.connection.result3(asked, all=0, timeout=8)
                    found += [
                        (dn, {name: [one.decode() for one in values] for name, values in all_values.items()})
                        for dn, all_values in part
                    ]
                    if kind == self.ldap.RES_SEARCH_RESULT:
                        break
            except self.ldap.LDAPError as error:
                code = error.args[0]["result"]
            pages.cookie = next((one.cookie for one in told if one.controlType == pages.controlType), "")
            if not pages.cookie:
                return Found(code, found)

    def _view(self, view: ListView) -> Any:
        where = {"greater_than_or_equal": view.value} if view.value is not None else {"offset": view.offset}
        if view.value is None:
            where["content_count"] = 0
        return self.controls.vlv.VLVRequestControl(True, view.before, view.after, **where)

    def whoami(self) -> str:
        return str(self.connection.whoami_s())

    def compare(self, dn: str, attribute: str, value: str) -> bool:
        return bool(self.connection.compare_s(dn, attribute, value))

    def close(self) -> None:
        self.connection.unbind_s()


def texts(values: Iterable[Any]) -> list[str]:
    return [one.decode() if isinstance(one, bytes) else one for one in values]


class Bonsai:
    """bonsai, on OpenLDAP's library."""

    name = "bonsai"

    def __init__(
        self, served: Served, user: str = "sbc", wire: str = "plain", *, sasl: bool = False, pages: bool = True
    ) -> None:
        self.bonsai = bonsai = load("bonsai")
        client = bonsai.LDAPClient(served.secure_url if wire == "ldaps" else served.url, wire == "starttls")
        client.set_ca_cert(served.authority)
        client.set_credentials("PLAIN" if sasl else "SIMPLE", user=user, password=PASSWORD)
        client.set_auto_page_acquire(pages)
        client.set_raw_attributes(["telephoneNumber"])  # which would become an int
        self.connection = client.connect(timeout=8)

    def search(
        self, text: str, base: str = BASE, attributes: Iterable[str] = ("sn",), *, size: int = 0, seconds: int = 0,
        types_only: bool = False, page: int = 0, sort: str = "", view: ListView | None = None,
    ) -> Found:  # fmt: skip
        scope, names = self.bonsai.LDAPSearchScope.SUBTREE, list(attributes)
        order = [sort] if sort else None
        try:
            if view:
                where = {"attrvalue": view.value} if view.value is not None else {"offset": view.offset}
                found, _ = self.connection.virtual_list_search(
                    base, scope, text, names, sort_order=order, before_count=view.before, after_count=view.after,
                    est_list_count=0, timeout=8, **where,
                )  # fmt: skip
            elif page:
                found = list(self.connection.paged_search(base, scope, text, names, page_size=page, sort_order=order))
            else:
                found = self.connection.search(
                    base, scope, text, names, timeout=seconds or 8, sizelimit=size, attrsonly=types_only,
                    sort_order=order,
                )  # fmt: skip
        except self.bonsai.LDAPError as error:
            return Found(error.code, [])
        return Found(0, [(str(one.dn), {name: texts(one[name]) for name in one if name != "dn"}) for one in found])

    def whoami(self) -> str:
        return str(self.connection.whoami())

    def close(self) -> None:
        self.connection.close()


CLIENTS: dict[str, type[Any]] = {one.name: one for one in (LdapSearch, Ldap3, PythonLdap, Bonsai)}
