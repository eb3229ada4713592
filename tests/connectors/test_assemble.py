import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from connectors import assemble
from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind

MADE = {
    Phone: (assemble.phone, (PhoneKind.MOBILE, "0171 1", "direct")),
    Email: (assemble.email, ("a@example.test", PlaceKind.HOME)),
    Address: (assemble.address, (PlaceKind.OTHER, "Weg 1", "79098", "Freiburg", "BW", "DE")),
    Contact: (assemble.contact, tuple(f"value {place}" for place in range(19))),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_assembled_is_what_its_class_makes(kind):
    make, values = MADE[kind]
    made, expected = make(*values), kind(*values)
    assert type(made) is kind
    assert made == expected
    assert (hash(made), repr(made)) == (hash(expected), repr(expected))
    assert copy.copy(made) == pickle.loads(pickle.dumps(made)) == replace(made) == expected  # noqa: S301 - our own
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, "other")


@pytest.mark.parametrize("kind", MADE)
def test_every_field_is_set_and_has_its_class_default(kind):
    make, values = MADE[kind]
    ours = inspect.signature(make).parameters
    theirs = inspect.signature(kind).parameters
    assert [(one.name, one.default) for one in ours.values()] == [(one.name, one.default) for one in theirs.values()]
    assert len(values) == len(theirs)
