"""The front: every route of the look-ups over HTTP, who may ask, and within which time an answer is given."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from directory_server.fronts.telephony import anynode, asked_text, cisco, landis, snom, yealink
from directory_server.fronts.telephony.asking import Asking, Views
from directory_server.fronts.telephony.caller import Caller
from directory_server.fronts.telephony.counts import Counts
from directory_server.fronts.telephony.door import Door, KnownBy, Verify
from directory_server.fronts.telephony.limits import Limits
from directory_server.fronts.telephony.page import Book
from directory_server.fronts.telephony.refusal import TooLarge, refusal
from directory_server.fronts.telephony.workers import Workers
from directory_server.store.rows import Client

Handler: TypeAlias = Callable[[Request, Client], Awaitable[Response]]

_OK, _NOBODY = 200, 404
_TEXT, _JSON, _XML = "text/plain; charset=utf-8", "application/json", "text/xml; charset=utf-8"
_BOOKS: Final[dict[str, Book]] = {"yealink": yealink.BOOK, "snom": snom.BOOK, "cisco": cisco.BOOK}
_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
_PLACE: Final = re.compile(r"[0-9]{1,6}")
_OURS: Final = re.compile(r"/lookup(?:[/.]|\Z)|/phonebook/")


class TelephonyFront:
    """An ASGI application of the routes below `/lookup` and `/phonebook`.

    `verify` and `known_by` tell who asks, `views` what they may see; all run in threads. `clock` is a steady clock in
    seconds. Whatever is asked, no answer waits longer than the limits say.
    """

    def __init__(
        self,
        *,
        verify: Verify,
        known_by: KnownBy,
        views: Views,
        clock: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._asking = Asking(views, self._limits)
        self._door = Door(verify, known_by, self._limits, clock)
        # Apart, so that nobody who browses keeps a ringing phone waiting.
        self._lookups = Workers("lookups", self._limits.threads, self._limits.waiting)
        self._searches = Workers("searches", self._limits.threads, self._limits.waiting)
        self.counts = Counts()
        quick, slow = self._limits.lookup_seconds, self._limits.search_seconds
        self._application = Starlette(
            routes=[
                Route("/lookup/anynode", self._anynode, methods=["POST"]),
                Route("/lookup/landis", self._guarded("landis", slow, self._landis), methods=["POST"]),
                Route("/lookup", self._guarded("text", quick, self._text)),
                Route("/lookup.json", self._guarded("json", quick, self._json)),
                Route("/lookup/{number:path}.json", self._guarded("json", quick, self._json)),
                Route("/lookup/{number:path}", self._guarded("text", quick, self._text)),
                Route("/phonebook/{vendor}-search.xml", self._guarded("form", quick, self._form)),
                Route("/phonebook/{vendor}.xml", self._guarded("phonebook", slow, self._phonebook)),
            ]
        )
        self._application.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        await self._application(scope, receive, send)

    @property
    def waiting(self) -> int:
        """How many addresses that guessed a password are not listened to now."""
        return self._door.waiting

    @staticmethod
    def serves(path: str) -> bool:
        """Whether a path is one of this front's."""
        return _OURS.match(path) is not None

    def close(self) -> None:
        """End the threads."""
        self._door.close()
        self._lookups.close()
        self._searches.close()

    def _guarded(self, kind: str, seconds: float, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def route(request: Request) -> Response:
            try:
                async with asyncio.timeout(seconds):
                    response = await handler(request, await self._asker(request))
            except Exception as error:  # noqa: BLE001 - its type is logged; its message may name contacts
                refused = refusal(error)
                self.counts.add(kind, refused.outcome, refused.error)
                return _answer(refused.status, headers=refused.headers)
            self.counts.add(kind, "found" if response.status_code == _OK else "nobody")
            return response

        return route

    async def _asker(self, request: Request) -> Client:
        address = request.client.host if request.client else ""
        return await self._door.asker(request.headers.get("authorization", ""), address)

    async def _text(self, request: Request, client: Client) -> Response:
        found = await self._caller(client, self._number(request), self._query(request, "called"))
        return _answer(_OK, found.name.encode()) if found.name else _answer(_NOBODY)

    async def _json(self, request: Request, client: Client) -> Response:
        found = await self._caller(client, self._number(request), self._query(request, "called"))
        return _answer(_OK if found.name else _NOBODY, msgspec.json.encode(found.as_json()), _JSON)

    async def _anynode(self, request: Request) -> Response:
        """Answer 200 and let the call go on, whatever happens: an error here would keep a phone from ringing.

        Who is no client is told nothing, in the same way.
        """
        call, name = anynode.Call(), ""
        outcome, error = "nobody", ""
        try:
            async with asyncio.timeout(self._limits.lookup_seconds):
                call = anynode.read(await self._body(request))
                client = await self._asker(request)
                asked = (asked_text.in_path(one, self._limits.number_characters) for one in (call.number, call.called))
                name = (await self._caller(client, *asked)).name
                outcome = "found" if name else "nobody"
        except Exception as fault:  # noqa: BLE001 - see above; its message may name contacts
            refused = refusal(fault)
            outcome, error = refused.outcome, refused.error
        self.counts.add("anynode", outcome, error)
        return _answer(_OK, call.answer(name), _JSON)

    async def _landis(self, request: Request, client: Client) -> Response:
        search = landis.read(await self._body(request))
        return _answer(_OK, msgspec.json.encode(await self._searches.run(self._asking.contacts, client, search)), _JSON)

    async def _phonebook(self, request: Request, client: Client) -> Response:
        book = _BOOKS.get(request.path_params["vendor"])
        if book is None:
            return _answer(_NOBODY)
        text = asked_text.in_query(request.query_params.get("q", ""), self._limits.text_characters).strip()
        text = "" if text == yealink.UNREPLACED else text
        start = request.query_params.get("start", "")
        held = await self._searches.run(self._asking.entries, client, text)
        place = int(start) if _PLACE.fullmatch(start) else 0
        page = book.page(held, place, client.result_limit or self._limits.entries, url=_url(request), text=text)
        return _answer(_OK, book.write(page), _XML)

    async def _form(self, request: Request, client: Client) -> Response:
        del client  # whoever may ask may be asked
        book, url = _BOOKS.get(request.path_params["vendor"]), _url(request).replace("-search.xml", ".xml")
        return _answer(_OK, book.form(url), _XML) if book and book.form and url else _answer(_NOBODY)

    async def _caller(self, client: Client, number: str, called: str) -> Caller:
        return await self._lookups.run(self._asking.caller, client, number, called) if number.strip() else Caller("")

    def _number(self, request: Request) -> str:
        number = request.path_params.get("number")
        if number is None:
            return self._query(request, "number")
        return asked_text.in_path(number, self._limits.number_characters)

    def _query(self, request: Request, name: str) -> str:
        return asked_text.in_query(request.query_params.get(name, ""), self._limits.number_characters)

    async def _body(self, request: Request) -> bytes:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > self._limits.body_bytes:
                raise TooLarge
        return body


def _url(request: Request) -> str:
    """Return the address a phone asked, without its query; "" where it names no host, or none that can be one."""
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}{request.url.path}" if _HOST.fullmatch(host) else ""


def _answer(status: int, body: bytes = b"", media: str = _TEXT, headers: dict[str, str] | None = None) -> Response:
    fixed = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(body, status, {**fixed, **(headers or {})}, media_type=media)
