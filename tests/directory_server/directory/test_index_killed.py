"""The index under a writer in another process: killed while it rebuilds, or busy while others read."""

import subprocess
import sys
from pathlib import Path

from connectors.contact import Contact
from directory_server.directory.index import Index

CHILD = """
import secrets, sys, time
from pathlib import Path
from connectors.contact import Contact
from directory_server.directory.index import Index
from directory_server.directory.words.segments import Segments
from directory_server.store import sources
from directory_server.store.database import Database
from directory_server.vault.vault import Vault
from tests.fakes.world import World, named

folder = Path(sys.argv[1])
world = World.__new__(World)
world.folder, world.database = folder, Database.open(folder / "contactory.sqlite", Vault(secrets.token_bytes(32)))
"""
WRITER = """
world.index = Index.open(folder / "index", world.database)
crm = sources.by_name(world.database, "crm")
for turn in range(1, 25):
    world.put(crm, {str(at): Contact(given_name="Anna", family_name=f"turn{turn}") for at in range(1, 9)})
    if turn % 6 == 0:
        world.index.rebuild()
print("done", flush=True)
"""
STUCK = """
add = Segments.add

def stuck(*arguments):
    add(*arguments)
    print("half built", flush=True)
    time.sleep(60)

Segments.add = stuck
Index(folder / "index", world.database).rebuild()
"""


def current(world):
    return (world.folder / "index" / "current").read_text(encoding="ascii")


def child(world, script):
    command = [sys.executable, "-c", CHILD + script, str(world.folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])


def test_a_process_killed_while_it_rebuilds_leaves_the_old_file_usable(world):
    before = current(world)
    with child(world, STUCK) as process:
        assert process.stdout.readline() == "half built\n"
        assert world.keys("anna") == {"1"}
        process.kill()
    assert current(world) == before
    assert world.keys("anna") == {"1"}
    again = Index.open(world.folder / "index", world.database)
    assert again.count() == 2
    again.close()
    world.put(world.crm, {"3": Contact(display_name="Carla")})
    assert world.keys("carla") == {"3"}
    world.index.rebuild()
    assert [path.name for path in (world.folder / "index").glob("index-*")] == [current(world)]


def test_one_process_follows_and_rebuilds_while_another_reads(world):
    """Every answer is of one state of the store, whatever the writer does meanwhile; none fails."""
    world.put(world.crm, {str(at): Contact(given_name="Anna", family_name="turn0") for at in range(1, 9)})
    seen = set()
    with child(world, WRITER) as process:
        while process.poll() is None:
            turns = {listing.contact.family_name for listing in world.view().listings("anna", 50)}
            assert len(turns) == 1
            seen |= turns
        assert process.stdout.read() == "done\n"
    assert process.returncode == 0
    assert len(seen) > 2
    assert world.keys("turn24") == {str(at) for at in range(1, 9)}
