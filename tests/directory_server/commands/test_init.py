import re
import stat
import subprocess
import sys

import pytest

from directory_server.store import admins
from directory_server.store.database import Database
from directory_server.vault import master_key
from directory_server.vault.vault import Vault
from tests.fakes.command_line import CommandLine


def test_it_makes_a_private_folder_and_tells_the_code_once(tmp_path):
    data = tmp_path / "deep" / "data"
    value = CommandLine(data).ok("init", "--admin", "anna")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "master.key").stat().st_mode) == 0o400
    assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", value["code"])
    database = Database.open(data / "contactory.sqlite", Vault(master_key.load(data)))
    assert admins.redeem(database, "anna", value["code"], "a long enough password")
    database.close()
    assert value["code"].replace("-", "").encode() not in (data / "contactory.sqlite").read_bytes()


def test_people_are_told_in_words(tmp_path):
    ran = CommandLine(tmp_path / "data").run("init")
    assert ran.code == 0
    assert "One-time code for the admin 'admin'" in ran.out


def test_an_initialised_folder_is_refused_and_left_alone(line):
    key = (line.data / "master.key").read_bytes()
    assert "initialised already" in line.refused("init")
    assert (line.data / "master.key").read_bytes() == key


def test_a_folder_with_a_configuration_is_fine(tmp_path):
    (tmp_path / "directory.toml").write_text('country = "AT"\n')
    CommandLine(tmp_path).ok("init")


def test_a_place_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in CommandLine(tmp_path / "file" / "data").refused("init")


@pytest.mark.parametrize("words", [["source", "list"], ["sync"], ["grant", "list"], ["client", "list"], ["status"]])
def test_every_command_needs_an_initialised_folder(tmp_path, words):
    message = CommandLine(tmp_path / "nothing").refused(*words)
    assert "init" in message
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("words", [["source", "list"], ["sync"], ["status"]])
def test_a_key_that_others_may_read_is_refused(line, words):
    (line.data / "master.key").chmod(0o644)
    assert "0400" in line.refused(*words)


@pytest.mark.parametrize("content", ["country = ", "colour = 'red'", "country = 5"])
@pytest.mark.parametrize("words", [["status"], ["sync"]])
def test_a_wrong_configuration_is_named(line, words, content):
    (line.data / "directory.toml").write_text(content)
    assert "configuration" in line.refused(*words)


def test_the_real_program_from_init_to_status(tmp_path, people):
    def run(*words, given=""):
        command = [sys.executable, "-m", "directory_server", "--data", str(tmp_path / "data"), *words]
        return subprocess.run(command, capture_output=True, text=True, input=given, timeout=50, check=False)

    assert run("init").returncode == 0
    assert run("source", "add", "p", "--type", "csv", "--set", "path=@-", given=f"{people}\n").returncode == 0
    assert '"created": 20' in run("sync", "--json").stdout
    status = run("status")
    assert (status.returncode, status.stderr) == (0, "")
    assert re.search(r"p +20 contacts, \d+ s old", status.stdout)
    assert run("sync", "nix").returncode == 1
    assert run("sync", "--nonsense").returncode == 2
