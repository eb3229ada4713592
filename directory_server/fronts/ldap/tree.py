"""The tree above the contacts: rootDSE, subschema, suffix and one unit for each source (RFC 4512 §2, §5.1)."""

from directory_server.fronts.ldap import control, schema
from directory_server.fronts.ldap.dn import Dn, escape, parse
from directory_server.fronts.ldap.entry import SUBSCHEMA, Node
from directory_server.fronts.ldap.session import CANCEL, PLAIN, STARTTLS, WHO_AM_I

ALL_OPERATIONAL = "1.3.6.1.4.1.4203.1.5.1"  # RFC 3673
TRUE_FALSE_FILTERS = "1.3.6.1.4.1.4203.1.5.3"  # RFC 4526


def root_dse(suffix: str, *, can_start_tls: bool, secure: bool) -> Node:
    """Return the rootDSE: what this server can do on this connection, and nothing it cannot."""
    attributes = {
        "objectClass": ("top",),
        "namingContexts": (suffix,),
        "supportedLDAPVersion": ("2", "3"),
        "supportedExtension": (WHO_AM_I, CANCEL, STARTTLS) if can_start_tls else (WHO_AM_I, CANCEL),
        "supportedControl": (control.MANAGE_DSA_IT, control.DOMAIN_SCOPE, *control.OIDS),
        "supportedSASLMechanisms": (PLAIN,) if secure else (),
        "supportedFeatures": (ALL_OPERATIONAL, TRUE_FALSE_FILTERS),
        "subschemaSubentry": (SUBSCHEMA,),
        "vendorName": ("Contactory",),
    }
    return Node("", (), attributes)


def subschema() -> Node:
    """Return the subschema entry (RFC 4512 §4.2)."""
    attributes = {
        "objectClass": ("top", "subschema"),
        "cn": ("subschema",),
        "attributeTypes": tuple(attribute.definition() for attribute in schema.ATTRIBUTES),
        "objectClasses": schema.OBJECT_CLASSES,
        "matchingRules": schema.MATCHING_RULES,
        "ldapSyntaxes": schema.SYNTAXES,
        "subschemaSubentry": (SUBSCHEMA,),
    }
    return Node(SUBSCHEMA, parse(SUBSCHEMA), attributes)


def suffix_node(suffix: str, name: Dn) -> Node:
    """Return the entry at the top of the tree; its naming attribute is whatever the admin chose."""
    attributes: dict[str, tuple[str, ...]] = {
        "objectClass": schema.SUFFIX_CLASSES,
        "structuralObjectClass": ("domain",),
        "entryDN": (suffix,),
        "subschemaSubentry": (SUBSCHEMA,),
        "hasSubordinates": ("TRUE",),
    }
    for attribute, value in name[0] if name else ():
        attributes[attribute] = (value,)
    return Node(suffix, name, attributes)


def source_node(source: str, suffix: str) -> Node:
    """Return the unit of a source."""
    dn = f"ou={escape(source)},{suffix}"
    attributes = {
        "objectClass": schema.UNIT_CLASSES,
        "structuralObjectClass": ("organizationalUnit",),
        "ou": (source,),
        "entryDN": (dn,),
        "subschemaSubentry": (SUBSCHEMA,),
        "hasSubordinates": ("TRUE",),
    }
    return Node(dn, parse(dn), attributes)
