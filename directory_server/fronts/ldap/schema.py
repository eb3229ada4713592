"""The attributes and object classes this directory speaks (RFC 4512 §4), as data, and the subschema made of them."""

from dataclasses import dataclass
from enum import Enum

TEXT = "1.3.6.1.4.1.1466.115.121.1.15"
PHONE = "1.3.6.1.4.1.1466.115.121.1.50"
DN = "1.3.6.1.4.1.1466.115.121.1.12"
OID = "1.3.6.1.4.1.1466.115.121.1.38"
INTEGER = "1.3.6.1.4.1.1466.115.121.1.27"
TIME = "1.3.6.1.4.1.1466.115.121.1.24"


class Kind(Enum):
    """How values of an attribute are compared."""

    TEXT = ("caseIgnoreMatch", "caseIgnoreSubstringsMatch", "caseIgnoreOrderingMatch", TEXT)
    PHONE = ("telephoneNumberMatch", "telephoneNumberSubstringsMatch", "", PHONE)
    CLASS = ("objectIdentifierMatch", "", "", OID)
    DN = ("distinguishedNameMatch", "", "", DN)
    INTEGER = ("integerMatch", "", "integerOrderingMatch", INTEGER)
    TIME = ("generalizedTimeMatch", "", "generalizedTimeOrderingMatch", TIME)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute type.

    `hidden` attributes are returned only when asked for by name: operational ones, and those that repeat others for
    one client's sake. `virtual` ones are never returned; filters over them ask about several attributes at once.
    """

    name: str
    oid: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    single: bool = False
    operational: bool = False
    hidden: bool = False
    virtual: bool = False

    def definition(self) -> str:
        """Return the AttributeTypeDescription (RFC 4512 §4.1.2)."""
        equality, substrings, ordering, syntax = self.kind.value
        names = " ".join(f"'{name}'" for name in (self.name, *self.aliases))
        parts = [self.oid, f"NAME ( {names} )" if self.aliases else f"NAME {names}", f"EQUALITY {equality}"]
        parts += [f"ORDERING {ordering}"] * bool(ordering) + [f"SUBSTR {substrings}"] * bool(substrings)
        parts += [f"SYNTAX {syntax}"] + ["SINGLE-VALUE"] * self.single
        parts += ["NO-USER-MODIFICATION USAGE directoryOperation"] * self.operational
        return f"( {' '.join(parts)} )"


# OIDs without a registered number stand under a UUID arc (ITU-T X.667), which anyone may use.
_OWN = "2.25.176319213873440921364081723440918273645"
_PHONE = Kind.PHONE
_MICROSOFT = "1.2.840.113556.1.4"
_MOZILLA = "1.3.6.1.4.1.13769"

ATTRIBUTES = (
    Attribute("objectClass", "2.5.4.0", Kind.CLASS),
    Attribute("cn", "2.5.4.3", aliases=("commonName",)),
    Attribute("sn", "2.5.4.4", aliases=("surname",)),
    Attribute("givenName", "2.5.4.42", aliases=("gn",)),
    Attribute("displayName", "2.16.840.1.113730.3.1.241", single=True),
    Attribute("o", "2.5.4.10", aliases=("organizationName", "company")),
    Attribute("ou", "2.5.4.11", aliases=("organizationalUnitName", "department")),
    Attribute("title", "2.5.4.12"),
    Attribute("mail", "0.9.2342.19200300.100.1.3", aliases=("rfc822Mailbox",)),
    Attribute("telephoneNumber", "2.5.4.20", _PHONE),
    Attribute("mobile", "0.9.2342.19200300.100.1.41", _PHONE, ("mobileTelephoneNumber",)),
    Attribute("homePhone", "0.9.2342.19200300.100.1.20", _PHONE, ("homeTelephoneNumber",)),
    Attribute("facsimileTelephoneNumber", "2.5.4.23", _PHONE, ("fax",)),
    Attribute("pager", "0.9.2342.19200300.100.1.42", _PHONE, ("pagerTelephoneNumber",)),
    Attribute("ipPhone", f"{_MICROSOFT}.721", _PHONE),
    Attribute("otherTelephone", f"{_MICROSOFT}.18", _PHONE),
    Attribute("l", "2.5.4.7", aliases=("localityName",)),
    Attribute("street", "2.5.4.9", aliases=("streetAddress",)),
    Attribute("postalCode", "2.5.4.17"),
    Attribute("st", "2.5.4.8", aliases=("stateOrProvinceName",)),
    Attribute("co", "0.9.2342.19200300.100.1.43", aliases=("friendlyCountryName",)),
    Attribute("postalAddress", "2.5.4.16"),
    Attribute("homePostalAddress", "0.9.2342.19200300.100.1.39"),
    Attribute("physicalDeliveryOfficeName", "2.5.4.19"),
    Attribute("description", "2.5.4.13"),
    Attribute("labeledURI", "1.3.6.1.4.1.250.1.57"),
    Attribute("uid", "0.9.2342.19200300.100.1.1", aliases=("userid",)),
    Attribute("dc", "0.9.2342.19200300.100.1.25", aliases=("domainComponent",), single=True),
    # Asked for by single products; returned when named.
    Attribute("name", f"{_MICROSOFT}.1", hidden=True),
    Attribute("msRTCSIP-Line", f"{_MICROSOFT}.6.18.1.119", _PHONE, hidden=True),
    Attribute("objectCategory", f"{_MICROSOFT}.782", hidden=True),
    Attribute("userAccountControl", f"{_MICROSOFT}.8", Kind.INTEGER, hidden=True, single=True),
    # Known and always absent, so that their negation finds entries (RFC 4511 §4.5.1.7: Undefined would hide them).
    Attribute("sAMAccountName", f"{_MICROSOFT}.221"),
    Attribute("IMHandle", f"{_OWN}.1"),
    Attribute("jpegPhoto", "0.9.2342.19200300.100.1.60"),
    Attribute("mozillaNickname", f"{_MOZILLA}.2.1", aliases=("xmozillanickname",)),
    Attribute("mozillaSecondEmail", f"{_MOZILLA}.2.2", aliases=("xmozillasecondemail",)),
    Attribute("mozillaWorkUrl", f"{_MOZILLA}.2.3", aliases=("workurl",)),
    Attribute("mozillaHomeUrl", f"{_MOZILLA}.2.4", aliases=("homeurl",)),
    # Several attributes under one name: innovaphone, estos, Active Directory.
    Attribute("metaSearchNumber", f"{_OWN}.2", _PHONE, ("searchNumber",), virtual=True),
    Attribute("metaSearchText", f"{_OWN}.3", aliases=("searchContact", "searchIndividual", "anr"), virtual=True),
    # Operational.
    Attribute("modifyTimestamp", "2.5.18.2", Kind.TIME, single=True, operational=True, hidden=True),
    Attribute("entryDN", "1.3.6.1.1.20", Kind.DN, single=True, operational=True, hidden=True),
    Attribute("subschemaSubentry", "2.5.18.10", Kind.DN, single=True, operational=True, hidden=True),
    Attribute("structuralObjectClass", "2.5.21.9", Kind.CLASS, single=True, operational=True, hidden=True),
    Attribute("hasSubordinates", "2.5.18.9", single=True, operational=True, hidden=True),
    Attribute("attributeTypes", "2.5.21.5", operational=True, hidden=True),
    Attribute("objectClasses", "2.5.21.6", operational=True, hidden=True),
    Attribute("matchingRules", "2.5.21.4", operational=True, hidden=True),
    Attribute("ldapSyntaxes", "1.3.6.1.4.1.1466.101.120.16", operational=True, hidden=True),
    Attribute("namingContexts", "1.3.6.1.4.1.1466.101.120.5", Kind.DN, operational=True, hidden=True),
    Attribute("supportedControl", "1.3.6.1.4.1.1466.101.120.13", Kind.CLASS, operational=True, hidden=True),
    Attribute("supportedExtension", "1.3.6.1.4.1.1466.101.120.7", Kind.CLASS, operational=True, hidden=True),
    Attribute("supportedFeatures", "1.3.6.1.4.1.4203.1.3.5", Kind.CLASS, operational=True, hidden=True),
    Attribute("supportedSASLMechanisms", "1.3.6.1.4.1.1466.101.120.14", operational=True, hidden=True),
    Attribute("supportedLDAPVersion", "1.3.6.1.4.1.1466.101.120.15", Kind.INTEGER, operational=True, hidden=True),
    Attribute("vendorName", "1.3.6.1.1.4", single=True, operational=True, hidden=True),
)

_BY_NAME = {
    spelling.lower(): attribute
    for attribute in ATTRIBUTES
    for spelling in (attribute.name, attribute.oid, *attribute.aliases)
}
# Binary transfer (RFC 4522) changes nothing for our syntaxes.
_IGNORED_OPTION = ";binary"

ANY_NUMBER = _BY_NAME["metasearchnumber"]


def attribute(description: str) -> Attribute | None:
    """Return the attribute of a description as a client writes it; None if unknown or with an option we do not have."""
    return _BY_NAME.get(description.lower().removesuffix(_IGNORED_OPTION))


PERSON_CLASSES = ("top", "person", "organizationalPerson", "inetOrgPerson")
# Filters of Active Directory clients ask for these; entries do not list them.
EMULATED_CLASSES = ("user", "contact")
SUFFIX_CLASSES = ("top", "domain")
UNIT_CLASSES = ("top", "organizationalUnit")

_PERSON_MAY = (
    "displayName $ givenName $ o $ ou $ title $ mail $ mobile $ homePhone $ facsimileTelephoneNumber $ pager $ ipPhone "
    "$ otherTelephone $ l $ street $ postalCode $ st $ co $ postalAddress $ homePostalAddress "
    "$ physicalDeliveryOfficeName $ labeledURI $ uid $ name $ msRTCSIP-Line $ objectCategory $ userAccountControl"
)
OBJECT_CLASSES = (
    "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
    "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( telephoneNumber $ description ) )",
    "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL )",
    f"( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( {_PERSON_MAY} ) )",
    "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY description )",
    "( 0.9.2342.19200300.100.4.13 NAME 'domain' SUP top STRUCTURAL MUST dc MAY ( o $ description ) )",
    "( 2.5.20.1 NAME 'subschema' AUXILIARY MAY ( attributeTypes $ objectClasses $ matchingRules ) )",
)
SYNTAXES = (
    f"( {TEXT} DESC 'Directory String' )",
    f"( {PHONE} DESC 'Telephone Number' )",
    f"( {DN} DESC 'DN' )",
    f"( {OID} DESC 'OID' )",
    f"( {INTEGER} DESC 'INTEGER' )",
    f"( {TIME} DESC 'Generalized Time' )",
)
CASE_EXACT_RULES = ("caseexactmatch", "2.5.13.5")
CASE_IGNORE_RULES = ("caseignorematch", "2.5.13.2", "caseignoreia5match", "1.3.6.1.4.1.1466.109.114.2")
PHONE_RULES = ("telephonenumbermatch", "2.5.13.20")
BIT_AND_RULES = ("1.2.840.113556.1.4.803",)
MATCHING_RULES = (
    f"( 2.5.13.2 NAME 'caseIgnoreMatch' SYNTAX {TEXT} )",
    f"( 2.5.13.3 NAME 'caseIgnoreOrderingMatch' SYNTAX {TEXT} )",
    f"( 2.5.13.4 NAME 'caseIgnoreSubstringsMatch' SYNTAX {TEXT} )",
    f"( 2.5.13.5 NAME 'caseExactMatch' SYNTAX {TEXT} )",
    f"( 2.5.13.20 NAME 'telephoneNumberMatch' SYNTAX {PHONE} )",
    f"( 2.5.13.21 NAME 'telephoneNumberSubstringsMatch' SYNTAX {PHONE} )",
    f"( 2.5.13.0 NAME 'objectIdentifierMatch' SYNTAX {OID} )",
    f"( 2.5.13.1 NAME 'distinguishedNameMatch' SYNTAX {DN} )",
    f"( 2.5.13.14 NAME 'integerMatch' SYNTAX {INTEGER} )",
    f"( 2.5.13.15 NAME 'integerOrderingMatch' SYNTAX {INTEGER} )",
    f"( 2.5.13.27 NAME 'generalizedTimeMatch' SYNTAX {TIME} )",
    f"( 2.5.13.28 NAME 'generalizedTimeOrderingMatch' SYNTAX {TIME} )",
)
