"""A front over the sample entries in a process of its own, for clients that let no other thread of theirs run."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from connectors.contact import Contact
from directory_server.fronts.ldap.search import Running, Search, Tree
from directory_server.store.rows import Location
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import RunningFront, certificate_files

ROOT = Path(__file__).parents[2]
SLOW = "(description=*slowly*)"
"""A filter whose answer takes `busy` SLOW_S, until its time limit, or until it is abandoned."""
SLOW_S = 2.0


@dataclass(frozen=True, slots=True)
class Served:
    """Where the front listens, and the certificate to trust."""

    url: str
    secure_url: str
    authority: str


class FrontProcess:
    """Starts the front with the clients `sbc`, `portland` and `busy`; `served` says where it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.served: Served

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.servers.ldap_front_process", str(self._folder)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.served = Served(**json.loads(self._process.stdout.readline()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate("\n", timeout=10)
        assert self._process.returncode == 0


def slowly(search: Callable[..., Search]) -> Callable[..., Search]:
    """Let the clock of such a search stand still for whoever looks at it."""

    def answer(quick: Search, running: Running, clock: Callable[[], float]) -> list[bytes]:
        end = min(running.deadline, clock() + SLOW_S)

        def look() -> float:
            while not running.abandoned and clock() <= end:
                time.sleep(0.005)
            return clock()

        return quick.answer(running, look)

    def made(tree: Tree, request: Any, *asked: Any, **options: Any) -> Search:
        found = search(tree, request, *asked, **options)
        if "slowly" not in repr(request.filter):
            return found
        return replace(found, quick=False, answer=lambda *run: answer(found, *run))

    return made


def main(folder: Path) -> None:
    Tree.search = slowly(Tree.search)  # type: ignore[method-assign] # as said above
    with World(folder) as world:
        sources = fill(world)
        with RunningFront(world, tls=certificate_files(folder)) as running:
            running.add_client("sbc", sources)
            running.add_client("portland", sources, location=Location("US"))
            many = world.source("many")
            world.put(many, {str(at): Contact(family_name=f"Number {at}") for at in range(100)})
            running.add_client("busy", {"many": many.id})
            found = {"url": running.url, "secure_url": running.secure_url, "authority": str(folder / "ldap.crt")}
            print(json.dumps(found), flush=True)  # noqa: T201 - to its parent
            sys.stdin.readline()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
