"""`make run`: the whole product on this machine with sample contacts, until Ctrl-C.

    python -m deploy.demo.run [--folder DIR] [--free-ports]

The folder keeps everything, so a second start goes on with the same data; delete it to begin anew.
"""

import argparse
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlencode

from deploy.demo import samples, tenant
from deploy.demo.program import DidNotStart, PortTaken, require_free
from deploy.demo.stack import BIN, CommandFailed, Ports, Stack

FOLDER = Path(".demo")
CLIENT = "sbc"
SOURCES = ("customers", "crm", "staff")
EXAMPLE = "00498999998512"


def main() -> int:
    """Run the demo; return the exit code."""
    arguments = argparse.ArgumentParser(description="Run Contactory on this machine with sample contacts.")
    arguments.add_argument("--folder", type=Path, default=FOLDER, help="where the demo keeps its data")
    arguments.add_argument("--free-ports", action="store_true", help="listen on free ports instead of the usual ones")
    options = arguments.parse_args()
    folder: Path = options.folder.absolute()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    ports = Ports.free() if options.free_ports else Ports()
    try:
        require_free(ports.as_dict())
        with Stack(folder, ports) as stack:
            print("Starting ...", flush=True)
            if not secret_of(stack).exists() and (stack.data / "master.key").exists():
                shutil.rmtree(stack.data)  # what an interrupted first start left
            if stack.prepare():
                fill(stack)
            stack.start()
            print(welcome(stack), flush=True)
            while not stopped.wait(1):
                stack.require_running()
            print("Stopping ...", flush=True)
    except (PortTaken, DidNotStart, CommandFailed) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def fill(stack: Stack) -> None:
    """Make the sample contacts, connect the three sources, grant them differently, add an LDAP client."""
    files = stack.folder / "samples"
    samples.make(files)
    settings = {
        "customers": ("csv", [f"path={files / 'customers.csv'}", "key=Kundennummer"]),
        "crm": ("odbc", [crm(files / "crm.sqlite"), "table=persons"]),
        "staff": ("ldap", [f"ldif={files / 'staff.ldif'}"]),
    }
    # Staff numbers are often written as an extension of the company's own trunk.
    location = {"staff": ("--area", "40", "--trunk", "66969", "--extension-length", "3")}
    for name, (kind, values) in settings.items():
        options = [word for value in values for word in ("--set", value)]
        stack.command("source", "add", name, "--type", kind, *options, "--country", "DE", *location.get(name, ()))
    for outcome in stack.command("sync"):
        print(f"  {outcome['source']}: {outcome['created']} contacts in {outcome['seconds']:.1f} s", flush=True)
    # Anna in sales sees the customers whole; Ben in service sees the CRM, without private fields and notes.
    stack.command("grant", "add", "customers", "--group", tenant.SALES)
    stack.command("grant", "add", "crm", "--group", tenant.SERVICE, "--fields", "name,business")
    stack.command("grant", "add", "staff", "--group", "all", "--fields", "name,business")
    password = secrets.token_urlsafe(12)
    stack.command(
        "client", "add", CLIENT, "--preset", "audiocodes", "--sources", ",".join(SOURCES),
        "--fields", "name,business", "--country", "DE", "--area", "89", "--password-stdin", stdin=password + "\n",
    )  # fmt: skip
    # Written last: it marks a first start that came to its end.
    secret_of(stack).touch(mode=0o600)
    secret_of(stack).write_text(password)


def secret_of(stack: Stack) -> Path:
    """Return the file with the LDAP client's password."""
    return stack.folder / "client-password"


def crm(database: Path) -> str:
    """Return the setting that reaches the sample CRM: through ODBC if its driver is installed, else directly."""
    query = shutil.which("odbcinst")
    drivers = subprocess.run([query, "-q", "-d"], capture_output=True, text=True, check=False).stdout if query else ""
    if "[SQLite3]" in drivers:
        return f"connection=DRIVER={{SQLite3}};Database={database}"
    return f"url=sqlite:///{database}"


def welcome(stack: Stack) -> str:
    """Return what to open and what to try."""
    password = secret_of(stack).read_text()
    users = tenant.users(stack.tab_url)["users"][:2]
    tabs = [f"  {user['name']:12} {stack.tab_url}?{urlencode({'login_hint': user['upn']})}" for user in users]
    ldap = (
        f"ldapsearch -LLL -x -H ldap://127.0.0.1:{stack.ports.ldap} -D cn={CLIENT},ou=clients,dc=contacts"
        f" -w {password} -b dc=contacts '(telephoneNumber={EXAMPLE})' cn o telephoneNumber"
    )
    lines = [
        "",
        "Contactory runs. Search as one of two users who may see different sources:",
        *tabs,
        "Status of the directory:",
        f"  {stack.status_url()}",
        "Ask as a session border controller, and on the command line:",
        f"  {ldap}",
        f"  {BIN / 'contact-directory'} --data {stack.data} lookup '089/999985-12'",
    ]
    if not shutil.which("ldapsearch"):
        lines.append("  (ldapsearch is not installed: apt-get install ldap-utils)")
    return "\n".join([*lines, "Ctrl-C stops everything; the next start goes on with the same data.", ""])


if __name__ == "__main__":
    sys.exit(main())
