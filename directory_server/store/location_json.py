"""Location as JSON text, for sources and clients alike."""

import json

from msgspec import structs

from directory_server.store.rows import Location


def location_to_json(location: Location) -> str:
    """Return the location as JSON text."""
    return json.dumps(structs.asdict(location))


def location_from_json(text: str) -> Location:
    """Return the location that `location_to_json` wrote."""
    return Location(**json.loads(text))
