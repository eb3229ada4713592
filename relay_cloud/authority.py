"""The identity provider as the registrar asks it: JSON documents over HTTPS."""

import ssl
from typing import Any

import httpx

from relay_cloud.registrar import RegistrationRefused


async def fetch(url: str) -> dict[str, Any]:
    """Return the JSON object at `url`; raises RegistrationRefused (token_invalid, authority_unreachable)."""
    # The operating system's trust store, so that a company's own CA works.
    try:
        async with httpx.AsyncClient(timeout=10, verify=ssl.create_default_context()) as client:
            answer = await client.get(url)
            if answer.is_client_error:
                raise RegistrationRefused("token_invalid", "the identity provider knows no such tenant")
            answer.raise_for_status()
            document = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise RegistrationRefused("authority_unreachable", "the identity provider's keys cannot be read") from error
    if not isinstance(document, dict):
        raise RegistrationRefused("authority_unreachable", "the identity provider's keys are malformed")
    return document
