"""Location as JSON text, for sources and clients alike."""

import json
from dataclasses import asdict

from directory_server.store.rows import Location


def location_to_json(location: Location) -> str:
    """Return the location as JSON text."""
    return json.dumps(asdict(location))


def location_from_json(text: str) -> Location:
    """Return the location that `location_to_json` wrote."""
    return Location(**json.loads(text))
