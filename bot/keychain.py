"""`lantern key status`, `rotate`, `copy` and `start-over`: the master key of what people told."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.core.errors import ConfigurationError, Exit, RingLockedError, StorageError
from bot.session import begin
from bot.storage.backup import copy_ring
from bot.storage.database import Database
from bot.storage.resealing import look_at_keys, lost, open_keyring, places_of, start_over
from bot.storage.ring import RingState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings


@click.group()
def key() -> None:
    """Look after the key of what people told.

    Stories, reports, questions and drafts are encrypted with a key for each person; those lie in keys.db, locked with
    the master key, which is in LANTERN_KEY, or in lantern.key beside the database.
    """


@key.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")
def status(*, as_json: bool) -> None:
    """Tell whether what is encrypted can be read, and what to do if not. Changes nothing; ends with 1 if not.

    \b
    JSON has: is_fine, text, place (of the master key), keys (how many).
    """
    settings = begin()
    try:
        found = look_at_keys(settings.database, settings.master_key)
    except StorageError as error:
        found = RingState(is_fine=False, text=str(error), place="", keys=0)
    click.echo(json.dumps(asdict(found)) if as_json else found.text)
    sys.exit(Exit.OK if found.is_fine else Exit.PROBLEMS)


@key.command()
def rotate() -> None:
    """Put a new master key in the place of the old one, which then opens nothing any more.

    With lantern.key the new one is written there, and a bot that runs goes on with it. With LANTERN_KEY it is told
    here: set it at once, then start the bot again. Backups of keys.db made before still need the old one.
    """
    asyncio.run(_rotate(begin()))


@key.command("copy")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def copy_(file: Path) -> None:
    """Copy keys.db into FILE, also while the bot runs; the copy that is there is replaced.

    No backup holds the keys. Keep this copy away from them, and only the newest: an older one is the power to read what
    somebody deleted since. It opens with the master key alone, which belongs in yet another place.
    """
    settings = begin()
    ring, source = places_of(settings.database, settings.master_key)
    if ring is None or not ring.exists():
        raise ConfigurationError(f"There is no {ring}. Start the bot once, or set LANTERN_STATE to its folder.")
    copy_ring(ring, source, file)
    click.echo(f"{file} is a copy of {ring}, and opens with {source.place}.")


@key.command("start-over")
@click.option("--yes", "is_sure", is_flag=True, help="Do it. Without it nothing is changed.")
def start_over_(*, is_sure: bool) -> None:
    """For a key that is lost for good: delete what nobody can read any more, and begin with new keys.

    The FAQ, votes and settings stay. Who was blocked is lost, too. Does nothing where the key opens everything.
    """
    asyncio.run(_start_over(begin(), is_sure=is_sure))


async def _rotate(settings: Settings) -> None:
    async with _opened(settings) as database:
        keyring = await open_keyring(database, settings.master_key)
        try:
            if keyring.is_locked:
                raise RingLockedError(keyring.why_locked or "")
            await asyncio.to_thread(keyring.rotate, lambda new: click.echo(f"LANTERN_KEY={new}"))
        finally:
            keyring.close()
    place = "LANTERN_KEY: set it to what stands above, and start Lantern again." if settings.key else "lantern.key."
    click.echo(f"Every key is locked with the new master key. It is in {place}")


async def _start_over(settings: Settings, *, is_sure: bool) -> None:
    try:
        found = look_at_keys(settings.database, settings.master_key)
    except StorageError as error:
        click.echo(str(error))
    else:
        click.echo(f"{found.text} There is nothing to start over.")
        return
    async with _opened(settings) as database:
        counts = ", ".join(f"{table} {count}" for table, count in (await lost(database)).items()) or "nothing"
        if not is_sure:
            click.echo(f"Nothing is changed yet. With --yes these rows are deleted: {counts}. New keys are made.")
            sys.exit(Exit.PROBLEMS)
        await start_over(database, settings.master_key)
    click.echo(f"Deleted: {counts}. New keys are made; start Lantern again.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    if not settings.database.exists():
        raise ConfigurationError(
            f"There is no database at {settings.database}. Start the bot once, or set LANTERN_STATE to its folder."
        )
    database = await Database.open(settings.database)
    try:
        yield database
    finally:
        await database.close()
