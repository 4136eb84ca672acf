"""`lantern faq export`, `import`, `history`, `restore` and `undo`: a server's own FAQ, from the terminal.

They open the bot's database, also while the bot runs, which notices by itself (bot/cogs/elsewhere.py). None loads the
model.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import app
from bot.content.exchange import MOST_BYTES, dump, read
from bot.core.errors import (
    ConfigurationError,
    ConflictError,
    Exit,
    UnavailableError,
    UsageError,
    VersionGoneError,
    WordingTakenError,
)
from bot.core.models import EntryId, Format, GuildId
from bot.core.moderation import ChangeId, ChangeKind, VersionId
from bot.faq.differences import between, changed
from bot.faq.editing import Editing
from bot.faq.forms import TOPIC_LENGTHS
from bot.faq.importing import Importing
from bot.faq.library import Library
from bot.safety.text import clean
from bot.session import begin
from bot.storage.database import Database
from bot.storage.drafts import DraftStore
from bot.storage.faq import GuildEntries
from bot.storage.resealing import open_keyring
from bot.terminal import show_differences, show_error, show_plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.models import Bundle
    from bot.core.moderation import Version
    from bot.faq.differences import Changed
    from bot.faq.importing import Plan
    from bot.faq.library import Shelf

MOST = 2**63 - 1
"""The largest number SQLite holds."""
WRITTEN = {f".{form}": form for form in (Format.YAML, Format.CSV, Format.JSONL)}
"""What an export can be, by the ending of its name."""

server = click.option(
    "--guild",
    type=click.IntRange(1, MOST),
    required=True,
    metavar="ID",
    help="The server: its id, as Discord's Developer Mode copies it.",
)
in_json = click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")


@dataclass(frozen=True, slots=True)
class Server:
    """The parts that look after one server's FAQ."""

    guild: GuildId
    library: Library
    editing: Editing
    importing: Importing
    home: str
    """The title of the topic of entries that name none."""

    async def shelf(self) -> Shelf:
        """Return the FAQ as it is now."""
        return await self.library.shelf(self.guild)


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@server
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in WRITTEN.values()]),
    help="By default as FILE's name ends, or yaml.",
)
def export(file: Path, guild: int, form: str | None) -> None:
    """Write the whole FAQ of a server into FILE, or with - to standard output."""
    chosen = Format(form) if form else WRITTEN.get(file.suffix.lower(), Format.YAML)
    bundle = asyncio.run(_everything(GuildId(guild)))
    data = dump(bundle, chosen)
    if str(file) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}). Choose another place.") from error
    click.echo(f"{file}: {len(bundle.entries)} entries in {len(bundle.topics)} topics")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@server
@click.option("--apply", "is_applied", is_flag=True, help="Do it, as one change. Without it nothing is changed.")
@click.option("--replace", "is_replaced", is_flag=True, help="Also remove the entries that are not in FILE.")
@click.option("--topic", metavar="TITLE", help="The topic of entries that name none.")
@in_json
def import_(file: Path, guild: int, topic: str | None, *, is_applied: bool, is_replaced: bool, as_json: bool) -> None:
    """Tell what bringing in FILE would change in a server's FAQ; with --apply, do it.

    \b
    FILE ends in .yaml, .csv or .jsonl, as `export` writes it, or in .txt for lines with Q: and A:.
    Ends with 0 if there is nothing to change, or all of it was done; with 1 if something would change, or an entry
    was left out because its words belong to another; with 65, and every place to mend, if FILE is faulty.
    """
    least, most = TOPIC_LENGTHS
    if topic is not None and not least <= len(clean(topic)) <= most:
        raise click.UsageError(f"--topic takes a title of {least} to {most} characters.")
    planned, change = asyncio.run(
        _import(file, GuildId(guild), topic, is_applied=is_applied, is_replaced=is_replaced, as_json=as_json)
    )
    is_left = bool(planned.clashes) or (planned.size > 0 and change is None)
    sys.exit(Exit.PROBLEMS if is_left else Exit.OK)


