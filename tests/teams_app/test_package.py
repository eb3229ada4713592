"""The app package: valid by Microsoft's schema and validator, the same bytes each time, and honest about faults."""

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from teams_app import package
from teams_app.config import load
from teams_app.package import PackageInvalid
from tests.servers import agents_playground

SCHEMAS = agents_playground.FOLDER / "node_modules/@microsoft/app-manifest/build/json-schemas/teams/v1.30"
SETTINGS: dict[str, Any] = {
    "bot_app_id": "11111111-1111-4111-8111-111111111111",
    "api_client_id": "33333333-3333-4333-8333-333333333333",
    "tab_url": "https://tab.example.com/tab/",
}
VALIDATE = """
const { AppManifestUtils } = require('@microsoft/app-manifest');
AppManifestUtils.validateAgainstSchema(JSON.parse(require('fs').readFileSync(0, 'utf8')))
  .then((errors) => console.log(JSON.stringify(errors)), (error) => { console.error(error); process.exit(1); });
"""


def files(**changes: Any) -> dict[str, bytes]:
    content = package.build(load(None, {}, **{**SETTINGS, **changes}))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in contents.items():
            made.writestr(name, content)
    return buffer.getvalue()


def test_package_holds_what_teams_wants_and_is_reproducible() -> None:
    content = files()
    assert sorted(content) == ["color.png", "de.json", "manifest.json", "outline.png"]
    manifest = json.loads(content["manifest.json"])
    assert manifest["id"] == manifest["bots"][0]["botId"] == SETTINGS["bot_app_id"]
    assert manifest["composeExtensions"][0]["botId"] == SETTINGS["bot_app_id"]
    assert manifest["validDomains"] == ["tab.example.com"]
    assert manifest["webApplicationInfo"]["resource"] == f"api://tab.example.com/{SETTINGS['api_client_id']}"
    assert manifest["developer"]["privacyUrl"] == "https://tab.example.com/privacy"
    assert files() == content
    assert package.check_package(zipped(content)) == []


@pytest.mark.server
def test_valid_by_the_schemas_microsoft_ships() -> None:
    agents_playground.install()
    content = files()
    names = {"manifest.json": "MicrosoftTeams.schema.json", "de.json": "MicrosoftTeams.Localization.schema.json"}
    for name, schema in names.items():
        shipped = (SCHEMAS / schema).read_text("utf-8")
        assert shipped == (package.FOLDER / "schema" / schema).read_text("utf-8")
        validator = jsonschema.Draft4Validator(json.loads(shipped))
        assert [error.message for error in validator.iter_errors(json.loads(content[name]))] == []


@pytest.mark.server
def test_valid_by_the_validator_microsoft_ships() -> None:
    agents_playground.install()
    good = files()["manifest.json"]
    bad = json.dumps({**json.loads(good), "validDomains": 5}).encode()
    for manifest, valid in ((good, True), (bad, False)):
        done = subprocess.run(
            ["node", "-e", VALIDATE], input=manifest, cwd=agents_playground.FOLDER, capture_output=True, check=True,
            timeout=50,
        )  # fmt: skip
        assert (json.loads(done.stdout) == []) is valid, done.stdout


def test_translation_covers_what_users_read() -> None:
    manifest = json.loads(files()["manifest.json"])
    german = json.loads((package.FOLDER / "de.json").read_text("utf-8"))
    for path in german.keys() - {"$schema"}:
        value: Any = manifest
        for step in path.replace("[", ".").replace("]", "").split("."):
            value = value[int(step)] if step.isdigit() else value[step]
        assert isinstance(value, str)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"bot_app_id": ""}, "manifest.json: id"),
        ({"api_client_id": "x"}, "webApplicationInfo.id"),
        ({"tab_url": "http://tab.example.com/tab/"}, "staticTabs"),
        ({"privacy_url": "http://x.example/"}, "privacyUrl"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], finding: str) -> None:
    with pytest.raises(PackageInvalid, match=finding):
        package.build(load(None, {}, **{**SETTINGS, **changes}))


def test_faulty_packages_are_refused() -> None:
    good = files()

    def manifest(**changes: Any) -> dict[str, bytes]:
        return {**good, "manifest.json": json.dumps({**json.loads(good["manifest.json"]), **changes}).encode()}

    faulty = {
        "no zip": b"PK garbage",
        "manifest.json: missing": zipped({name: content for name, content in good.items() if name != "manifest.json"}),
        "not JSON": zipped({**good, "manifest.json": b"{"}),
        "is 32 by 32 pixels": zipped({**good, "color.png": good["outline.png"]}),
        "no PNG": zipped({**good, "outline.png": b"GIF"}),
        "core feature": zipped(manifest(name={"short": "Contacts", "full": "x"})),
        "BOT_APP_ID is not filled in": zipped(
            {**good, "manifest.json": (package.FOLDER / "manifest.json").read_bytes()}
        ),
        "larger than": zipped({**good, "color.png": bytes(package.MAX_FILE + 1)}),
    }
    for finding, content in faulty.items():
        assert finding in "\n".join(package.check_package(content))


def test_icons_are_as_the_store_wants() -> None:
    color, outline = (Path(package.FOLDER / name).read_bytes() for name in ("color.png", "outline.png"))
    assert color[25] == 2  # RGB: solid
    assert outline[25] == 6  # RGBA: transparent around the white
    assert len(color) < 20_000
