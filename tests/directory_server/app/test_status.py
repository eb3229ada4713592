"""The status of a directory is told whatever its parts do."""

from shutil import rmtree

from directory_server.app import Directory, status
from directory_server.observe.status import IndexStatus, Status
from tests.fakes.command_line import CommandLine
from tests.servers.stack import CUSTOMERS


def current(directory: Directory) -> Status:
    return status.current(directory, "0.1.0", {}, ())


def test_the_index_is_told_how_far_it_is(tmp_path):
    line = CommandLine(tmp_path / "data")
    line.ok("init")
    (tmp_path / "c.csv").write_text(CUSTOMERS, encoding="utf-8")
    line.ok("source", "add", "crm", "--type", "csv", "--set", f"path={tmp_path / 'c.csv'}")
    line.ok("sync")
    with Directory(line.data) as directory:
        now = current(directory)
        assert now.index == IndexStatus(contacts=now.sources[0].contacts, behind=0, growing=False)
        assert now.sources[0].contacts > 0


def test_an_index_that_cannot_be_read_does_not_hide_the_rest(tmp_path):
    line = CommandLine(tmp_path / "data")
    line.ok("init")
    with Directory(line.data) as directory:
        rmtree(line.data / "index")
        now = current(directory)
        assert now.index is None
        assert now.version == "0.1.0"
