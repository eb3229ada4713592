"""Door: which client asks. By name and password (Basic), or by its address alone where it has no password."""

from collections.abc import Callable
from typing import TypeAlias

from directory_server.fronts.telephony import basic
from directory_server.fronts.telephony.basic import Login
from directory_server.fronts.telephony.doorkeeper import Doorkeeper, Standing
from directory_server.fronts.telephony.limits import Limits
from directory_server.fronts.telephony.workers import Workers
from directory_server.store.rows import Client

Verify: TypeAlias = Callable[[str, str, str], Client | None]
"""Returns the client of a name, password and IP address; None after the same work for any reason."""
KnownBy: TypeAlias = Callable[[str], Client | None]
"""Returns the client that an IP address alone belongs to."""


class NotKnown(Exception):  # noqa: N818 - named as its reader knows it
    """No client asks: neither login nor address is one's."""


class Wait(Exception):  # noqa: N818 - named as its reader knows it
    """This address guessed a password; `seconds` are to pass before a login it never gave before is looked at."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Door:
    """Lets clients in; `clock` is a steady clock in seconds. `verify` and `known_by` run in threads."""

    def __init__(self, verify: Verify, known_by: KnownBy, limits: Limits, clock: Callable[[], float]) -> None:
        self._verify = verify
        self._known_by = known_by
        self._clock = clock
        self._keeper = Doorkeeper(limits)
        # Apart: passwords never seen before cost 30 ms each, and must not keep known clients waiting.
        self._known = Workers("known", limits.threads, limits.waiting)
        self._strangers = Workers("strangers", limits.threads, limits.waiting)

    async def asker(self, authorization: str, address: str) -> Client:
        """Return the client of an `Authorization` header and an IP address; raises NotKnown, Wait, workers.Busy.

        A login counts even where the address alone would be a client's: who shows a wrong password is not let in.
        """
        login = basic.read(authorization)
        if login is None:
            client = await self._known.run(self._known_by, address)
        else:
            client = await self._logged_in(login, address)
        if client is None:
            raise NotKnown
        return client

    async def _logged_in(self, login: Login, address: str) -> Client | None:
        keeper, mark = self._keeper, self._keeper.mark(login, address)
        standing = keeper.standing(mark, self._clock())
        if standing is Standing.WRONG:
            return None
        if standing is Standing.RIGHT:
            return self._judged(await self._known.run(self._verify, login.name, login.password, address), address, mark)
        seconds = keeper.wait(address, mark, self._clock())
        if seconds:
            raise Wait(seconds)
        try:
            found = await self._strangers.run(self._verify, login.name, login.password, address)
        finally:
            keeper.leave(address, mark)
        return self._judged(found, address, mark)

    def _judged(self, client: Client | None, address: str, mark: bytes) -> Client | None:
        if client is None:
            self._keeper.failed(address, mark, self._clock())
        else:
            self._keeper.succeeded(mark)
        return client

    @property
    def waiting(self) -> int:
        """How many addresses that guessed are not listened to now."""
        return self._keeper.waiting(self._clock())

    def close(self) -> None:
        """End the threads."""
        self._known.close()
        self._strangers.close()
