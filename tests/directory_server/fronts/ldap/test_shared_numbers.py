"""The policy for shared numbers in callers' look-ups, asked with OpenLDAP's ldapsearch."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.store.rows import SharedNumbers
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

pytestmark = pytest.mark.server
NUMBER = "+498984079812"


def person(given_name: str, family_name: str, kind: PhoneKind = PhoneKind.WORK, number: str = NUMBER) -> Contact:
    phones = (Phone(kind, number), Phone(PhoneKind.WORK, "+49301234567"))
    return Contact(given_name=given_name, family_name=family_name, company="Acme GmbH", phones=phones)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    with World(tmp_path_factory.mktemp("shared")) as world:
        crm = world.source("crm")
        people = {
            "1": person("Anna", "Abel"),
            "2": person("Bert", "Bebel"),
            "3": person("Carl", "Cebel", PhoneKind.MOBILE),
        }
        world.put(crm, people | {"4": person("Dora", "Debel", number=NUMBER + "3")})
        with RunningFront(world) as front:
            for policy in SharedNumbers:
                front.add_client(policy, {"crm": crm.id}, shared_numbers=policy)
            yield front


def ldapsearch(front: RunningFront, client: str, text: str, *attributes: str, control: str = "") -> list[str]:
    command = ["ldapsearch", "-LLL", "-x", "-o", "ldif-wrap=no", "-H", front.url, "-D", client, "-w", PASSWORD]
    done = subprocess.run(
        [*command, *(["-E", control] if control else []), "-b", "dc=contacts", text, *attributes],
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    return re.findall(r"^(?!dn:)\S+: (.*)$", done.stdout, re.MULTILINE)


FILTERS = (
    "(telephoneNumber=+498984079812)",
    "(telephoneNumber=08984079812)",
    "(&(objectClass=person)(|(telephoneNumber=08984079812)(mobile=08984079812)))",
    "(|(mobile=+498984079812)(telephoneNumber=+498984079812)(homePhone=+498984079812))",
    "(metaSearchNumber=+498984079812)",
    "(telephoneNumber=4*9*8*9*8*4*0*7*9*8*1*2)",  # AudioCodes' star form
    "(telephoneNumber=+498984079812*)",  # … and its number with a star behind
    "(|(telephoneNumber=+498984079812)(roomNumber=x)(description=*x*))",  # only a scan can tell
)


CONTROLS = ("", "!sss=cn", "!pr=1/noprompt")


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("text", FILTERS)
def test_a_company_stands_for_the_persons_on_the_number(running: RunningFront, text: str, control: str) -> None:
    assert ldapsearch(running, "company", text, "displayName", control=control) == ["Acme GmbH (3 contacts)"]
    names = ldapsearch(running, "company", text, control=control)
    assert not {"Anna", "Abel", "Bert", "Carl", "+49301234567"} & set(" ".join(names).split())


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("text", FILTERS)
def test_nothing_is_said_where_it_is_ambiguous(running: RunningFront, text: str, control: str) -> None:
    assert ldapsearch(running, "only-if-unambiguous", text, "displayName", control=control) == []


@pytest.mark.parametrize("text", FILTERS)
def test_without_a_policy_all_come(running: RunningFront, text: str) -> None:
    found = set(ldapsearch(running, "priority", text, "givenName"))
    assert {"Anna", "Bert"} <= found <= {"Anna", "Bert", "Carl", "Dora"}


def test_the_number_comes_back_as_it_was_asked(running: RunningFront) -> None:
    asked = ldapsearch(running, "company", "(telephoneNumber=0049 89 84079812)", "telephoneNumber", "mobile")
    assert asked == ["0049 89 84079812", "+498984079812"]


@pytest.mark.parametrize("client", list(SharedNumbers))
def test_a_number_of_one_person_and_a_search_by_name_are_answered_as_ever(running: RunningFront, client: str) -> None:
    assert ldapsearch(running, client, "(telephoneNumber=+4989840798123)", "givenName") == ["Dora"]
    assert ldapsearch(running, client, "(sn=abel*)", "givenName", "telephoneNumber") == [
        "Anna", NUMBER, "+49301234567",
    ]  # fmt: skip
    assert set(ldapsearch(running, client, "(telephoneNumber=+4989840*)", "givenName")) >= {"Anna", "Bert", "Dora"}