@click.command()
@click.argument("entry")
@server
@in_json
def history(entry: str, guild: int, *, as_json: bool) -> None:
    """Tell every state ENTRY had on a server, oldest first, and what each changed. ENTRY is an id."""
    asyncio.run(_history(EntryId(entry), GuildId(guild), as_json=as_json))


@click.command()
@click.argument("version", type=click.IntRange(1, MOST))
@server
def restore(version: int, guild: int) -> None:
    """Give an entry the state it had in VERSION, a number that `history` tells. It can be undone."""
    asyncio.run(_restore(VersionId(version), GuildId(guild)))


@click.command()
@click.argument("change", type=click.IntRange(1, MOST))
@server
def undo(change: int, guild: int) -> None:
    """Take back all of CHANGE, a number that `history` and `import` tell, unless an entry was changed again since."""
    asyncio.run(_undo(ChangeId(change), GuildId(guild)))


COMMANDS = (export, import_, history, restore, undo)


async def _everything(guild: GuildId) -> Bundle:
    async with _opened(guild) as here:
        return await here.importing.everything(guild)


async def _import(
    file: Path, guild: GuildId, title: str | None, *, is_applied: bool, is_replaced: bool, as_json: bool
) -> tuple[Plan, ChangeId | None]:
    data = _content_of(file)
    async with _opened(guild, may_be_new=True) as here:
        topic = await here.importing.topic(guild, title or here.home)
        bundle = read(str(file), data, today=datetime.now(UTC).date(), topic=topic.id)
        bundle = replace(bundle, topics=(topic, *bundle.topics))
        planned = await here.importing.plan(guild, bundle, replace=is_replaced)
        change = None
        if is_applied and planned.size:
            try:
                change = await here.importing.carry_out(guild, None, planned, file.name)
            except ConflictError as error:
                raise UnavailableError(f"{error} Nothing was changed; run it again.") from error
        shelf = await here.shelf()
    if as_json:
        click.echo(json.dumps({**_plan_row(planned, shelf), "change": change}))
    else:
        show_plan(planned, shelf.topics)
        click.echo(_outcome(planned, change, guild))
    return planned, change


