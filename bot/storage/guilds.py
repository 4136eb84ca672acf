"""What `/setup` set, by guild, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.core.errors import StorageError
from bot.core.models import GuildId
from bot.core.moderation import Capability, Duty, ForumMode, GuildSettings
from bot.core.peers import PeerSettings, Weights
from bot.storage.database import rows_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import sqlite_utils

    from bot.storage.database import Database


class GuildSettingsTable:
    """Implements the port GuildSettingsStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings_of(self, guild: GuildId) -> GuildSettings:
        """Return a guild's settings, or the defaults."""
        rows = await self._database.read("SELECT settings FROM guild_settings WHERE guild = ?", [guild])
        return _from_json(rows[0][0]) if rows else GuildSettings()

    async def update_settings(self, guild: GuildId, change: Callable[[GuildSettings], GuildSettings]) -> GuildSettings:
        """Replace a guild's settings by what `change` makes of them, in one transaction; return the new ones."""

        def update(db: sqlite_utils.Database) -> GuildSettings:
            rows = db.execute("SELECT settings FROM guild_settings WHERE guild = ?", [guild]).fetchall()
            settings = change(_from_json(rows[0][0]) if rows else GuildSettings())
            db.table("guild_settings").upsert({"guild": guild, "settings": _to_json(settings)}, pk="guild")
            return settings

        return await self._database.run(update)


def settings_in(path: Path) -> dict[GuildId, GuildSettings]:
    """Return what every guild set, from a database file that is not opened; changes nothing. Raises StorageError."""
    rows = rows_in(path, "guild_settings", "SELECT guild, settings FROM guild_settings")
    try:
        return {GuildId(guild): _from_json(text) for guild, text in rows}
    except (ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{path} has settings of a server that cannot be read ({error}). Update Lantern.") from error


def _to_json(settings: GuildSettings) -> str:
    row: dict[str, Any] = {key: getattr(settings, key) for key in GuildSettings.__dataclass_fields__}
    row["roles"] = {capability.value: sorted(roles) for capability, roles in settings.roles.items()}
    row["forums"] = {str(channel): mode.value for channel, mode in settings.forums.items()}
    row["peers"] = asdict(settings.peers)
    row["duty"] = asdict(settings.duty)
    return json.dumps(row, sort_keys=True)


def _from_json(text: str) -> GuildSettings:
    row = json.loads(text)
    row["roles"] = {Capability(name): frozenset(roles) for name, roles in row["roles"].items()}
    row["forums"] = {int(channel): ForumMode(mode) for channel, mode in row["forums"].items()}
    peers = row.pop("peers", {})
    weights, duty = Weights(**peers.pop("weights", {})), Duty(**row.pop("duty", {}))
    return GuildSettings(**row, duty=duty, peers=PeerSettings(**peers, weights=weights))
