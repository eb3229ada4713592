"""A real OpenLDAP server in a folder of its own on a free loopback port, without root.

Two accounts: `admin_dn` (rootdn: writes, no limits) and `reader_dn` (reads with the limits met in the field: an unpaged
search ends after 500 entries, a page above 100 is refused), so that a client that forgot to page fails.
"""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import ldap3
import trustme

from deploy.demo.program import free_port

BINARY = shutil.which("slapd", path="/usr/sbin:/usr/libexec:/usr/lib/openldap:/usr/local/libexec:/usr/bin") or ""
SCHEMAS = ("core", "cosine", "inetorgperson")
ACTIVE_DIRECTORY = (*SCHEMAS, "nis", "msuser")  # adds Microsoft's user, objectGUID, …
START_SECONDS = 20.0

CONFIG = """\
{includes}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload sssvlv
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
sizelimit 500
{tls}
{global_extra}
database mdb
maxsize 4294967296
suffix "{suffix}"
rootdn "{admin_dn}"
rootpw {admin_password}
directory {database}
dbnosync
index objectClass,entryUUID,entryCSN eq
index mail,cn,sn,givenName,telephoneNumber,mobile,homePhone eq,sub
overlay syncprov
overlay sssvlv
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader_dn}" read by {anonymous}
limits dn.exact="{reader_dn}" size.soft=500 size.hard=500 size.pr={page_limit} size.prtotal={total_limit}
{extra}
"""


