"""`sync`: read sources now."""

import gc
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from directory_server.commands import background
from directory_server.commands.faults import faults
from directory_server.commands.options import EXIT_FAILED, EXIT_HELD, AsJson, data_folder, fail, show

if TYPE_CHECKING:
    from directory_server.store.rows import Source

COUNTS = ("created", "updated", "unchanged", "deleted", "bad")


def sync(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Sources; default: all.")] = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
    apply_held: Annotated[bool, typer.Option("--apply-held", help="Let this run through the guard.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read sources now. Exit 1 if one failed, 3 if one was held (see `reason`; `--apply-held` applies it once)."""
    from sqlite3 import Error as DriverError

    from sqlalchemy.exc import DBAPIError

    from directory_server.app import Directory
    from directory_server.store import sources
    from directory_server.store.errors import Busy, StoreError
    from directory_server.vault.errors import VaultError

    background.give_way()
    gc.freeze()  # what is imported stays to the end; the collector would look through all of it, at the exit too
    with faults(as_json), Directory(data_folder(ctx)) as directory:
        stored = directory.database
        chosen = [sources.by_name(stored, name) for name in dict.fromkeys(names)] if names else sources.all(stored)
        if not chosen:
            raise fail("there is no source yet; add one with `source add`", as_json)
        results: list[dict[str, Any]] = []
        for source in chosen:
            try:
                latest = sources.by_name(stored, source.name)  # the sources before it may have taken hours
                outcome = directory.synchronise(
                    latest, full=full, dry_run=dry_run, apply_held=apply_held, progress=_progress(source)
                )
                results.append(outcome.as_json())
            except (StoreError, VaultError) as error:
                results.append(_nothing(source, "busy" if isinstance(error, Busy) else "failed", str(error)))
            except (DriverError, DBAPIError) as error:
                # The whole text of an SQLAlchemy error holds values; the driver's own names tables at most.
                reason = f"the store or the index cannot be used: {getattr(error, 'orig', error)}"
                results.append(_nothing(source, "failed", reason))
            except Exception as error:  # noqa: BLE001 - a broken connector must not keep the other sources from running
                reason = f"unexpected {type(error).__name__}: a fault of the program or of the connector"
                results.append(_nothing(source, "failed", reason))
            if sys.stderr.isatty():
                print("\r\033[K", end="", file=sys.stderr, flush=True)
    show(results[0] if len(results) == 1 else results, as_json, lambda: _table(results))
    if any("error" in result for result in results):
        raise typer.Exit(EXIT_FAILED)
    if any(result["held"] for result in results):
        raise typer.Exit(EXIT_HELD)


def _progress(source: "Source") -> Any:
    if not sys.stderr.isatty():
        return None
    return lambda number: print(f"\r{source.name}: {number} records read", end="", file=sys.stderr, flush=True)


def _nothing(source: "Source", state: str, reason: str) -> dict[str, Any]:
    nothing = dict.fromkeys(COUNTS, 0)
    rest = {"held": False, "seconds": 0.0, "contacts_per_second": 0, "reason": reason, "state": state, "error": reason}
    return {"source": source.name, **nothing, **rest}


def _table(results: list[dict[str, Any]]) -> str:
    lines = [f"{'source':24}" + "".join(f"{name:>10}" for name in COUNTS) + f"{'seconds':>9}  state"]
    for result in results:
        counts = "".join(f"{result[name]:>10}" for name in COUNTS)
        state = result["state"] + (" (dry run)" if result.get("dry_run") else "")
        lines.append(f"{result['source']:24}{counts}{result['seconds']:>9.1f}  {state}")
        if result["reason"]:
            lines.append(f"  {result['reason']}")
        lines += [f"  bad record: {fault}" for fault in result.get("faults", ())]
    return "\n".join(lines)
