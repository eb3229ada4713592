"""Which relay instances have a line of ours."""

import pytest

from directory_server.fronts.uplink.instances import Instances, SameInstance


def test_no_two_lines_are_at_one_instance() -> None:
    instances, one, two = Instances(), object(), object()
    instances.claim(one, "a")
    with pytest.raises(SameInstance):
        instances.claim(two, "a")
    instances.claim(two, "b")
    instances.claim(one, "a")
    instances.release(one)
    instances.release(one)
    instances.claim(two, "a")
    instances.claim(one, "b")
