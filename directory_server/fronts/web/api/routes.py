"""The API's routes: search, look-up, why and quality as JSON, for the admin pages. Every one needs a token.

The asked texts stand in the query: the web front writes no access log, and nothing of them is logged elsewhere.
"""

import threading
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi import Path as InPath
from fastapi.responses import JSONResponse

from directory_server.fronts.web.api.guard import Guard
from directory_server.fronts.web.api.questions import Questions
from directory_server.store.errors import NotFound

LONGEST_TEXT: Final = 256
LONGEST_NAME: Final = 128
MOST_GROUPS: Final = 500
MOST_HITS: Final = 200
MOST_EXAMPLES: Final = 100
MOST_HOURS: Final = 24 * 366
_BAD, _NONE, _BUSY = 400, 404, 503

Text = Annotated[str, Query(max_length=LONGEST_TEXT)]
Name = Annotated[str, Query(max_length=LONGEST_NAME)]
Oid = Annotated[str, Query(alias="as", max_length=LONGEST_NAME)]
Groups = Annotated[str, Query(max_length=MOST_GROUPS * 40)]
Hits = Annotated[int, Query(ge=1, le=MOST_HITS)]


def router(questions: Questions, guard: Guard) -> APIRouter:
    """Return the routes under `/api`."""
    routes = APIRouter(prefix="/api", dependencies=[Depends(guard)])
    reporting = threading.Lock()

    @routes.get("/search")
    def search(text: Text, oid: Oid = "", groups: Groups = "", limit: Hits = 20) -> JSONResponse:
        return _answer(questions.search(text, oid=oid, groups=_listed(groups), limit=limit))

    @routes.get("/lookup/{number:path}")
    def lookup(
        number: Annotated[str, InPath(max_length=LONGEST_TEXT)], client: Name = "", called: Text = ""
    ) -> JSONResponse:
        return _answer(_known(lambda: questions.lookup(number, client=client, called=called)))

    @routes.get("/why")
    def why(
        *,
        text: Text = "",
        oid: Oid = "",
        groups: Groups = "",
        client: Name = "",
        contact: Annotated[int | None, Query(ge=1)] = None,
        limit: Hits = 20,
    ) -> JSONResponse:
        if bool(text) == (contact is not None) or (client and (oid or groups)):
            raise HTTPException(_BAD, "ask a text or a contact, as a client or as a user with groups")
        if contact is not None:
            found = questions.provenance(contact)
            if found is None:
                raise HTTPException(_NONE, "there is no contact with this id")
            return _answer(found)
        named = _listed(groups)
        return _answer(_known(lambda: questions.why(text, oid=oid, groups=named, client=client, limit=limit)))

    @routes.get("/quality")
    def quality(
        source: Name = "",
        limit: Annotated[int, Query(ge=0, le=MOST_EXAMPLES)] = 5,
        stale_hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 26,
    ) -> JSONResponse:
        if not reporting.acquire(blocking=False):
            raise HTTPException(_BUSY, "a report is being made", {"retry-after": "10"})
        try:
            return _answer(_known(lambda: questions.quality(source, limit=limit, stale_hours=stale_hours)))
        finally:
            reporting.release()

    return routes


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))[:MOST_GROUPS]


def _known(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the answer; what the question names and nobody knows is a 404 that says so."""
    try:
        return ask()
    except NotFound as error:
        raise HTTPException(_NONE, str(error)) from None


def _answer(value: dict[str, Any]) -> JSONResponse:
    return JSONResponse(value, headers={"cache-control": "no-store"})
