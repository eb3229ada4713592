from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud.wire.envelope import (
    MAX_DEADLINE_MS,
    MAX_MESSAGE,
    Malformed,
    Request,
    Response,
    SenderClass,
    Status,
    decode_request,
    decode_response,
)


def fixed(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


requests = st.builds(
    Request, st.uuids(), fixed(16), fixed(8), st.integers(1, MAX_DEADLINE_MS), st.sampled_from(SenderClass),
    st.binary(min_size=1, max_size=200),
)  # fmt: skip
responses = st.builds(Response, fixed(16), st.sampled_from(Status), fixed(32), st.binary(min_size=1, max_size=200))


@given(requests)
def test_a_request_round_trips(request: Request) -> None:
    assert decode_request(request.encode()) == request


@given(responses)
def test_a_response_round_trips(response: Response) -> None:
    assert decode_response(response.encode()) == response


def test_sizes_are_limited() -> None:
    largest = Request(UUID(int=1), bytes(16), bytes(8), 1, SenderClass.TAB, bytes(MAX_MESSAGE - 46))
    assert decode_request(largest.encode()) == largest
    for message in (largest.encode() + b"\0", largest.encode()[:46]):
        with pytest.raises(Malformed):
            decode_request(message)
    response = Response(bytes(16), Status.OK, bytes(32), bytes(MAX_MESSAGE - 49))
    assert decode_response(response.encode()) == response
    for message in (response.encode() + b"\0", response.encode()[:49]):
        with pytest.raises(Malformed):
            decode_response(message)
