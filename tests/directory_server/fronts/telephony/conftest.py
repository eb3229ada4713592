"""A front over the sample entries, asked as `sbc`."""

import pytest

from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.telephony import RunningTelephony, add_client, front_of


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with World(tmp_path_factory.mktemp("telephony")) as world:
        sources = fill(world)
        add_client(world, "sbc", sources)
        add_client(world, "Büro", sources, addresses=("127.0.0.0/8",))
        add_client(world, "elsewhere", sources, addresses=("10.0.0.0/8",))
        with RunningTelephony(front_of(world)) as running:
            running.world, running.sources = world, sources
            yield running


@pytest.fixture
def ask(made):
    with made.client() as client:
        yield client
