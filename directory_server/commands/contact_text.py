"""Where a contact is from, as lines for people."""

from collections.abc import Iterator
from typing import Any

from directory_server.commands.answer_text import titled
from directory_server.commands.hidden_text import short_key
from directory_server.commands.speech import Speech
from directory_server.store.rows import FieldGroup

_EVERYONE = "all"


def contact_text(value: dict[str, Any], say: Speech) -> str:
    """Return what `directory.provenance` tells of a contact, for people."""
    lines = [
        say("contact", name=titled(say, value["display_name"], value["company"]), id=value["id"]),
        "  " + say("contact_source", source=value["source"], key=value["key"]),
        "  "
        + say(
            "contact_seen",
            first=say.moment(value["first_seen"]),
            changed=say.moment(value["changed"]),
            last=say.moment(value["last_seen"]),
        ),
    ]
    if value["deleted"]:
        lines.append("  " + say("contact_deleted", deleted=say.moment(value["deleted"])))
    lines.append("  " + say("contact_holds", groups=_groups(value["field_groups"], say)))
    lines.append(say("contact_shown"))
    lines += [f"  {line}" for line in _shown(value["shown_to"], value["source"], say)]
    if value["numbers"]:
        lines.append(say("contact_numbers"))
    lines += [f"  {_number(number, say)}" for number in value["numbers"]]
    if value["same_person"]:
        lines.append(say("contact_person"))
    for one in value["same_person"]:
        whence = say("whence", source=one["source"], key=short_key(one["key"]), id=one["id"])
        lines.append(f"  {one['display_name'] or say('nameless')}  [{whence}]")
    return "\n".join(lines)


def _groups(names: list[str], say: Speech) -> str:
    if set(names) == set(FieldGroup):
        return say("all_fields")
    return ", ".join(say.group(name) for name in names)


def _shown(shown: dict[str, Any], source: str, say: Speech) -> Iterator[str]:
    for one in shown["groups"]:
        name = "contact_everyone" if one["group"] == _EVERYONE else "contact_group"
        yield say(name, group=one["group"], fields=_groups(one["fields"], say))
    for one in shown["clients"]:
        yield say("contact_client", client=one["client"], fields=_groups(one["fields"], say))
    if not shown["groups"] and not shown["clients"]:
        yield say("contact_nobody", source=source)


def _number(number: dict[str, Any], say: Speech) -> str:
    read = number["e164"]
    if number["trunk"] and number["extension"]:
        read += f" ({say('contact_trunk', digits=number['extension'], trunk=number['trunk'])})"
    elif number["extension"]:
        read = " ".join([read, say("contact_extension", extension=number["extension"])]).strip()
    kind = say(f"kind_{number['kind']}")
    return say("contact_number", kind=kind, raw=number["raw"], e164=read or say("contact_unreadable"))
