"""Phone books as the phones of Yealink, Snom and Cisco read them."""

import base64
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.fronts.telephony import cisco, snom, yealink
from directory_server.fronts.telephony.entry import Entry
from directory_server.fronts.telephony.shown import shown
from directory_server.store.rows import FieldGroup, Location, NumberFormat
from tests.fakes.world import World
from tests.servers.telephony import PASSWORD, RunningTelephony, add_client, front_of

ROOTS = {"yealink": "YealinkIPPhoneDirectory", "snom": "SnomIPPhoneDirectory", "cisco": "CiscoIPPhoneDirectory"}
HARD = "Müller & Söhne <\"GmbH\"> 'x'\r\n\x00\x1b\u2028]]>"
SHOWN = "Müller & Söhne <\"GmbH\"> 'x' ]]>"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with World(tmp_path_factory.mktemp("books")) as world:
        source = world.source("crm", Location("DE"))
        world.put(source, {
            "z": Contact(display_name="Zoe", phones=(
                Phone(PhoneKind.HOME, "089 5551"), Phone(PhoneKind.MOBILE, "0171 5552"),
                Phone(PhoneKind.FAX, "089 5553"),
            )),
            "a": Contact(display_name=HARD, phones=(Phone(PhoneKind.WORK, "089/123456-12"),)),
            "n": Contact(display_name="Nobody", phones=()),
            "f": Contact(display_name="Fax only", phones=(Phone(PhoneKind.FAX, "089 777"),)),
            **{f"m{at:03}": Contact(given_name=f"Max{at:03}", family_name="Many",
                                    phones=(Phone(PhoneKind.WORK, f"030 44{at:03}"),)) for at in range(150)},
        })  # fmt: skip
        add_client(world, "sbc", {"crm": source.id})
        add_client(world, "us", {"crm": source.id}, location=Location("US"))
        add_client(world, "few", {"crm": source.id}, result_limit=5)
        add_client(world, "desk", {"crm": source.id}, location=Location("DE", "89", "123456", 2, "0"),
                   number_format=NumberFormat.DIALABLE)  # fmt: skip
        add_client(world, "names", {"crm": source.id}, fields=frozenset({FieldGroup.NAME}))
        with RunningTelephony(front_of(world)) as made:
            yield made


@pytest.fixture
def ask(running):
    with running.client() as client:
        yield client


def parsed(content):
    return ET.fromstring(content)  # noqa: S314 - our own answer


def read(answer, vendor):
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = parsed(answer.content)
    assert root.tag == ROOTS[vendor]
    return root


def rows(root):
    return [
        (entry.findtext("Name"), [one.text for one in entry.findall("Telephone")])
        for entry in root.findall("DirectoryEntry")
    ]


@pytest.mark.parametrize("vendor", ROOTS)
def test_a_search_finds_names_and_numbers(ask, vendor):
    for text in ("söhne", "+4989123456", "08912345612", " 4989123456"):
        found = rows(read(ask.get(f"/phonebook/{vendor}.xml", params={"q": text}), vendor))
        assert found == [(SHOWN, ["+498912345612"])], text
    assert rows(read(ask.get(f"/phonebook/{vendor}.xml", params={"q": "nothing"}), vendor)) == []


@pytest.mark.parametrize("vendor", ROOTS)
def test_the_list_is_in_order_of_names_without_those_that_cannot_be_called(ask, vendor):
    found = rows(read(ask.get(f"/phonebook/{vendor}.xml"), vendor))
    assert found[0] == ("Max000 Many", ["+493044000"])
    names = [name for name, _numbers in found]
    assert "Nobody" not in names
    assert "Fax only" not in names
    assert len(found) == {"yealink": 152, "snom": 100, "cisco": 32}[vendor]


def test_yealink_lists_all_numbers_of_a_contact(ask):
    root = read(ask.get("/phonebook/yealink.xml?q=zoe"), "yealink")
    assert rows(root) == [("Zoe", ["+491715552", "+49895551"])]
    assert [one.get("label") for one in root.iter("Telephone")] == ["Mobil", "Privat"]
    assert len(rows(read(ask.get("/phonebook/yealink.xml?q=%23SEARCH"), "yealink"))) == 152


@pytest.mark.parametrize("vendor", ["snom", "cisco"])
def test_others_get_an_entry_for_each_number(running, ask, vendor):
    assert rows(read(ask.get(f"/phonebook/{vendor}.xml?q=zoe"), vendor)) == [
        ("Zoe (Mobil)", ["+491715552"]),
        ("Zoe (Privat)", ["+49895551"]),
    ]
    with running.client("us") as american:
        names = [name for name, _ in rows(read(american.get(f"/phonebook/{vendor}.xml?q=zoe"), vendor))]
    assert names == ["Zoe (Mobile)", "Zoe (Home)"]


