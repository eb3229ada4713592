"""anynode asks before every call: whatever it sends, it is told to go on, and the input comes back as it came."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.fronts.telephony import anynode
from tests.servers.telephony import RunningTelephony, front_of

PATH = "/lookup/anynode"
ERIKA = {"dialString": "+4930123456789", "displayName": ""}
GARBAGE = [
    b"", b"null", b"[]", b"3", b'"x"', b"{", b"{}", b"\xff\xfe", b'{"sourceAddress":null}', b'{"sourceAddress":3}',
    b'{"sourceAddress":[]}', b'{"sourceAddress":{}}', b'{"sourceAddress":{"dialString":null}}',
    b'{"sourceAddress":{"dialString":["+4930123456789"]}}', b'{"sourceAddress":{"dialString":4930123456789}}',
    b'{"sourceAddress":{"dialString":"\\ud800"}}', b'{"sourceAddress":{"dialString":"' + b"9" * 500 + b'"}}',
    b"[" * 16000, b'{"sourceAddress":' + b"[" * 8000, b'{"sourceAddress":{"displayName":1e999}}',
    b'{"sourceAddress":{"dialString":"1"},"destinationAddress":"x"}', b'{"sourceAddress":NaN}',
    b"\xef\xbb\xbf{}", "ü".encode("utf-16"),
]  # fmt: skip


def test_a_hit_sets_the_display_name_and_nothing_else(ask):
    answer = ask.post(PATH, json={"sourceAddress": {**ERIKA, "more": [1, {"a": None}]}, "other": 1})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {
        "routeContinue": True,
        "sourceAddress": {**ERIKA, "displayName": "Mustermann, Erika", "more": [1, {"a": None}]},
    }


def test_nobody_goes_on_as_it_came(ask):
    source = {"dialString": "+4930999", "displayName": "from the PSTN"}
    assert ask.post(PATH, json={"sourceAddress": source}).json() == {"routeContinue": True, "sourceAddress": source}


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_never_blocks_a_call(ask, body):
    answer = ask.post(PATH, content=body)
    assert answer.status_code == 200
    assert answer.json()["routeContinue"] is True


def test_a_body_that_is_too_long_or_never_ends_goes_on(made, ask):
    answer = ask.post(PATH, content=b" " * 17_000)
    assert (answer.status_code, answer.json()) == (200, {"routeContinue": True})
    chunks = ask.post(PATH, content=iter([b'{"sourceAddress"'] * 3000))
    assert (chunks.status_code, chunks.json()) == (200, {"routeContinue": True})


@pytest.mark.parametrize("login", [("", ""), ("sbc", "wrong"), ("nobody", "x"), ("elsewhere", None)])
def test_who_is_no_client_is_told_nothing_and_blocks_nothing(made, login):
    before = sum(count for (kind, how), count in made.front.counts.of.items() if how in {"unknown", "wait"})
    name, password = login
    with made.client(name, **({} if password is None else {"password": password})) as client:
        start = time.monotonic()
        for _ in range(3):
            answer = client.post(PATH, json={"sourceAddress": ERIKA})
            assert (answer.status_code, answer.json()) == (200, {"routeContinue": True, "sourceAddress": ERIKA})
        assert time.monotonic() - start < 3  # no answer waits for a guess to be punished
    counted = sum(count for (kind, how), count in made.front.counts.of.items() if how in {"unknown", "wait"})
    assert counted == before + 3


@pytest.mark.parametrize("error", [RuntimeError("Erika"), TimeoutError(), KeyError("x"), MemoryError()])
def test_an_error_inside_blocks_nothing(made, error, caplog):
    def broken(_name, _called):
        raise error

    with RunningTelephony(front_of(made.world, views=broken)) as running, running.client() as client:
        answer = client.post(PATH, json={"sourceAddress": ERIKA})
        assert (answer.status_code, answer.json()) == (200, {"routeContinue": True, "sourceAddress": ERIKA})
    assert "Erika" not in caplog.text
    assert "4930123456789" not in caplog.text


def test_what_is_too_slow_blocks_nothing(made):
    with RunningTelephony(front_of(made.world, views=slow, limits=None)) as running, running.client() as client:
        client.get("/lookup/abc")  # the first password costs its time
        running.front._limits = type(running.front._limits)(lookup_seconds=0.2)
        start = time.monotonic()
        answer = client.post(PATH, json={"sourceAddress": ERIKA})
        assert time.monotonic() - start < 1
        assert (answer.status_code, answer.json()) == (200, {"routeContinue": True, "sourceAddress": ERIKA})
        assert running.front.counts.of["anynode", "late"] == 1


def slow(_name, _called):
    time.sleep(1.5)
    raise AssertionError("nobody waits for this")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("sourceAddress", "destinationAddress", "dialString", "displayName", "x")
BODIES = st.dictionaries(
    st.sampled_from(NAMES), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4) | JSON, max_size=4
) | JSON  # fmt: skip


@given(st.binary(max_size=300), st.text(max_size=50))
def test_any_bytes_are_read_and_answered(body, name):
    assert json.loads(anynode.read(body).answer(name))["routeContinue"] is True


@settings(max_examples=300)
@given(BODIES, st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_any_json_comes_back_as_it_came_but_for_the_name(asked, name):
    call = anynode.read(json.dumps(asked).encode())
    source = asked.get("sourceAddress") if isinstance(asked, dict) else None
    same = {"routeContinue": True} if not isinstance(asked, dict) or "sourceAddress" not in asked else {
        "routeContinue": True, "sourceAddress": source}  # fmt: skip
    assert json.loads(call.answer()) == same
    assert call.number == (source.get("dialString") if isinstance(source, dict) else "") or call.number == ""
    if name and isinstance(source, dict):
        assert json.loads(call.answer(name))["sourceAddress"] == {**source, "displayName": name}
