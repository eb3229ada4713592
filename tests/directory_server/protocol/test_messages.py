import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.protocol.messages import MAX_TIME, BadMessage, Inner, decode_inner
from relay_cloud.wire import base64url

GOOD: dict[str, Any] = {"iat": 1, "rk": base64url.encode(bytes(32)), "op": "search", "body": {}}


@given(
    st.builds(
        Inner,
        st.integers(0, MAX_TIME),
        st.sampled_from(["search", "people", "person", "whoami"]),
        st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4),
        st.binary(min_size=32, max_size=32),
        st.text(max_size=20),
        st.text(max_size=20),
    )
)
def test_round_trip(inner: Inner) -> None:
    assert decode_inner(inner.encode()) == inner


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"iat": None}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": 1.5}, "iat"),
        ({"iat": -1}, "iat"),
        ({"iat": 10**400}, "iat"),
        ({"op": "delete"}, "operation"),
        ({"op": ["search"]}, "operation"),
        ({"body": []}, "body"),
        ({"rk": None}, "rk"),
        ({"rk": "AAAA"}, "rk"),
        ({"rk": "!"}, "rk"),
        ({"tok": 7}, "tok"),
        ({"usr": "oid"}, "usr"),
        ({"usr": {"oid": 7}}, "usr"),
    ],
)
def test_the_wrong_part_is_named_and_not_quoted(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BadMessage, match=said):
        decode_inner(json.dumps({**GOOD, **changed}).encode())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"7", b"[" * 50_000])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(BadMessage):
        decode_inner(content)


def test_secrets_and_personal_data_stay_out_of_the_repr() -> None:
    shown = repr(Inner(1, "search", {"text": "müller"}, b"k" * 32, token="eyJhbGciOi", user="oid-7"))
    assert not [text for text in ("kkk", "eyJ", "müller", "oid-7") if text in shown]


def test_half_a_surrogate_pair_travels_as_a_question_mark() -> None:
    assert decode_inner(Inner(1, "search", {"text": "x\ud83d"}, bytes(32)).encode()).body == {"text": "x?"}
