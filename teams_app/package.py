"""The Teams app package: a zip of manifest, translation and icons, filled in from the settings and checked."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema

from teams_app.config import Config

FOLDER = Path(__file__).parent / "manifest"
MANIFEST = "manifest.json"
LANGUAGES = ("de.json",)
ICONS = {"color.png": 192, "outline.png": 32}
"""Icon files and their width and height in pixels."""
PLACEHOLDER = re.compile(r"\$\{\{([A-Z_]+)\}\}")
MAX_FILE = 1024 * 1024
RESERVED_NAMES = frozenset({"contacts", "calls", "chat", "activity", "calendar", "files", "teams"})
"""Core features of Teams, which no app may be named after."""


class PackageInvalid(Exception):  # noqa: N818 - says what the package is
    """The package would be refused; one finding per line."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


def build(config: Config) -> bytes:
    """Return the zip for these settings; raises PackageInvalid. Same settings, same bytes."""
    files = {MANIFEST: _json(fill(json.loads((FOLDER / MANIFEST).read_text("utf-8")), values(config)))}
    files |= {name: (FOLDER / name).read_bytes() for name in (*LANGUAGES, *ICONS)}
    findings = check_files(files)
    if findings:
        raise PackageInvalid(findings)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def values(config: Config) -> dict[str, str]:
    """Return what the placeholders of the template stand for."""
    home = f"https://{urlsplit(config.tab_url).netloc}"
    return {
        "VERSION": version("contactory"),
        "BOT_APP_ID": config.bot_app_id,
        "API_CLIENT_ID": config.api_client_id,
        "DEVELOPER": config.developer,
        "TAB_URL": config.tab_url,
        "TAB_HOST": config.tab_host,
        "WEBSITE_URL": config.website_url or home,
        "PRIVACY_URL": config.privacy_url or f"{home}/privacy",
        "TERMS_URL": config.terms_url or f"{home}/terms",
    }


def fill(template: Any, known: Mapping[str, str]) -> Any:
    """Return the template with every `${{NAME}}` replaced; a name that is not known stays and fails the check."""
    if isinstance(template, dict):
        return {key: fill(value, known) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, known) for value in template]
    if isinstance(template, str):
        return PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), template)
    return template


def check_package(content: bytes) -> list[str]:
    """Return what is wrong with a package, nothing if Teams will take it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            large = [entry.filename for entry in entries if entry.file_size > MAX_FILE]
            if large:
                return [f"{name}: larger than {MAX_FILE} bytes" for name in large]
            files = {entry.filename: package.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        return [f"package is no zip: {error}"]
    return check_files(files)


def check_files(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the files of a package."""
    missing = [f"{name}: missing" for name in (MANIFEST, *LANGUAGES, *ICONS) if name not in files]
    if missing:
        return missing
    findings = [finding for name, side in ICONS.items() for finding in _check_icon(name, files[name], side)]
    findings += _check_document(MANIFEST, files[MANIFEST], "MicrosoftTeams.schema.json")
    for name in LANGUAGES:
        findings += _check_document(name, files[name], "MicrosoftTeams.Localization.schema.json")
    return findings or _check_rules(json.loads(files[MANIFEST]))


def _check_document(name: str, content: bytes, schema_name: str) -> list[str]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        return [f"{name}: not JSON: {error}"]
    schema = json.loads((FOLDER / "schema" / schema_name).read_text("utf-8"))
    errors = jsonschema.Draft4Validator(schema).iter_errors(document)
    left = [f"{name}: {match} is not filled in" for match in sorted(set(PLACEHOLDER.findall(content.decode())))]
    return left + [f"{name}: {'.'.join(map(str, error.path)) or 'document'}: {error.message}" for error in errors]


def _check_rules(manifest: Mapping[str, Any]) -> list[str]:
    """Check what the store refuses and the schema cannot say."""
    findings = []
    name = str(manifest["name"]["short"]).lower()
    if name in RESERVED_NAMES or "teams" in name.split():
        findings.append(f"name.short: {name!r} is the name of a core feature")
    for field, address in manifest["developer"].items():
        if field.endswith("Url") and not address.startswith("https://"):
            findings.append(f"developer.{field}: must be https")
    domains = manifest.get("validDomains", [])
    for tab in manifest.get("staticTabs", []):
        parts = urlsplit(tab.get("contentUrl", ""))
        if parts.netloc and (parts.scheme != "https" or parts.hostname not in domains):
            findings.append(f"staticTabs.{tab['entityId']}: must be https on a host of validDomains")
    return findings


def _check_icon(name: str, content: bytes, side: int) -> list[str]:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return [f"{name}: no PNG"]
    width, height = struct.unpack(">II", content[16:24])
    return (
        [] if (width, height) == (side, side) else [f"{name}: is {width} by {height} pixels, must be {side} by {side}"]
    )


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
