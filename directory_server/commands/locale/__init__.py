"""What commands say to people, one module per language; `for_terminal` picks by the environment."""

from collections.abc import Mapping
from typing import Final

from directory_server.commands.locale import de, en

LANGUAGES: Final[dict[str, dict[str, str]]] = {"de": de.TEXTS, "en": en.TEXTS}


def for_terminal(environment: Mapping[str, str]) -> str:
    """Return `de` where LC_ALL, LC_MESSAGES or LANG (the first that is set) begins so, else `en`."""
    named = next((text for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (text := environment.get(name))), "")
    return "de" if named.lower().replace("-", "_").partition("_")[0].partition(".")[0] == "de" else "en"