def test_cisco_pages_through_all_entries_by_its_softkey(ask):
    url, seen, pages = "/phonebook/cisco.xml?q=many", [], 0
    while url:
        root = read(ask.get(url), "cisco")
        assert len(root.findall("DirectoryEntry")) <= 32
        seen += [name for name, _ in rows(root)]
        pages += 1
        keys = {key.findtext("Name"): key.findtext("URL") for key in root.findall("SoftKeyItem")}
        assert [key.findtext("Position") for key in root.findall("SoftKeyItem")] == list("1234"[: len(keys)])
        assert (keys["Dial"], keys["EditDial"], keys["Exit"]) == ("SoftKey:Dial", "SoftKey:EditDial", "SoftKey:Exit")
        url = keys.get("Next")
    assert (len(seen), len(set(seen)), pages) == (150, 150, 5)
    assert root.findtext("Prompt") == "Entries 129 to 150"
    assert [child.tag for child in root][:3] == ["Title", "Prompt", "DirectoryEntry"]


@pytest.mark.parametrize("start", ["-1", "x", "", "999999", "9999999999999999999", "²", "1e3"])
def test_any_start_is_answered(ask, start):
    found = rows(read(ask.get("/phonebook/cisco.xml", params={"start": start}), "cisco"))
    assert len(found) == (0 if start == "999999" else 32)


@pytest.mark.parametrize("host", ["a b", "x/y", '"', "<x>", "ü", "x:y", "", "x" * 300 + "\x7f"])
def test_a_host_that_is_none_makes_no_address(running, host):
    login = "Authorization: Basic " + base64.b64encode(f"sbc:{PASSWORD}".encode()).decode()
    asked = f"GET /phonebook/cisco.xml HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{login}\r\n\r\n".encode()
    answer = running.raw(asked)
    assert b"Next" not in answer
    assert answer[9:12] in {b"200", b"400"}


def test_forms_ask_for_a_text_and_lead_to_the_book(ask):
    form = parsed(ask.get("/phonebook/cisco-search.xml").content)
    assert form.tag == "CiscoIPPhoneInput"
    assert form.findtext("InputItem/QueryStringParam") == "q"
    url = f"{form.findtext('URL')}?q=zoe"
    assert len(rows(read(ask.get(url), "cisco"))) == 2
    form = parsed(ask.get("/phonebook/snom-search.xml").content)
    assert form.tag == "SnomIPPhoneInput"
    url = form.findtext("Url").replace(form.findtext("InputItem/InputToken"), "zoe")
    assert len(rows(read(ask.get(url), "snom"))) == 2
    assert ask.get("/phonebook/yealink-search.xml").status_code == 404
    assert ask.get("/phonebook/other.xml").status_code == 404


def test_the_client_has_a_limit_of_its_own_and_sees_its_fields_only(running):
    with running.client("few") as few:
        assert [len(rows(read(few.get(f"/phonebook/{vendor}.xml"), vendor))) for vendor in ROOTS] == [5, 5, 5]
    with running.client("names") as names:
        assert [rows(read(names.get(f"/phonebook/{vendor}.xml"), vendor)) for vendor in ROOTS] == [[], [], []]


def test_the_last_page_is_the_last():
    held = [Entry(f"n{at}", (("Mobile", "1"),)) for at in range(64)]
    pages = [cisco.BOOK.page(held, start, 1000, url="http://x/y") for start in (0, 32, 64)]
    assert [(len(page.entries), page.more, bool(page.next)) for page in pages] == [
        (32, True, True), (32, False, False), (0, False, False),
    ]  # fmt: skip
    assert cisco.BOOK.page(held, 0, 10, url="http://x/y").next == "http://x/y?q=&start=10"


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_escaped(name, number, text):
    entry = Entry(shown(name, 256) or "x", (("Mobile", shown(number, 256) or "1"),))
    for book in (yealink.BOOK, snom.BOOK, cisco.BOOK):
        page = book.page([entry, entry], 0, 1, url="http://host/a", text=text.encode("utf-8", "ignore").decode())
        root = parsed(book.write(page))
        assert rows(root) == [(entry.name, [entry.numbers[0][1]])]
        following = [key.findtext("URL") for key in root.findall("SoftKeyItem") if key.findtext("Name") == "Next"]
        for url in following:
            assert parse_qs(urlsplit(url).query, keep_blank_values=True) == {"q": [page.text], "start": ["1"]}


def test_numbers_stand_as_the_clients_phone_dials_them(ask):
    found = {
        user: rows(read(ask.get(f"/phonebook/yealink.xml?q={text}", auth=(user, PASSWORD)), "yealink"))
        for user, text in (("sbc", "zoe"), ("desk", "zoe"))
    }
    assert found["sbc"] == [("Zoe", ["+491715552", "+49895551"])]
    assert found["desk"] == [("Zoe", ["001715552", "00895551"])]
    answer = read(ask.get("/phonebook/yealink.xml?q=muller", auth=("desk", PASSWORD)), "yealink")
    assert rows(answer)[0][1] == ["12"]
