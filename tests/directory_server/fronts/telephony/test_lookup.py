"""Whose number is this, as AudioCodes' call setup rules and anybody who reads JSON ask."""

import base64

import pytest

from tests.servers.telephony import PASSWORD

ERIKA = "Mustermann, Erika"
LOGIN = b"Authorization: Basic " + base64.b64encode(f"sbc:{PASSWORD}".encode())
NUMBERS = [
    "+4930123456789", "004930123456789", "030123456789", "030 123456789", "+49 (30) 123456-789", "030/123456789",
    "tel:+4930123456789", "tel:+49-30-123456789", "sip:+4930123456789@sbc.example.com",
    "sip:+4930123456789@sbc.example.com;user=phone", "sips:030123456789@10.0.0.1:5061", "4930123456789",
    "%2B4930123456789",
]  # fmt: skip
NOBODY = [
    "", " ", "+", "0", "abc", "anonymous", "sip:anonymous@anonymous.invalid", "+49 30 123456788", "*#06#", "☎", "\x00",
    "../../etc/passwd", "' OR 1=1 --", "%", "%zz", "9" * 129, "+4930123456789" + " " * 120, "ü" * 128, "٣" * 20, "/",
]  # fmt: skip


def escaped(text):
    return "".join(f"%{byte:02X}" for byte in text.encode())


@pytest.mark.parametrize("number", NUMBERS)
def test_every_notation_in_a_path_is_answered_with_the_bare_name(ask, number):
    answer = ask.get(f"/lookup/{escaped(number)}")
    assert (answer.status_code, answer.text) == (200, ERIKA)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("number", NUMBERS)
def test_every_notation_in_a_query_is_answered_the_same(ask, number):
    assert ask.get(f"/lookup?number={escaped(number)}").text == ERIKA


@pytest.mark.parametrize("number", NOBODY)
@pytest.mark.parametrize("form", ["/lookup/{}", "/lookup?number={}"])
def test_garbage_is_nobodys_number(ask, form, number):
    answer = ask.get(form.format(escaped(number)))
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    "target",
    [
        b"/lookup/+4930123456789",
        b"/lookup/%2B4930123456789",
        b"/lookup/%2b4930123456789",
        b"/lookup/%252B4930123456789",
        b"/lookup?number=+4930123456789",
        b"/lookup?number=%2B4930123456789",
        b"/lookup?number=%20+4930123456789",
        b"/lookup?number=tel:+4930123456789",
        b"/lookup?number=sip:+4930123456789@sbc.example.com",
        b"/lookup/sip:+4930123456789@sbc.example.com",
        b"/lookup/sip:%2B4930123456789%40sbc.example.com%3Buser%3Dphone",
        b"/lookup/030/123456789",
        b"/lookup/+4930123456789?",
        b"/lookup/+4930123456789?called=+49404711",
    ],
)
def test_a_plus_arrives_in_many_ways(made, target):
    answer = made.raw(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + LOGIN + b"\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), answer
    assert body == ERIKA.encode()


def test_audiocodes_asks_with_html_text_and_http_1_0(made):
    answer = made.raw(b"GET /lookup/%2B491701234567 HTTP/1.0\r\nContent-Type: html/text\r\n" + LOGIN + b"\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (head[9:12], body) == (b"200", ERIKA.encode())


def test_a_blank_is_a_plus_only_where_a_number_follows_it(ask):
    assert ask.get("/lookup?number=+030123456789").text == ERIKA  # a zero: no E.164 number
    assert ask.get("/lookup?number=+30+123456789").status_code == 404  # +30 is Greece


def test_umlauts_are_utf_8(ask):
    assert ask.get("/lookup/+49404711").content == "Jürgen Groß".encode()


def test_json_tells_more(ask):
    answer = ask.get("/lookup/+4930123456789.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    value = answer.json()
    assert list(value) == ["number", "name", "company", "department", "approximate", "contacts", "matches"]
    assert value["number"] == "+4930123456789"
    assert (value["name"], value["company"], value["department"]) == (ERIKA, "Example GmbH", "")
    assert (value["approximate"], value["contacts"]) == (False, 1)
    (match,) = value["matches"]
    assert match["source"] == "contacts"
    assert [one["e164"] for one in match["numbers"]] == ["+4930123456789", "+491701234567"]


def test_json_of_nobody_has_the_same_shape(ask):
    answer = ask.get("/lookup/0301.json")
    assert answer.status_code == 404
    assert answer.json() == {
        "number": "+49301", "name": "", "company": "", "department": "", "approximate": False, "contacts": 0,
        "matches": [],
    }  # fmt: skip
    assert ask.get("/lookup.json?number=garbage").json()["contacts"] == 0
    assert ask.get("/lookup/.json").status_code == 404


def test_other_methods_are_refused(ask):
    assert ask.post("/lookup/+4930123456789").status_code == 405
    assert ask.head("/lookup/+4930123456789").status_code == 200
    assert ask.get("/elsewhere").status_code == 404
