"""The database's history: append only. A change of the schema is a new function below the last one."""

from __future__ import annotations

from functools import lru_cache

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("lantern")


@lru_cache(1)
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


@migrations()
def m004_versions(db: Database) -> None:
    """Add every state an entry ever had on a server, by change; the pack's state an edit was made from; own topics."""
    db.table("changes").create(
        {"id": int, "guild": int, "kind": str, "by": int, "at": str, "note": str},
        pk="id",
        not_null={"guild", "kind", "at"},
    )
    db.table("versions").create(
        {"id": int, "change": int, "guild": int, "entry_id": str, "entry": str},
        pk="id",
        not_null={"change", "guild", "entry_id"},
        foreign_keys=[("change", "changes", "id")],
    )
    db.table("versions").create_index(["guild", "entry_id"])
    db.table("versions").create_index(["change"])
    db.table("guild_entries").add_column("pack_revision", str)
    db.table("guild_topics").create(
        {"guild": int, "topic_id": str, "title": str}, pk=("guild", "topic_id"), not_null={"title"}
    )
    # What was edited before there were versions is the first version.
    db.execute(
        "INSERT INTO changes (guild, kind, at, note) "
        "SELECT DISTINCT guild, 'edited', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'), '' FROM guild_entries"
    )
    db.execute(
        "INSERT INTO versions (change, guild, entry_id, entry) "
        "SELECT changes.id, guild_entries.guild, entry_id, entry FROM guild_entries JOIN changes USING (guild)"
    )


@migrations()
def m005_drafts(db: Database) -> None:
    """Add what somebody typed and has not published, and files that wait to be imported."""
    db.table("drafts").create(
        {
            "id": int,
            "guild": int,
            "by": int,
            "state": str,
            "entry_id": str,
            "expected": str,
            "form": str,
            "origin": str,
            "note": str,
            "at": str,
        },
        pk="id",
        not_null={"guild", "by", "state", "form", "at"},
    )
    db.table("drafts").create_index(["guild", "by"])
    db.table("uploads").create(
        {
            "id": int,
            "guild": int,
            "by": int,
            "name": str,
            "content": bytes,
            "topic": str,
            "replaces": int,
            "at": str,
        },
        pk="id",
        not_null={"guild", "by", "name", "content", "topic", "replaces", "at"},
    )


@migrations()
def m006_queue(db: Database) -> None:
    """Add what becomes of unanswered questions, in whose words, from how many people; proposals and notices.

    A `person` is a keyed hash that tells two people apart and names nobody.
    """
    table = db.table("unanswered")
    table.add_column("state", str, not_null_default="waiting")
    table.add_column("entry_id", str)
    table.add_column("closed_at", str)
    table.add_column("closed_by", int)
    table.add_column("merged_into", int)
    table.add_column("refused", str, not_null_default="[]")
    db.table("wordings").create(
        {"unanswered": int, "hash": str, "question": str, "vector": bytes, "at": str},
        pk=("unanswered", "hash"),
        not_null={"question", "vector"},
        foreign_keys=[("unanswered", "unanswered", "id")],
    )
    db.create_view(
        "every_wording",
        "SELECT id, guild, state, question, vector, model, last_at FROM unanswered UNION ALL "
        "SELECT unanswered, guild, state, wordings.question, wordings.vector, model, last_at "
        "FROM wordings JOIN unanswered ON unanswered.id = unanswered",
    )
    db.table("askers").create(
        {"unanswered": int, "person": str},
        pk=("unanswered", "person"),
        foreign_keys=[("unanswered", "unanswered", "id")],
    )
    db.table("proposals").create(
        {
            "id": int,
            "guild": int,
            "kind": str,
            "entry_id": str,
            "hash": str,
            "question": str,
            "state": str,
            "at": str,
        },
        pk="id",
        not_null={"guild", "kind", "entry_id", "hash", "question", "state"},
    )
    db.table("proposals").create_index(["guild", "kind", "entry_id", "hash"], unique=True)
    db.table("proposers").create(
        {"proposal": int, "person": str},
        pk=("proposal", "person"),
        foreign_keys=[("proposal", "proposals", "id")],
    )
    db.table("negatives").create(
        {"guild": int, "entry_id": str, "hash": str, "question": str, "at": str},
        pk=("guild", "entry_id", "hash"),
        not_null={"question"},
    )
    db.table("notices").create(
        {"id": int, "guild": int, "user": int, "text_key": str, "details": str, "state": str, "at": str},
        pk="id",
        not_null={"guild", "user", "text_key", "details", "state"},
    )
    db.table("notices").create_index(["user", "state"])


@migrations()
def m007_server(db: Database) -> None:
    """Add a server's settings, what happened on which day, links, findings that are fine, and help forums."""
    db.table("guild_settings").create({"guild": int, "settings": str}, pk="guild", not_null={"settings"})
    db.table("days").create(
        {"guild": int, "day": str, "what": str, "entry_id": str, "count": int},
        pk=("guild", "day", "what", "entry_id"),
        not_null={"count"},
    )
    db.table("links").create(
        {"link": str, "state": str, "detail": str, "moved_to": str, "checked_on": str, "gone_since": str},
        pk="link",
        not_null={"state", "checked_on"},
    )
    db.table("dismissals").create(
        {"guild": int, "kind": str, "entry_id": str, "other": str, "states": str},
        pk=("guild", "kind", "entry_id", "other"),
        not_null={"states"},
    )
    db.table("posts").create(
        {
            "thread": int,
            "guild": int,
            "forum": int,
            "entry_id": str,
            "probability": float,
            "state": str,
            "person": str,
            "at": str,
        },
        pk="thread",
        not_null={"guild", "forum", "probability", "state", "at"},
    )
    db.table("posts").create_index(["guild", "forum"])
    db.table("quiet").create({"guild": int, "person": str}, pk=("guild", "person"))


