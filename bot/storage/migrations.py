"""The database's history: append only. A change of the schema is a new function below the last one."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("lantern")


def known_names() -> frozenset[str]:
    """Return the name of every migration this version has."""
    with Database(memory=True) as empty:
        return frozenset(migration.name for migration in migrations.pending(empty))


@migrations()
def m001_search(db: Database) -> None:
    """Add vectors by content hash, so that unchanged text is never embedded twice; fitted calibrations."""
    db.table("vectors").create(
        {"model": str, "revision": str, "hash": str, "vector": bytes},
        pk=("model", "revision", "hash"),
        not_null={"vector"},
    )
    db.table("calibrations").create(
        {"model": str, "fingerprint": str, "calibration": str},
        pk=("model", "fingerprint"),
        not_null={"calibration"},
    )


@migrations()
def m002_guild_entries(db: Database) -> None:
    """Add a guild's own entries over the shipped pack; `entry` is JSON, null where the guild removed it."""
    db.table("guild_entries").create(
        {"guild": int, "entry_id": str, "entry": str},
        pk=("guild", "entry_id"),
    )


@migrations()
def m003_activity(db: Database) -> None:
    """Add uses, pins, votes, unanswered questions and who waits for them, one-time claims, facts."""
    db.table("uses").create({"guild": int, "entry_id": str, "count": int}, pk=("guild", "entry_id"))
    db.table("pins").create({"guild": int, "entry_id": str, "position": int}, pk=("guild", "entry_id"))
    db.table("votes").create(
        {"guild": int, "entry_id": str, "user": int, "helped": int, "at": str},
        pk=("guild", "entry_id", "user"),
    )
    db.table("unanswered").create(
        {
            "id": int,
            "guild": int,
            "question": str,
            "model": str,
            "vector": bytes,
            "times": int,
            "first_at": str,
            "last_at": str,
        },
        pk="id",
        not_null={"guild", "question", "model", "vector", "times"},
    )
    db.table("unanswered").create_index(["guild", "model"])
    db.table("waiters").create(
        {"unanswered": int, "user": int, "at": str},
        pk=("unanswered", "user"),
        foreign_keys=[("unanswered", "unanswered", "id")],
    )
    db.table("claims").create({"what": str, "at": str}, pk="what")
    db.table("facts").create({"name": str, "value": str}, pk="name")
