import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud.wire import base64url, frame
from relay_cloud.wire.envelope import MAX_MESSAGE, Malformed
from relay_cloud.wire.frame import (
    Ack,
    Drain,
    Keys,
    Kind,
    Probe,
    Probed,
    RefusalCode,
    Refused,
    RequestFrame,
    ResponseFrame,
    Talk,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "wire.json").read_text())
rids = st.binary(min_size=16, max_size=16)
documents = st.dictionaries(st.text(max_size=10), st.integers() | st.text(max_size=20), max_size=5)
talks = st.sampled_from([Kind.HELLO, Kind.CHALLENGE, Kind.PROOF, Kind.OK, Kind.DENIED])
frames = (
    st.builds(RequestFrame, st.binary(min_size=47, max_size=300), st.booleans())
    | st.builds(Probe, st.binary(min_size=47, max_size=300))
    | st.builds(Probed, rids, st.booleans())
    | st.builds(ResponseFrame, st.binary(min_size=50, max_size=300))
    | st.builds(Refused, rids, st.sampled_from(RefusalCode))
    | st.builds(Keys, documents)
    | st.builds(Ack, rids)
    | st.builds(Drain, st.integers(0, 2**32 - 1))
    | st.builds(Talk, talks, documents)
)


@pytest.mark.parametrize("case", VECTORS["frames"], ids=lambda case: case["name"])
def test_frames_of_the_vectors(case: dict[str, Any]) -> None:
    data = base64url.decode(case["bytes"])
    if case["kind"] == "malformed":
        with pytest.raises(Malformed):
            frame.decode(data)
        return
    read = frame.decode(data)
    assert type(read).__name__ == case["kind"]
    assert read.encode() == data
    for name in ("message", "rid"):
        if name in case:
            assert base64url.encode(getattr(read, name)) == case[name]
    for name in ("code", "seconds", "document", "again", "answered"):
        if name in case:
            assert getattr(read, name) == case[name]


@given(frames)
def test_what_is_written_is_read(value: frame.Frame) -> None:
    assert frame.decode(value.encode()) == value


def test_sizes_are_limited() -> None:
    assert frame.decode(RequestFrame(bytes(MAX_MESSAGE)).encode())
    for data in (RequestFrame(bytes(MAX_MESSAGE + 1)).encode(), Keys({"x": "y" * frame.MAX_JSON}).encode()):
        with pytest.raises(Malformed):
            frame.decode(data)


def test_deep_json_is_malformed() -> None:
    with pytest.raises(Malformed):
        frame.decode(b"\x13" + b"[" * 8000)
