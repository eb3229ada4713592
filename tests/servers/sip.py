"""Kamailio and SIPp on free loopback ports: calls that go through a proxy which asks for the caller's name.

Kamailio runs with the lines that docs/callers.md gives to an admin, in a folder of its own and without root; the
package's system service is never used.
"""

import itertools
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import pytest

from deploy.demo.program import Program

ROOT = Path(__file__).parents[2]
TOLD = ROOT / "docs" / "callers.md"
SBIN = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
CALLED = "493012345"
START_SECONDS = 10.0
PROCESSES = 5
"""Of Kamailio that bind to the directory: two that receive and three timers."""
STAMP = re.compile(r"^-{20,} (\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d\.\d{6}).*$", re.MULTILINE)

PROXY = """\
#!KAMAILIO
disable_tcp=yes
log_stderror=yes
listen=udp:127.0.0.1:{port}
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "debugger.so"
modparam("debugger", "mod_hash_size", 5)
modparam("debugger", "mod_level_mode", 1)
modparam("debugger", "mod_level", "ldap=3")
{told}
request_route {{
    if ($tt != $null && loose_route()) {{
        t_relay();
        exit;
    }}
    if ($rm == "INVITE") {{
        record_route();
        route(CALLER_NAME);
    }}
    $du = "sip:127.0.0.1:{called_port}";
    t_relay();
}}
"""

CALLER = """\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
  <send retrans="500"><![CDATA[

INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
{sender};tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[

ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
{sender};tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <send retrans="500"><![CDATA[

BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
{sender};tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""


def programs() -> tuple[str, str]:
    """Return where Kamailio and SIPp are; skips, saying what to install, where one of them is not."""
    found = shutil.which("kamailio", path=SBIN), shutil.which("sipp", path=SBIN)
    modules = (
        *Path("/usr").glob("lib*/*/kamailio/modules/ldap.so"),
        *Path("/usr").glob("lib*/kamailio/modules/ldap.so"),
    )
    if not all(found) or not modules:
        pytest.skip("Kamailio or SIPp is not installed: apt-get install kamailio kamailio-ldap-modules sip-tester")
    return found[0] or "", found[1] or ""


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def taken(port: int) -> bool:
    """Say whether a program listens on this UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def told(language: str) -> str:
    """Return the one block of docs/callers.md in this language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", TOLD.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(block)


@dataclass(frozen=True)
class Message:
    """One message of a SIPp log; `text` as it was on the wire."""

    at: datetime
    text: str

    def header(self, name: str) -> str:
        (value,) = re.findall(rf"^{name}: *(.*?)\r?$", self.text, re.MULTILINE)
        return str(value)


@dataclass(frozen=True)
class Call:
    """An INVITE as the caller sent it and as it arrived at the called one, after the call ended in order."""

    sent: Message
    arrived: Message

    @property
    def seconds(self) -> float:
        """Return how long the proxy had the INVITE."""
        return (self.arrived.at - self.sent.at).total_seconds()


def invites(log: Path) -> list[Message]:
    """Return the INVITEs of a SIPp message log."""
    parts = STAMP.split(log.read_bytes().decode("utf-8"))[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    read = [Message(datetime.fromisoformat(at.replace("\t", " ")), text) for at, text in pairs]
    return [one for one in read if re.search(r"^INVITE ", one.text, re.MULTILINE)]


class Proxy:
    """Kamailio before a SIPp that takes every call; `call` sends one through, `log` is what Kamailio says."""

    def __init__(self, folder: Path, directory: str, password: str, authority: Path) -> None:
        kamailio, self._sipp = programs()
        self._folder = folder
        self._numbers = itertools.count(1)
        self.port, self._called_port = free_udp_port(), free_udp_port()
        settings = told("ini").replace("ldaps://HOST:636", directory).replace("PASSWORD", password)
        (folder / "ldap.cfg").write_text(settings, encoding="utf-8")
        lines = told("kamailio").replace("/etc/kamailio/ldap.cfg", str(folder / "ldap.cfg"))
        config = PROXY.format(port=self.port, called_port=self._called_port, told=lines)
        (folder / "kamailio.cfg").write_text(config, encoding="utf-8")
        (folder / "run").mkdir()
        self.log = folder / "kamailio.log"
        command = [kamailio, "-f", folder / "kamailio.cfg", "-DD", "-E", "-n", "2", "-m", "32"]
        command += ["-w", folder, "-Y", folder / "run", "-P", folder / "run" / "kamailio.pid"]
        self._kamailio = Program(
            "kamailio", [str(word) for word in command], self.log, {"LDAPTLS_CACERT": str(authority)}
        )
        self._arrived = folder / "called.log"
        called = [*self._base(self._called_port, self._arrived), "-sn", "uas"]
        self._called = Program("sipp", called, folder / "called.out", {})

    def __enter__(self) -> Self:
        self._called.start()
        self._until(self._called, lambda: taken(self._called_port))
        self._kamailio.start()
        # It forks process by process, and gives up if one of them cannot bind.
        self._until(self._kamailio, lambda: self.log.read_text().count("LDAP bind successful") >= PROCESSES)
        return self

    def __exit__(self, *_: object) -> None:
        self._kamailio.stop()
        self._called.kill()

    def _base(self, port: int, log: Path) -> list[str]:
        return [
            self._sipp, "-i", "127.0.0.1", "-p", str(port), "-nostdin", "-trace_msg", "-message_file", str(log),
            "-message_overwrite", "true",
        ]  # fmt: skip

    def _until(self, program: Program, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + START_SECONDS
        while not ready():
            if not program.running() or time.monotonic() > end:
                self.__exit__()
                raise RuntimeError(f"{program.name} did not start:\n{program.tail()}")
            time.sleep(0.02)

    def call(self, sender: str) -> Call:
        """Call, with this From header, ring, answer, hang up; raises if any part of that did not happen."""
        name = f"call-{next(self._numbers)}"
        log, scenario = self._folder / f"{name}.log", self._folder / f"{name}.xml"
        scenario.write_text(CALLER.format(sender=f"From: {sender}"), encoding="utf-8")
        command = [*self._base(free_udp_port(), log), f"127.0.0.1:{self.port}", "-sf", str(scenario), "-s", CALLED]
        command += ["-m", "1", "-cid_str", f"{name}@caller", "-timeout", "10", "-timeout_error"]
        done = subprocess.run(
            command, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=14, check=False
        )
        assert done.returncode == 0, f"{done.stdout.decode()[-3000:]}\n{self._kamailio.tail()}"
        arrived = [one for one in invites(self._arrived) if one.header("Call-ID") == f"{name}@caller"]
        return Call(invites(log)[0], arrived[0])
