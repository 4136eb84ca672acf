"""`lantern backup`, `backups` and `restore`: copies of the database, and the way back."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.core.errors import Exit
from bot.session import begin
from bot.storage.backup import backups_in, make_backup
from bot.storage.lock import alone
from bot.storage.restoring import discard, prepare, put_in_place
from bot.terminal import show_backups, show_outlook, steps

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.backup import Backup
    from bot.storage.restoring import Prepared

in_json = click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Another folder than LANTERN_BACKUPS.")
@in_json
def backup(folder: Path | None, *, as_json: bool) -> None:
    """Copy the database, also while the bot runs, and prove that the copy is whole.

    What is encrypted stays so; the keys (keys.db and the master key) are in no backup. Those in LANTERN_BACKUPS are
    removed in time, as the bot's own; one in another folder is yours to remove (docs/backup.md).

    \b
    JSON has: path, at, bytes.
    """
    settings = begin()
    with steps() as progress:
        now = datetime.now(UTC)
        made = make_backup(settings.database, folder or settings.backup_folder, now, progress)
    click.echo(
        json.dumps(_as_row(made)) if as_json else f"{made.path}: {made.size / 10**6:.1f} MB, proven to be whole."
    )


@click.command("backups")
@in_json
def backups(*, as_json: bool) -> None:
    """List the backups in LANTERN_BACKUPS, oldest first.

    \b
    JSON is a list of: path, at, bytes.
    """
    folder = begin().backup_folder
    found = backups_in(folder)
    if as_json:
        click.echo(json.dumps([_as_row(each) for each in found]))
    elif found:
        show_backups(found, datetime.now(UTC))
    else:
        click.echo(f"There are none in {folder}. Make one: lantern backup")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", "is_sure", is_flag=True, help="Do it without asking.")
@click.option(
    "--without-people",
    is_flag=True,
    help="Where the keys are lost for good: bring back the servers' FAQ and settings, and nothing of any person.",
)
@in_json
def restore(file: Path, *, is_sure: bool, without_people: bool, as_json: bool) -> None:
    """Put a backup in the database's place: FILE, or the name of one in LANTERN_BACKUPS. Stop the bot before.

    Tells first what would change. What was deleted since the backup was made is deleted from it again. The database
    that is replaced stays beside it for a week. Without --yes, and without a terminal to ask in, nothing is changed.

    \b
    JSON has: done, backup, before and after (rows by table; before is null where nothing can be read), deleted (how
    many deletions were done again), kept (where the old database is).
    """
    settings = begin()
    path = file if file.exists() or file.name != str(file) else settings.backup_folder / file
    with alone(settings.database):
        prepared = _prepared(settings, path, without_people=without_people)
        kept, is_done = None, False
        try:
            if not as_json:
                show_outlook(prepared.before, prepared.after, prepared.deleted)
            if is_sure or (sys.stdin.isatty() and click.confirm(f"Put {path.name} in the database's place?", err=True)):
                kept, is_done = put_in_place(prepared, settings.database, datetime.now(UTC)), True
        finally:
            discard(prepared)
    if as_json:
        row = {"done": is_done, "backup": str(path), "before": prepared.before, "after": prepared.after}
        click.echo(json.dumps({**row, "deleted": prepared.deleted, "kept": kept and str(kept)}))
    elif is_done:
        where = f" The one before is {kept} for a week." if kept else ""
        click.echo(f"{settings.database} is now as in {path.name}.{where} Start the bot.")
    else:
        click.echo("Nothing was changed. With --yes it is done.")
    sys.exit(Exit.OK if is_done else Exit.PROBLEMS)


def _prepared(settings: Settings, path: Path, *, without_people: bool) -> Prepared:
    with steps() as progress:
        return asyncio.run(
            prepare(
                path,
                settings.database,
                settings.master_key,
                datetime.now(UTC),
                progress,
                without_people=without_people,
            )
        )


def _as_row(made: Backup) -> dict[str, object]:
    return {"path": str(made.path), "at": made.at.isoformat(timespec="seconds"), "bytes": made.size}
