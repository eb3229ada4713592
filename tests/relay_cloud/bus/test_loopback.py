import asyncio
from uuid import UUID

import pytest

from relay_cloud.bus.bus import Bus, Line
from relay_cloud.bus.loopback import Loopback
from relay_cloud.exchange import Exchange
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire.credential import Credential

pytestmark = pytest.mark.anyio
TID, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def line(epoch: int = 1, tid: UUID = TID) -> tuple[Line, list[bytes]]:
    sent: list[bytes] = []
    return Line(Credential(tid, "t", epoch, 0, 1), Exchange(sent.append, 4)), sent


async def test_the_newest_line_with_keys_gets_the_requests() -> None:
    bus: Bus = Loopback()
    with pytest.raises(Failed) as failed:
        await bus.ask(TID, b"r", b"m", 1)
    assert failed.value.outcome is Outcome.NO_DIRECTORY
    (old, to_old), (new, to_new) = line(), line(2)
    bus.attach(old)
    assert bus.keys(TID) is None
    old.keys = {"k": 1}
    bus.attach(new)
    assert bus.keys(TID) == {"k": 1}, "a line without keys does not serve yet"
    new.keys = {"k": 2}
    asking = asyncio.create_task(bus.ask(TID, b"r", b"m", 1))
    await asyncio.sleep(0)
    assert (len(to_old), len(to_new)) == (0, 1)
    new.exchange.answer(b"r", b"yes")
    assert await asking == b"yes"
    assert bus.keys(OTHER) is None
    assert bus.newest_epoch(TID) == 2
    bus.detach(new)
    bus.detach(new)
    assert (bus.keys(TID), bus.newest_epoch(TID), bus.lines()) == ({"k": 1}, 1, [old])
    bus.detach(old)
    assert (bus.newest_epoch(TID), bus.lines()) == (0, [])
