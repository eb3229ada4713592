from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import credential
from relay_cloud.wire.credential import CredentialRefused

KEY = ec.derive_private_key(21, ec.SECP256R1())
TID = UUID(int=9)
CLAIMS: dict[str, Any] = {"tid": str(TID), "cnf": {"jkt": "t"}, "epoch": 2, "iat": 100, "exp": 200}


def signed(**changed: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    return jwt.encode(claims, KEY, algorithm="ES256")


def test_an_issued_credential_holds_for_thirty_days() -> None:
    text = credential.issue(KEY, tid=TID, thumbprint="t", epoch=2, now=100)
    checked = credential.check(text, KEY.public_key(), 100)
    assert (checked.tid, checked.thumbprint, checked.epoch) == (TID, "t", 2)
    assert checked.expires - checked.issued == 30 * 86400
    with pytest.raises(CredentialRefused) as refused:
        credential.check(text, KEY.public_key(), checked.expires)
    assert refused.value.code == "credential_expired"


@pytest.mark.parametrize(
    "changed",
    [{name: None} for name in CLAIMS]
    + [{"tid": "x"}, {"cnf": "t"}, {"cnf": {}}, {"epoch": "x"}, {"exp": "x"}, {"epoch": None}],
)
def test_wrong_claims_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(CredentialRefused):
        credential.check(signed(**changed), KEY.public_key(), 150)


@pytest.mark.parametrize("text", [None, 7, "", "a.b.c", "x" * 5000, jwt.encode(CLAIMS, "k" * 40, algorithm="HS256")])
def test_other_texts_are_refused(text: object) -> None:
    with pytest.raises(CredentialRefused) as refused:
        credential.check(text, KEY.public_key(), 150)
    assert refused.value.code == "credential_invalid"
