"""The commands by name; each lives in its own file."""

from collections.abc import Callable
from typing import Any

import typer

from directory_server.commands.client import client
from directory_server.commands.doctor import doctor
from directory_server.commands.grant import grant
from directory_server.commands.index import index
from directory_server.commands.init import init
from directory_server.commands.key import key
from directory_server.commands.lookup import lookup
from directory_server.commands.person import person
from directory_server.commands.proxy import proxy
from directory_server.commands.quality import quality
from directory_server.commands.search import search
from directory_server.commands.serve import serve
from directory_server.commands.source import source
from directory_server.commands.status import status
from directory_server.commands.sync import sync
from directory_server.commands.tenant import tenant
from directory_server.commands.token import token
from directory_server.commands.why import why

COMMANDS: dict[str, Callable[..., Any] | typer.Typer] = {
    "init": init,
    "serve": serve,
    "source": source,
    "sync": sync,
    "grant": grant,
    "client": client,
    "person": person,
    "search": search,
    "lookup": lookup,
    "why": why,
    "quality": quality,
    "status": status,
    "doctor": doctor,
    "tenant": tenant,
    "proxy": proxy,
    "key": key,
    "token": token,
    "index": index,
}