async def _history(entry_id: EntryId, guild: GuildId, *, as_json: bool) -> None:
    async with _opened(guild) as here:
        versions = list(await here.editing.history(guild, entry_id))
        shelf = await here.shelf()
    if not versions and entry_id not in shelf.entries:
        near = get_close_matches(entry_id, shelf.entries, 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " `lantern faq export - --guild ID` lists all ids."
        raise UsageError(f"There is no entry {entry_id!r:.80} on server {guild}.{hint}")
    steps = [changed(*pair, shelf.topics) for pair in zip(versions, [None, *versions[:-1]], strict=True)]
    if as_json:
        for step in steps:
            click.echo(json.dumps(_version_row(step), default=date.isoformat))
        return
    if not versions:
        click.echo("Nobody has changed this entry here; it is as it was shipped.")
    for step in steps:
        version = step.version
        at = f"{version.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        click.echo(f"version {version.id}, change {version.change}: {version.kind} {at}{_by(version)}")
        show_differences(step.differences if step.before else [])


async def _restore(version_id: VersionId, guild: GuildId) -> None:
    async with _opened(guild) as here:
        try:
            version, _ = await here.editing.version(guild, version_id)
        except VersionGoneError as error:
            raise UsageError(f"{error} `lantern faq history ENTRY --guild {guild}` tells those of an entry.") from error
        shelf = await here.shelf()
        now = shelf.entries.get(version.entry_id)
        if now == version.entry:
            click.echo(f"{version.entry_id} is as in version {version_id} already; nothing was changed.")
            return
        saved = await here.editing.restore(guild, None, version_id)
    state = "as it was" if saved.entry else "removed, as it was"
    click.echo(f"{version.entry_id} is {state} in version {version_id}; this is change {saved.change}.")
    show_differences(between(now, saved.entry, shelf.topics))


async def _undo(change_id: ChangeId, guild: GuildId) -> None:
    async with _opened(guild) as here:
        try:
            undone, change = await here.editing.undo(guild, None, change_id)
        except VersionGoneError as error:
            raise UsageError(f"{error} `lantern faq history ENTRY --guild {guild}` tells the changes.") from error
        except ConflictError as error:
            ids = ", ".join(error.entry_ids)
            raise UsageError(
                f"Changed again since change {change_id}: {ids}. Take the later changes back first."
            ) from error
    click.echo(f"Change {change_id} is taken back (entries: {len(change.edits)}); this is change {undone}.")


@asynccontextmanager
async def _opened(guild: GuildId, *, may_be_new: bool = False) -> AsyncIterator[Server]:
    """Open the bot's database. Raises UsageError for a server it knows nothing of, unless that may be."""
    settings = begin()
    if not settings.database.exists():
        raise ConfigurationError(
            f"There is no database at {settings.database}. Start the bot once, or set LANTERN_STATE to its folder."
        )
    content = app.load_content(settings)
    database = await Database.open(settings.database)
    keyring = None
    try:
        keyring = await open_keyring(database, settings.master_key)
        entries = GuildEntries(database, keyring)
        known = await entries.servers()
        if guild not in known:
            listed = ", ".join(map(str, known)) or "none yet"
            message = f"The bot knows nothing of server {guild}. Servers it knows: {listed}."
            if not may_be_new:
                raise UsageError(f"{message} Look at the id.")
            show_error(f"{message} Is the id right?")
        library = Library(content.pack, entries)
        editing = Editing(library, entries, DraftStore(database, keyring))
        yield Server(guild, library, editing, Importing(library, editing), content.texts("import.topic"))
    except WordingTakenError as error:
        raise UsageError(error.told) from error
    finally:
        if keyring is not None:
            keyring.close()
        await database.close()


def _content_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:  # not even read
            raise UsageError(f"{file} has more than {MOST_BYTES:,} bytes. Split it.")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).") from error


def _outcome(planned: Plan, change: ChangeId | None, guild: GuildId) -> str:
    counts = f"{len(planned.added)} added, {len(planned.changed)} changed, {len(planned.removed)} removed"
    if change is not None:
        return f"Done: {counts}. `lantern faq undo {change} --guild {guild}` takes all of it back."
    if planned.size:
        return f"Nothing is changed yet. With --apply: {counts}; {planned.same} are the same."
    return f"There is nothing to change; {planned.same} entries are the same."


def _plan_row(planned: Plan, shelf: Shelf) -> dict[str, Any]:
    return {
        "added": [entry.id for entry in planned.added],
        "changed": [
            {"entry": after.id, "fields": [each.field for each in between(before, after, shelf.topics)]}
            for before, after in planned.changed
        ],
        "removed": [entry.id for entry in planned.removed],
        "same": planned.same,
        "left_out": [
            {"entry": clash.entry.id, "wording": clash.wording, "owner": clash.owner.id} for clash in planned.clashes
        ],
        "topics": [asdict(topic) for topic in planned.topics],
    }


def _version_row(step: Changed) -> dict[str, Any]:
    version = step.version
    return {
        "version": version.id,
        "change": version.change,
        "at": version.at.isoformat(),
        "kind": version.kind,
        "by": version.by,
        "note": version.note,
        "differences": [asdict(each) for each in step.differences] if step.before else [],
        "entry": asdict(version.entry) if version.entry else None,
    }


def _by(version: Version) -> str:
    if version.by is not None:
        return f", by {version.by or 'somebody'}"
    return "" if version.kind is ChangeKind.SHIPPED else ", from the terminal"
