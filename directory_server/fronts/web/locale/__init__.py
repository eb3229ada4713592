"""The web pages' texts, one module per language; `for_header` picks by Accept-Language (RFC 9110 section 12.5.4)."""

from directory_server.fronts.web.locale import de, en

LANGUAGES = {"de": de.TEXTS, "en": en.TEXTS}


def for_header(accept_language: str) -> tuple[str, dict[str, str]]:
    """Return language and texts of the first supported language the browser names; English without one."""
    for part in accept_language.lower().split(","):
        language = part.split(";")[0].strip().split("-")[0]
        if language in LANGUAGES:
            return language, LANGUAGES[language]
    return "en", LANGUAGES["en"]
