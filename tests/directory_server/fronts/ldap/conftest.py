"""A front over the sample entries, with and without TLS."""

from collections.abc import Iterator

import pytest

from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import RunningFront, certificate_files


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    folder = tmp_path_factory.mktemp("front")
    with World(folder) as world:
        sources = fill(world)
        with RunningFront(world, tls=certificate_files(folder)) as front:
            front.add_client("sbc", sources)
            front.add_client("Büro, Nord", sources, base_dn="o=Acme")
            yield front
