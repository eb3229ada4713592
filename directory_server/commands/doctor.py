"""`doctor`: find what is wrong and say what to do."""

from dataclasses import asdict

import typer

from directory_server.commands.faults import faults
from directory_server.commands.options import EXIT_FAILED, AsJson, data_folder, show

MARKS = {"good": "ok  ", "warning": "look", "bad": "BAD "}


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Ask sources, index, fronts, certificates and line real questions; exit 1 if something does not work."""
    from directory_server.app import Directory
    from directory_server.app.doctor import examine
    from directory_server.observe.status import Health

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        findings = list(examine(directory))

    def text() -> str:
        lines = []
        for finding in findings:
            lines.append(f"{MARKS[finding.health.value]} {finding.check}: {finding.detail}")
            if finding.advice:
                lines.append(f"       -> {finding.advice}")
        return "\n".join(lines)

    show([asdict(finding) for finding in findings], as_json, text)
    if any(finding.health is Health.BAD for finding in findings):
        raise typer.Exit(EXIT_FAILED)
