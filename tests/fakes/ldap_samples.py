"""The three sample entries of tests/vectors/ldap-clients.tsv, in several ways to write their numbers."""

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.store.rows import Location
from tests.fakes.world import World

SPELLINGS = {
    "e164": ("+4930123456789", "+491701234567", "+49404711"),
    "separated": ("+49 (30) 123456 789", "+49 (170) 1234567", "+49 (40) 4711"),
    "hyphen": ("+49 (30) 123456-789", "+49 (170) 123-4567", "+49 (40) 47-11"),
    "zeros": ("0049 30 123456789", "0049 170 1234567", "0049 40 4711"),
    "national": ("030/123456789", "0170 1234567", "040/4711"),
    "both": ("+49 (0)30 123456789", "+49 (0)170 1234567", "+49 (0)40 4711"),
}


def erika(spelling: str = "e164") -> Contact:
    work, mobile, _ = SPELLINGS[spelling]
    return Contact(
        given_name="Erika",
        family_name="Mustermann",
        display_name="Mustermann, Erika",
        company="Example GmbH",
        phones=(Phone(PhoneKind.WORK, work), Phone(PhoneKind.MOBILE, mobile)),
        emails=(Email("erika@example.com"),),
        addresses=(Address(street="Hauptstr. 1", city="Berlin", postal_code="10117", country="Germany"),),
    )


def juergen(spelling: str = "e164") -> Contact:
    phones = (Phone(PhoneKind.WORK, SPELLINGS[spelling][2]),)
    return Contact(given_name="Jürgen", family_name="Groß", phones=phones)


def john() -> Contact:
    phones = (Phone(PhoneKind.WORK, "503-823-4567"),)
    return Contact(given_name="John", family_name="Smith", phones=phones, emails=(Email("john@example.com"),))


def fill(world: World, spelling: str = "e164") -> dict[str, int]:
    """Put E and J into the source `contacts` and S, whose location is in the United States, into `portland`."""
    contacts = world.source("contacts", Location("DE"))
    portland = world.source("portland", Location("US"))
    world.put(contacts, {"E": erika(spelling), "J": juergen(spelling)})
    world.put(portland, {"S": john()})
    return {"contacts": contacts.id, "portland": portland.id}
