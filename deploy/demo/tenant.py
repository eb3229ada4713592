"""The demo's tenant: its users, groups and applications, as the local identity issuer reads them."""

from typing import Any, Final

TENANT: Final = "5f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f"
API: Final = "0a6f3a52-5d0e-4d0c-8f6e-6a9a4b1c2d3e"
TAB: Final = "1b7f4b63-6e1f-4e1d-9f7f-7bab5c2d3e4f"
ADMINISTRATION: Final = "2c8f5c74-7f20-4f2e-8a80-8cbc6d3e4f50"
GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
"""Entra's role template id, as it stands in the `wids` claim."""
SALES: Final = "3d9f6d85-8031-403f-9b91-9dcd7e4f5061"
SERVICE: Final = "4ea07e96-9142-4140-8ca2-aede8f506172"
ANNA: Final = "aa000000-0000-4000-8000-000000000001"
BEN: Final = "bb000000-0000-4000-8000-000000000002"
ADMIN: Final = "cc000000-0000-4000-8000-000000000003"


def users(tab_url: str) -> dict[str, Any]:
    """Return the issuer's file: Anna in sales, Ben in service, and the administrator who registers the tenant."""
    return {
        "tenant_id": TENANT,
        "users": [
            {"oid": ANNA, "upn": "anna@nordlicht.example", "name": "Anna Sommer", "groups": [SALES]},
            {"oid": BEN, "upn": "ben@nordlicht.example", "name": "Ben Krüger", "groups": [SERVICE]},
            {
                "oid": ADMIN,
                "upn": "admin@nordlicht.example",
                "name": "Petra Admin",
                "groups": [],
                "wids": [GLOBAL_ADMINISTRATOR],
            },
        ],
        "clients": [
            {"id": TAB, "name": "Contactory", "redirect_uris": [tab_url], "api": API},
            {
                "id": ADMINISTRATION,
                "name": "Contactory administration",
                "redirect_uris": ["http://127.0.0.1/callback"],
                "api": None,
            },
        ],
    }
