"""The pages of deploy/phones: each query they tell of is asked by a real client, and answered as the page says."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import ldap3
import pytest

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.commands.profile import read_answering
from directory_server.directory.preset import PRESETS
from directory_server.fronts.ldap import schema
from directory_server.fronts.ldap.control import SortKey
from directory_server.store.rows import FieldGroup, Location
from tests.fakes.command_line import CommandLine
from tests.fakes.ldap_controls import sort
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "phones"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
ATTRIBUTE = r"[A-Za-z][A-Za-z-]*"
BERLIN = Location("DE", "30")
ERIKA = Contact(
    given_name="Erika",
    family_name="Mustermann",
    company="Example GmbH",
    phones=(Phone(PhoneKind.WORK, "030 123456-789"), Phone(PhoneKind.MOBILE, "0170 1234567")),
    emails=(Email("erika@example.com"),),
    addresses=(Address(street="Hauptstr. 1", city="Berlin", postal_code="10117"),),
)
OTHERS = {
    "J": Contact(given_name="Jürgen", family_name="Groß", phones=(Phone(PhoneKind.WORK, "040 4711"),)),
    "S": Contact(given_name="John", family_name="Smith", phones=(Phone(PhoneKind.WORK, "+1 503 823 4567"),)),
}


@dataclass
class Query:
    """One block of a page: `expect` are attributes and the value each must have."""

    page: str
    preset: str = ""
    base: str = "dc=contacts"
    filter: str = ""
    typed: str = ""
    attributes: str = ""
    sort: str = ""
    page_size: int = 0
    expect: list[tuple[str, str]] = field(default_factory=list)


def queries(page: Path) -> Iterator[Query]:
    for block in re.findall(r"^```ldap\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        found = Query(page.stem)
        for line in block.splitlines():
            name, _, value = (part.strip() for part in line.partition(":"))
            if name == "expect":
                attribute, _, text = (part.strip() for part in value.partition("="))
                found.expect.append((attribute, text))
            elif name == "page":
                found.page_size = int(value)
            else:
                assert name in {"preset", "base", "filter", "typed", "attributes", "sort"}, f"{page.name}: {line}"
                setattr(found, name, value)
        yield found


ALL = [query for page in PAGES for query in queries(page)]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    with World(tmp_path_factory.mktemp("phones")) as world:
        staff = world.source("staff", BERLIN)
        world.put(staff, {"E": ERIKA, **OTHERS})
        fields = frozenset({FieldGroup.NAME, FieldGroup.BUSINESS})
        with RunningFront(world, fields=fields, location=BERLIN) as running:
            for name in PRESETS:
                values = read_answering(
                    preset=name, number_format=None, result_limit=None, shared_numbers=None, templates=None
                )
                running.add_client(name, {"staff": staff.id}, **values)
            yield running


def ask(front: RunningFront, query: Query) -> list[dict[str, list[str]]]:
    server = ldap3.Server(*front.address, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, query.preset, PASSWORD, auto_bind=True, check_names=False)
    keys = [SortKey(name) for name in query.sort.split()]
    connection.search(
        query.base,
        query.filter.replace("%", query.typed),
        ldap3.SUBTREE,
        attributes=query.attributes.split(),
        paged_size=query.page_size or None,
        controls=[("1.2.840.113556.1.4.473", True, sort(*keys))] if keys else None,
    )
    assert connection.result["description"] == "success", connection.result
    found = [
        {name: [value.decode() for value in values] for name, values in entry["raw_attributes"].items()}
        for entry in connection.response
        if entry["type"] == "searchResEntry" and "uid=" in entry["dn"]
    ]
    connection.unbind()
    return found


@pytest.mark.parametrize("query", ALL, ids=[f"{one.page}-{one.filter}" for one in ALL])
def test_a_query_of_a_page_is_answered_as_it_says(front: RunningFront, query: Query) -> None:
    assert query.preset == query.page
    assert query.expect
    found = ask(front, query)
    if query.typed:
        assert len(found) == 1, "only Erika is meant"
    asked = query.attributes.split()
    for attribute, value in query.expect:
        assert attribute in asked, f"{attribute} is expected but not asked for"
        assert any(one.get(attribute) == [value] for one in found), (attribute, value, found)


def test_every_preset_but_generic_has_a_page_with_a_query() -> None:
    assert {page.stem for page in PAGES} == set(PRESETS) - {"generic"}
    assert {query.page for query in ALL} == {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_is_in_the_index_and_adds_its_own_client(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"[{page.name}]({page.name})" in index
    assert re.search(rf"\| `{page.stem}` \|$", index, re.MULTILINE)
    assert re.findall(r"--preset (\S+)", text) == [page.stem]
    for word in ("HOST", "BASE", "PASSWORD", "636"):
        assert word in text


def test_the_command_of_every_page_adds_its_client(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "data")
    line.ok("init")
    (tmp_path / "people.csv").write_text("id;family_name\n1;Abel\n", encoding="utf-8")
    for source in ("staff", "customers"):
        line.ok("source", "add", source, "--type", "csv", "--set", f"path={tmp_path / 'people.csv'}")
    for page in PAGES:
        (command,) = re.findall(r"^    contact-directory (client add .*)$", page.read_text("utf-8"), re.MULTILINE)
        assert line.ok(*shlex.split(command))["preset"] == page.stem


def test_every_attribute_the_pages_name_is_one_we_answer() -> None:
    for query in ALL:
        for name in (*query.attributes.split(), *query.sort.split(), *re.findall(rf"\(({ATTRIBUTE})=", query.filter)):
            assert schema.attribute(name) is not None, f"{query.page}: {name}"


def test_the_documentation_lists_the_presets() -> None:
    told = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in PRESETS if f"`{name}`" not in told] == []
