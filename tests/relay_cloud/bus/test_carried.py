"""What relays say to each other: written and read, and nothing but errors for anything else."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud.bus import carried
from relay_cloud.bus.carried import Kind, Round, Said, Verdict
from relay_cloud.outcomes import Outcome
from relay_cloud.wire.envelope import Malformed

TID, RID = UUID(int=1), bytes(range(16))


@given(st.sampled_from(Verdict), st.binary(max_size=100))
def test_what_is_said_is_read(verdict: Verdict, content: bytes) -> None:
    said = Said(verdict, content)
    assert carried.decode_said(said.encode()) == said


@given(st.sampled_from(Outcome), st.booleans())
def test_an_outcome_arrives_by_its_name(outcome: Outcome, confirmed: bool) -> None:
    said = carried.decode_said(carried.failed(outcome, confirmed=confirmed).encode())
    assert said.outcome is outcome
    assert (said.verdict is Verdict.FAILED) is confirmed
    assert Said(Verdict.FAILED, b"of a later version").outcome is Outcome.LINE_LOST
    assert Said(Verdict.FAILED, b"\xff").outcome is Outcome.LINE_LOST


@given(st.integers(0, 2**64 - 1), st.binary(max_size=100))
def test_what_all_holders_hear(epoch: int, message: bytes) -> None:
    assert carried.decode_everybody(carried.epoch(epoch)) == (Kind.EPOCH, epoch.to_bytes(8, "big"))
    assert carried.decode_everybody(carried.again(message)) == (Kind.AGAIN, message)


@given(st.binary(max_size=20))
def test_anything_else_is_malformed_or_read_whole(payload: bytes) -> None:
    for decode, prefix in ((carried.decode_said, 1), (carried.decode_everybody, 1)):
        try:
            decode(payload)
        except Malformed:
            assert not payload or payload[0] > len(Verdict) - 1 or payload[0] in (0, Kind.EPOCH)
        else:
            assert len(payload) >= prefix


def test_subjects_are_tokens_of_their_own() -> None:
    names = [
        carried.requests(TID, b"k" * 8),
        carried.everybody(TID),
        carried.reply("i", Round.FIRST, RID),
        carried.reply("i", Round.AGAIN, RID),
        carried.keys_reply("i", 1),
    ]
    assert len(set(names)) == len(names)
    assert carried.replies("i") == "r.i.*"
    assert all(name.startswith("r.i.") and name.count(".") == 2 for name in names[2:])


@pytest.mark.parametrize("payload", [b"", b"\x09", b"\x03\x00"])
def test_errors(payload: bytes) -> None:
    with pytest.raises(Malformed):
        carried.decode_everybody(payload)
