"""What tests of the index begin with."""

import pytest

from tests.fakes.world import World, named


@pytest.fixture
def world(tmp_path):
    """Give Anna and Berta, who are contacts 1 and 2 of the source `crm`."""
    with World(tmp_path) as made:
        made.crm = made.source("crm")
        made.put(made.crm, {"1": named("Anna"), "2": named("Berta")})
        yield made
