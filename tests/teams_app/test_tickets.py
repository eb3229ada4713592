from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire.envelope import SenderClass
from teams_app import tickets

TID = UUID("5f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f")


@pytest.mark.parametrize(("sender", "name"), [(SenderClass.TAB, "tab"), (SenderClass.SERVICE, "svc")])
def test_ticket_names_tenant_class_and_ten_minutes_but_no_user(sender: SenderClass, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    ticket = tickets.issue(key, TID, sender, now=1_000_000.9)
    claims = jwt.decode(ticket.text, key.public_key(), algorithms=["ES256"], options={"verify_exp": False})
    assert claims == {"tid": str(TID), "exp": 1_000_600, "cls": name}
    assert ticket.expires == 1_000_600
    assert ticket.text not in repr(ticket)
