"""Takes one person out of every table, inside the transaction of whoever holds `db`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.errors import RingLockedError, SealBrokenError
from bot.core.models import GuildId, UserId
from bot.core.moderation import ProposalState
from bot.peers.steps import NOBODY
from bot.safety.pseudonyms import Pseudonyms
from bot.storage.holdings import HOLDINGS, Fate, Owner
from bot.storage.introduction_rows import FORGOTTEN
from bot.storage.introductions import forget
from bot.storage.reports import key_of_report
from bot.storage.wordings import Wordings

if TYPE_CHECKING:
    from datetime import datetime

    import sqlite_utils

    from bot.storage.holdings import Holding
    from bot.storage.keyring import Keyring

OWNED = tuple(holding for holding in HOLDINGS if holding.table in {"proposals", "negatives"})
"""Tables with somebody's words in `question` that may go on as nobody's; wordings of questions see to themselves."""


def know_pseudonyms(db: sqlite_utils.Database, keyring: Keyring) -> None:
    """Let SQL hash people: `pseudonym(user, context)`. Raises RingLockedError where nobody can be told apart."""
    pseudonyms = Pseudonyms(keyring.names)
    pseudonyms.of(NOBODY, "")  # raised from within SQL, its error would lose its name
    db.conn.create_function("pseudonym", 2, pseudonyms.of, deterministic=True)


def guilds_in(db: sqlite_utils.Database) -> set[GuildId]:
    """Return every server of which something is stored; NO_GUILD for what was done in direct messages."""
    tables = [holding.table for holding in HOLDINGS if holding.guild == "guild" and holding.table != "gone_guilds"]
    sql = " UNION ".join(f"SELECT guild FROM {table}" for table in tables)  # noqa: S608 - names of tables
    return {GuildId(guild) for (guild,) in db.execute(sql).fetchall()}


def erase(db: sqlite_utils.Database, keyring: Keyring, user: UserId, now: datetime) -> list[tuple[GuildId, str]]:
    """Forget somebody; return the keys, by server and name, of what they reported, which are to be dropped.

    Open introductions end as when somebody leaves. Whatever stays is said, with its reason, in `Holding.left`.
    """
    know_pseudonyms(db, keyring)
    reported = _forget_reports(db, user)
    for guild in guilds_in(db):
        Wordings(keyring).forget(db, guild, keyring.author(guild, user) or "")
        _forget_proposals(db, keyring, guild, user)
        forget(db, keyring, guild, user, now)
    db.execute("DELETE FROM peers WHERE user = ?", [user])
    for holding in HOLDINGS:
        for trace in holding.traces:
            if trace.fate is Fate.DELETED:
                db.execute(f"DELETE FROM {holding.table} WHERE {trace.where}", {"user": user})  # noqa: S608
            elif trace.unnamed is not None:
                columns = ", ".join(f'"{column}" = :{column}' for column in trace.unnamed)
                sql = f"UPDATE {holding.table} SET {columns} WHERE {trace.where}"  # noqa: S608 - our own declarations
                db.execute(sql, {"user": user, **trace.unnamed})
    return reported


def erase_member(db: sqlite_utils.Database, keyring: Keyring, guild: GuildId, user: UserId, now: datetime) -> bool:
    """Forget what somebody told on a server to be introduced; False where nothing was stored. Needs no keys."""
    forget(db, keyring, guild, user, now)
    return db.execute("DELETE FROM peers WHERE guild = ? AND user = ?", [guild, user]).rowcount > 0


def erase_guild(db: sqlite_utils.Database, guild: GuildId) -> None:
    """Delete everything of a server."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    # Rows that find their server through others go before those.
    for holding in sorted(HOLDINGS, key=lambda holding: holding.guild == "guild"):
        if holding.guild:
            db.execute(f"DELETE FROM {holding.table} WHERE {holding.guild} = ?", [guild])  # noqa: S608 - our declarations


def disown(db: sqlite_utils.Database, keyring: Keyring, until: str) -> int:
    """Let words from before a moment (as columns hold it) be nobody's any more; return how many."""
    for guild in guilds_in(db):
        Wordings(keyring).disown(db, guild, until)
    disowned = 0
    for holding in OWNED:
        sql = f"SELECT rowid AS place, * FROM {holding.table} WHERE person IS NOT NULL AND at <= ?"  # noqa: S608
        rows = list(db.query(sql, [until]))
        disowned += len(rows)
        for row in rows:
            _disown(db, keyring, holding, row)
    return disowned


def _forget_reports(db: sqlite_utils.Database, user: UserId) -> list[tuple[GuildId, str]]:
    """Take the words out of somebody's reports; who reported is taken out by `forget`."""
    reports = db.execute("SELECT guild, id FROM reports WHERE reporter = ?", [user]).fetchall()
    db.execute("UPDATE reports SET sealed = ? WHERE reporter = ?", [FORGOTTEN, user])
    return [(GuildId(guild), key_of_report(number)) for guild, number in reports]


def _forget_proposals(db: sqlite_utils.Database, keyring: Keyring, guild: GuildId, user: UserId) -> None:
    """Take somebody's votes and words out of proposals. One that nobody else supports goes, unless it was confirmed."""
    of_theirs = "person = pseudonym(?, 'proposal:' || proposal)"
    sql = f"SELECT proposal FROM proposers WHERE {of_theirs}"  # noqa: S608 - our own condition
    supported = [number for (number,) in db.execute(sql, [user]).fetchall()]
    db.execute(f"DELETE FROM proposers WHERE {of_theirs}", [user])  # noqa: S608
    person = keyring.author(guild, user)
    for holding in OWNED:
        sql = f"SELECT rowid AS place, * FROM {holding.table} WHERE guild = ? AND person = ?"  # noqa: S608 - a name of a table
        for row in list(db.query(sql, [guild, person])):
            _disown(db, keyring, holding, row)
            if holding.table == "proposals":
                supported.append(row["id"])
    for number in supported:
        sql = "SELECT count(*) FROM proposers WHERE proposal = ?"
        if not db.execute(sql, [number]).fetchone()[0]:
            kept = ProposalState.CONFIRMED.value
            db.execute("DELETE FROM proposals WHERE guild = ? AND id = ? AND state <> ?", [guild, number, kept])


def _disown(db: sqlite_utils.Database, keyring: Keyring, holding: Holding, row: dict[str, Any]) -> None:
    """Seal somebody's words anew with the server's key; what does not open stays as it is, for it never will."""
    guild, context = GuildId(row["guild"]), holding.sealed["question"].format_map(row)
    sealed = row["question"]
    try:
        sealed = keyring.words(guild, None).seal(keyring.words(guild, row["person"]).open(sealed, context), context)
    except RingLockedError:
        raise
    except SealBrokenError:
        pass
    sql = f"UPDATE {holding.table} SET question = ?, person = NULL WHERE rowid = ?"  # noqa: S608 - a name of a table
    db.execute(sql, [sealed, row["place"]])


def erase_people(db: sqlite_utils.Database) -> None:
    """Delete everything of every person, and what can be read with their keys alone; servers and their FAQ stay."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    for holding in HOLDINGS:
        if holding.owner is Owner.PERSON or holding.sealed:
            db.execute(f"DELETE FROM {holding.table}")  # noqa: S608 - our declarations
        for trace in holding.traces:
            if trace.unnamed is not None:
                columns = ", ".join(f'"{column}" = :{column}' for column in trace.unnamed)
                db.execute(f"UPDATE {holding.table} SET {columns}", dict(trace.unnamed))  # noqa: S608
