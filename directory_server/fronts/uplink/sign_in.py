"""An administrator's sign-in from this machine: authorization code with PKCE and a loopback redirect.

RFC 6749 section 4.1, RFC 7636 (PKCE), RFC 8252 section 7.3 (loopback redirect). The browser may run anywhere that
reaches this machine's loopback address, so the page it ends on says only whether it worked.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from relay_cloud.wire import base64url

SCOPE = "openid profile"
WAIT_S = 300.0
MAX_REQUEST = 16 * 1024


class SignInFailed(Exception):  # noqa: N818 - named by what happened
    """The sign-in did not yield a code; the text is for the administrator."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in; `verifier` and `state` are fresh random texts, `nonce` binds the id token to the identity key."""

    client_id: str
    redirect: str
    nonce: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    login_hint: str = ""

    def url(self, authorization_endpoint: str) -> str:
        """Return the address the administrator opens."""
        challenge = base64url.encode(hashlib.sha256(self.verifier.encode()).digest())
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect,
            "response_mode": "query",
            "scope": SCOPE,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "select_account",
        }
        if self.login_hint:
            query["login_hint"] = self.login_hint
        joint = "&" if "?" in authorization_endpoint else "?"
        return authorization_endpoint + joint + urlencode(query)

    def code(self, target: str) -> str:
        """Return the code of the callback's request target; raises SignInFailed."""
        query = parse_qs(urlsplit(target).query)
        if not hmac.compare_digest(_one(query, "state").encode(), self.state.encode()):
            raise SignInFailed("the sign-in page answered for another sign-in: try again")
        if "error" in query:
            raise SignInFailed(f"sign-in refused: {_one(query, 'error')}: {_one(query, 'error_description')}"[:300])
        code = _one(query, "code")
        if not code:
            raise SignInFailed("the sign-in page sent no code")
        return code

    def exchange(self, code: str) -> dict[str, str]:
        """Return the form that turns the code into tokens."""
        return {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": self.redirect,
            "code_verifier": self.verifier,
            "scope": SCOPE,
        }


class Callback:
    """The loopback listener; `redirect` is its address, `target` waits for the first callback."""

    def __init__(self, port: int) -> None:
        self.redirect = f"http://127.0.0.1:{port}/callback"
        self._target: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def target(self, wait_s: float = WAIT_S) -> str:
        """Return the callback's request target; raises SignInFailed when none comes in time."""
        try:
            async with asyncio.timeout(wait_s):
                return await self._target
        except TimeoutError as error:
            raise SignInFailed(f"nobody signed in within {wait_s:.0f} s") from error

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one HTTP request; only `GET /callback` counts."""
        try:
            async with asyncio.timeout(10):
                head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            method, target = "", ""
        found = method == "GET" and urlsplit(target).path == "/callback"
        text = "You may close this page and return to the terminal." if found else "Not found."
        status = "200 OK" if found else "404 Not Found"
        body = f"<!doctype html><title>Contactory</title><p>{text}</p>".encode()
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            f"Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode()
            + body
        )
        try:
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            pass  # the browser has what it needs
        if found and not self._target.done():
            self._target.set_result(target)


@asynccontextmanager
async def listening() -> AsyncIterator[Callback]:
    """Listen on a free loopback port for the sign-in's callback."""
    holder: list[Callback] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await holder[0].serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=MAX_REQUEST)
    async with server:
        holder.append(Callback(server.sockets[0].getsockname()[1]))
        yield holder[0]


def _one(query: dict[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]