class Slapd:
    """One server; `start` loads the tree the first time, `stop`/`kill` keep the data and the port for the next `start`.

    With `tls`, the port speaks StartTLS and `tls_port` LDAPS, under a certificate for `names` signed by `ca_file`.
    `anonymous` lets anybody read; `page_limit` and `total_limit` bound the reader's pages and their sum; `extra` and
    `global_extra` are lines of slapd.conf. One that stands `beside` another serves the other's data, to be read only.
    """

    admin_password = "geheim-admin"
    reader_password = "geheim-leser"

    def __init__(
        self,
        *,
        suffix: str = "dc=example,dc=test",
        schemas: Sequence[str] = SCHEMAS,
        tls: bool = False,
        anonymous: bool = False,
        page_limit: int | str = 100,
        total_limit: int | str = "unlimited",
        names: Sequence[str] = ("localhost", "127.0.0.1"),
        key_type: trustme.KeyType = trustme.KeyType.ECDSA,
        extra: str = "",
        global_extra: str = "",
        beside: "Slapd | None" = None,
    ) -> None:
        self.suffix = suffix
        self.admin_dn = f"cn=admin,{suffix}"
        self.reader_dn = f"cn=leser,{suffix}"
        self.people_dn = f"ou=people,{suffix}"
        self.port = free_port()
        self.tls_port = free_port() if tls else 0
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="slapd-"))
        self.ca_file = str(self.folder / "ca.pem") if tls else ""
        self.process: subprocess.Popen[bytes] | None = None
        self.database = beside.database if beside else self.folder / "db"
        self._loaded = beside is not None
        self._admin: ldap3.Connection | None = None
        self.database.mkdir(exist_ok=True)
        (self.folder / "slapd.conf").write_text(
            CONFIG.format(
                includes="\n".join(f"include /etc/ldap/schema/{schema}.schema" for schema in schemas),
                folder=self.folder,
                database=self.database,
                tls=self._certificate(names, key_type) if tls else "",
                global_extra=global_extra,
                suffix=suffix,
                admin_dn=self.admin_dn,
                admin_password=self.admin_password,
                reader_dn=self.reader_dn,
                anonymous="* read" if anonymous else "anonymous auth by * none",
                page_limit=page_limit,
                total_limit=total_limit,
                extra=extra,
            ),
            encoding="utf-8",
        )

    def _certificate(self, names: Sequence[str], key_type: trustme.KeyType) -> str:
        ca = trustme.CA()
        issued = ca.issue_cert(*names, key_type=key_type)
        ca.cert_pem.write_to_path(self.ca_file)
        issued.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        issued.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))
        return "\n".join(
            f"TLS{name} {self.folder}/{file}"
            for name, file in (
                ("CACertificateFile", "ca.pem"),
                ("CertificateFile", "cert.pem"),
                ("CertificateKeyFile", "key.pem"),
            )
        )

    def _tree(self) -> str:
        name, value = self.suffix.split(",", maxsplit=1)[0].split("=")
        return (
            f"dn: {self.suffix}\nobjectClass: organization\nobjectClass: dcObject\n{name}: {value}\no: Example\n\n"
            f"dn: {self.people_dn}\nobjectClass: organizationalUnit\nou: people\n\n"
            f"dn: {self.reader_dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
            f"cn: leser\nuserPassword: {self.reader_password}\n"
        )

    def load(self, ldif: str) -> None:
        """Bulk load entries while the server is stopped (thousands a second); parents exist or come first."""
        text = ldif if self._loaded else f"{self._tree()}\n{ldif}"
        command = ["-T", "add", "-q", "-f", str(self.folder / "slapd.conf")]
        done = subprocess.run([BINARY, *command], input=text.encode(), capture_output=True, check=False, timeout=1200)
        if done.returncode:
            raise RuntimeError(f"slapadd: {done.stderr.decode(errors='replace')[-2000:]}")
        self._loaded = True

    def start(self) -> Self:
        """Start and wait until the port answers."""
        if not self._loaded:
            self.load("")
        urls = self.url + (f" ldaps://127.0.0.1:{self.tls_port}" if self.tls_port else "")
        log = (self.folder / "slapd.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [BINARY, "-f", str(self.folder / "slapd.conf"), "-h", urls, "-d", "0"], stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"slapd ended: {(self.folder / 'slapd.log').read_text(errors='replace')[-2000:]}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return self
            time.sleep(0.02)
        raise RuntimeError("slapd did not answer in time")

    def stop(self) -> None:
        """End the server in order; the data stay."""
        self._end(kill=False)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self._end(kill=True)

    def _end(self, *, kill: bool) -> None:
        if self._admin is not None:
            with contextlib.suppress(ldap3.core.exceptions.LDAPException):
                self._admin.unbind()
            self._admin = None
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(timeout=20)
            self.process = None

    def close(self) -> None:
        """Stop and remove the data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def admin(self) -> ldap3.Connection:
        """Return a connection bound as rootdn that raises on every error result."""
        if self._admin is None:
            server = ldap3.Server("127.0.0.1", port=self.port, get_info=ldap3.NONE, connect_timeout=5)
            self._admin = ldap3.Connection(
                server, self.admin_dn, self.admin_password, auto_bind=True, raise_exceptions=True, check_names=False
            )
        return self._admin

    def add(self, dn: str, attributes: Mapping[str, str | bytes | Sequence[str | bytes]]) -> None:
        """Add one entry; `attributes` includes objectClass."""
        self.admin().add(dn, attributes=dict(attributes))

    def modify(self, dn: str, attributes: Mapping[str, Sequence[str | bytes]]) -> None:
        """Replace the named attributes; an empty list clears."""
        self.admin().modify(dn, {name: [(ldap3.MODIFY_REPLACE, list(v))] for name, v in attributes.items()})

    def rename(self, dn: str, relative_dn: str) -> None:
        """Change the entry's RDN, keeping its entryUUID."""
        self.admin().modify_dn(dn, relative_dn)

    def delete(self, dn: str) -> None:
        """Delete one leaf entry."""
        self.admin().delete(dn)

    def clear(self) -> None:
        """Delete everybody below `people_dn`."""
        connection = self.admin()
        connection.search(self.people_dn, "(objectClass=*)", ldap3.LEVEL, attributes=["1.1"])
        for entry in list(connection.response):
            connection.delete(entry["dn"])


@contextlib.contextmanager
def running(ldif: str = "", **options: object) -> Iterator[Slapd]:
    """Run a server with `ldif` loaded below its base tree."""
    server = Slapd(**options)  # type: ignore[arg-type]  # passed through as they are
    server.load(ldif)
    with server:
        yield server