@migrations()
def m008_merged(db: Database) -> None:
    """Add an index for the parts of a merged question, which every unanswered question looks for."""
    db.table("unanswered").create_index(["merged_into"])


@migrations()
def m009_peers(db: Database) -> None:
    """Add people who want to meet somebody. Columns named `sealed` are encrypted (bot/storage/sealing.py)."""
    db.table("peers").create(
        {
            "guild": int,
            "user": int,
            "state": str,
            "consented_at": str,
            "active_at": str,
            "resumes_at": str,
            "why_paused": str,
            "waited": int,
            "rests": int,
            "skips": int,
            "is_held": int,
            "silences": int,
            "introduced": int,
            "sealed": bytes,
            "sealed_vector": bytes,
            "model": str,
        },
        pk=("guild", "user"),
        not_null={"state", "consented_at", "active_at", "sealed"},
    )
    # Keyed hashes of people, so that a block outlives the profile of either. kind: block, past, same.
    db.table("peer_ties").create(
        {"guild": int, "kind": str, "first": str, "second": str, "at": str},
        pk=("guild", "kind", "first", "second"),
        not_null={"at"},
    )
    db.table("setbacks").create(
        {"guild": int, "id": str, "label": str, "is_sensitive": int}, pk=("guild", "id"), not_null={"label"}
    )
    db.table("introductions").create(
        {
            "id": int,
            "guild": int,
            "round": int,
            "kind": str,
            "state": str,
            "first": int,
            "second": int,
            "first_answer": str,
            "second_answer": str,
            "first_out": int,
            "second_out": int,
            "sealed": bytes,
            "offered_at": str,
            "told_at": str,
            "is_reminded": int,
            "revealed_at": str,
            "thread": int,
            "check_ins": int,
            "not_yets": int,
            "end": str,
        },
        pk="id",
        not_null={"guild", "kind", "state", "first", "second", "sealed", "offered_at", "told_at"},
    )
    for column in ("first", "second", "state"):
        db.table("introductions").create_index(["guild", column])
    db.table("check_ins").create(
        {"introduction": int, "number": int, "user": int, "said": str, "at": str},
        pk=("introduction", "number", "user"),
        foreign_keys=[("introduction", "introductions", "id")],
        not_null={"said", "at"},
    )
    db.table("letters").create(
        {
            "id": int,
            "guild": int,
            "user": int,
            "text_key": str,
            "details": str,
            "introduction": int,
            "at": str,
            "is_pinged": int,
            "is_read": int,
        },
        pk="id",
        not_null={"guild", "user", "text_key", "details", "at"},
    )
    db.table("letters").create_index(["guild", "user"])
    db.table("reports").create(
        {
            "id": int,
            "guild": int,
            "introduction": int,
            "reporter": int,
            "reported": int,
            "reason": str,
            "sealed": bytes,
            "state": str,
            "at": str,
            "decided_by": int,
        },
        pk="id",
        not_null={"guild", "introduction", "reporter", "reported", "reason", "sealed", "state", "at"},
    )
    db.table("rounds").create({"guild": int, "number": int, "record": str}, pk=("guild", "number"), not_null={"record"})


@migrations()
def m010_sealing(db: Database) -> None:
    """Add whose words something is in, as a keyed hash; the words themselves are sealed from now on, in their columns.

    Those that are stored already are sealed at the next start, with the keys (bot/storage/resealing.py): in columns
    where sealed bytes stand, text is what is still to be sealed.
    """
    for table in ("unanswered", "wordings", "proposals", "negatives", "notices"):
        db.table(table).add_column("person", str)
    for table in ("unanswered", "wordings"):
        db.table(table).create_index(["person"])
    db.view("every_wording").drop()
    db.create_view(
        "every_wording",
        "SELECT id, '' AS hash, guild, state, question, vector, model, person, last_at, first_at AS at FROM unanswered "
        "UNION ALL SELECT unanswered, hash, guild, state, wordings.question, wordings.vector, model, wordings.person, "
        "last_at, wordings.at "
        "FROM wordings JOIN unanswered ON unanswered.id = unanswered",
    )


@migrations()
def m012_check_backs(db: Database) -> None:
    """Add who asked to be written to a day later; `country`: whose helplines to show them then."""
    db.table("check_backs").create(
        {"user": int, "guild": int, "at": str, "country": str}, pk="user", not_null={"guild", "at", "country"}
    )


@migrations()
def m011_retention(db: Database) -> None:
    """Add who was asked whether their profile is to stay, and which servers the bot is no longer on, since when."""
    db.table("peers").add_column("asked_at", str)
    db.table("gone_guilds").create({"guild": int, "since": str}, pk="guild", not_null={"since"})
