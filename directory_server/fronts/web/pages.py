"""Pages from templates, in the language the browser asks for."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from directory_server.fronts.web import locale

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def render(request: Request, template: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Return the page; templates get `t` (texts), `language` and the values."""
    language, texts = locale.for_header(request.headers.get("accept-language", ""))
    html = TEMPLATES.get_template(template).render(t=texts, language=language, **values)
    return HTMLResponse(html, status_code=status_code, headers={"content-language": language})
