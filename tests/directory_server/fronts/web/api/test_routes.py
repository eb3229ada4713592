"""The API over a real directory, as the admin pages ask it."""

import logging
import threading
import time
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from directory_server.app import Directory
from directory_server.app.questions import Questions
from directory_server.fronts.web import app
from directory_server.fronts.web.api.guard import Guard
from directory_server.store import tokens
from tests.directory_server.fronts.web.test_web import status
from tests.fakes.command_line import CommandLine

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CUSTOMERS = (
    "id;given_name;family_name;company;business_phone;home_phone\n"
    "1;Jürgen;Groß;Müller GmbH;089/999985-12;08151 55501\n2;;;Müller GmbH;089/999985-0;\n"
)
PATHS = ["/api/search?text=x", "/api/lookup/1234", "/api/why?text=x", "/api/quality"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    line = CommandLine(folder / "data")
    line.ok("init")
    (folder / "c.csv").write_text(CUSTOMERS, encoding="utf-8")
    line.ok("source", "add", "crm", "--type", "csv", "--set", f"path={folder / 'c.csv'}", "--country", "DE")
    line.ok("sync")
    line.ok("grant", "add", "crm", "--group", "sales", "--fields", "name,business")
    line.ok("client", "add", "sbc", "--sources", "crm", "--fields", "name", "--country", "DE")
    token = line.ok("token", "add", "page")["token"]
    with Directory(folder / "data") as directory:
        guard = Guard(lambda given: tokens.verify(directory.database, given), time.monotonic)
        questions = Questions(directory)
        client = TestClient(app.create(status, "k", (questions, guard)))
        yield line, client, token, questions


@pytest.fixture
def ask(made):
    _line, client, token, _questions = made
    return lambda path: client.get(path, headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("path", PATHS)
def test_every_route_needs_a_token_and_is_stored_nowhere(made, ask, path):
    _line, client, _token, _questions = made
    closed = client.get(path)
    assert (closed.status_code, closed.headers["www-authenticate"]) == (401, 'Bearer realm="contactory"')
    assert closed.json()["error"].startswith("this needs a token")
    opened = ask(path)
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "no-store")
    assert opened.headers["content-type"] == "application/json"


def test_every_api_route_is_among_those_tested(made):
    _line, client, _token, _questions = made
    paths = {route.path for route in client.app.router.routes if getattr(route, "path", "").startswith("/api")}
    assert {path.split("?")[0].replace("1234", "{number:path}") for path in PATHS} >= paths


def test_search_and_lookup(ask):
    (person,) = ask("/api/search?text=groß").json()["persons"]
    assert person["display_name"] == "Jürgen Groß"
    assert ask("/api/search?text=groß&as=nobody").json()["hits"] == []
    seen = ask("/api/search?text=groß&as=oid&groups=x,sales").json()["hits"]
    assert [number["kind"] for number in seen[0]["numbers"]] == ["work"]
    for number in ("089%2F999985-12", "089/999985-12", "%2B498999998512"):
        assert [hit["key"] for hit in ask(f"/api/lookup/{number}").json()["hits"]] == ["1"]
    assert ask("/api/lookup/089%2F999985-12?client=sbc").json()["hits"] == []


def test_why_tells_hidden_fields_steps_and_origin(ask):
    value = ask("/api/why?text=08151%2055501&as=oid&groups=sales").json()
    (hit,) = value["matched"]
    assert hit["hidden"][0]["reason"] == "number_hidden"
    assert value["number"]["steps"][0] == {"step": "exact", "number": "+49815155501", "contacts": 0}
    assert ask(f"/api/why?contact={hit['id']}").json()["key"] == "1"
    assert ask("/api/why?contact=999").json() == {"error": "there is no contact with this id"}


def test_quality_reports(ask):
    value = ask("/api/quality?limit=1").json()
    assert value["contacts"] == 2
    assert {one["check"] for one in value["findings"]} >= {"no_name", "shared_numbers"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/search", 422),
        ("/api/search?text=" + "x" * 257, 422),
        ("/api/search?text=x&limit=0", 422),
        ("/api/search?text=x&limit=99999", 422),
        ("/api/search?text=x&limit=abc", 422),
        ("/api/lookup/" + "1" * 257, 422),
        ("/api/lookup/1234?client=nobody", 404),
        ("/api/why", 400),
        ("/api/why?text=x&contact=1", 400),
        ("/api/why?text=x&client=sbc&as=y", 400),
        ("/api/why?contact=0", 422),
        ("/api/why?contact=99999999999999999999", 404),
        (f"/api/why?contact={2**63}", 404),
        (f"/api/why?contact={2**63 - 1}", 404),
        ("/api/why?text=x&client=nobody", 404),
        ("/api/quality?source=nobody", 404),
        ("/api/quality?limit=-1", 422),
        ("/api/nothing", 404),
    ],
)
def test_what_cannot_be_answered_is_said_in_json(ask, path, code):
    answer = ask(path)
    assert answer.status_code == code
    assert isinstance(answer.json()["error"], str)
    assert "x" * 100 not in answer.text


def test_wrong_parameters_tell_nothing_without_a_token(made):
    _line, client, _token, _questions = made
    assert client.get("/api/search?text=x&limit=0").status_code == 401


def test_one_report_at_a_time(made, ask, monkeypatch):
    _line, _client, _token, questions = made
    going, go_on = threading.Event(), threading.Event()

    def slow(source, **options):
        going.set()
        assert go_on.wait(10)
        return {}

    monkeypatch.setattr(questions, "quality", slow)
    answers = []
    first = threading.Thread(target=lambda: answers.append(ask("/api/quality").status_code))
    first.start()
    assert going.wait(10)
    second = ask("/api/quality")
    go_on.set()
    first.join()
    assert (second.status_code, second.headers["retry-after"], answers) == (503, "10", [200])


def test_a_removed_token_opens_nothing(made):
    line, client, _token, _questions = made
    token = line.ok("token", "add", "gone")["token"]
    assert [one["name"] for one in line.ok("token", "list")] == ["gone", "page"]
    assert token not in line.run("token", "list").out
    headers = {"authorization": f"Bearer {token}"}
    assert client.get("/api/quality", headers=headers).status_code == 200
    line.ok("token", "remove", "gone")
    assert client.get("/api/quality", headers=headers).status_code == 401
    assert "no token named" in line.refused("token", "remove", "gone")


def test_nothing_of_a_question_is_logged(ask, caplog):
    with caplog.at_level(logging.DEBUG, logger="directory_server"):
        ask("/api/why?text=Geheimwort")
        ask("/api/lookup/089123456789")
    assert "Geheimwort" not in caplog.text
    assert "123456789" not in "".join(one.getMessage() for one in caplog.records if one.name.startswith("directory"))
