"""Whoever deleted their data stays deleted, also where a backup from before is brought back.

Keys that were dropped make what was encrypted unreadable; what was not encrypted is deleted from the backup again.
"""

from __future__ import annotations

import shutil
import struct
from datetime import UTC, datetime, timedelta

import pytest

from bot import app
from bot.core.errors import StorageError, UsageError
from bot.core.models import GuildId, UserId
from bot.safety.pseudonyms import Pseudonyms
from bot.storage import deletions
from bot.storage.holdings import HOLDINGS
from bot.storage.resealing import open_keyring
from support.backups import back_up, every_row, put_back
from support.everything import CANARIES, do_everything, erase, opened, rows_with
from support.killing import killed_at_each_step, ring_in
from support.parts import WordEmbedder
from support.peers import HERE, NOOR, SAM
from support.telling import tell_everything
from support.worlds import open_world

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def bytes_that_lead_to(user, keyring, guild) -> list[bytes]:
    """Return an id as SQLite and as texts hold it, and what stands for it where nothing may stay."""
    names = Pseudonyms(keyring.names)
    hashes = [names.of(user, f"{context}:{guild}") for context in ("author", "quiet", "peers")]
    return [struct.pack(">q", user).lstrip(b"\0"), str(user).encode(), *(each.encode() for each in hashes)]


def found_in(folder, needles, names="lantern.db*") -> list[bytes]:
    """Return what is found in the bytes of a database and of all that lies beside it under its name."""
    whole = b"".join(path.read_bytes() for path in folder.glob(names) if ".replaced-" not in path.name)
    return [needle for needle in needles if needle in whole]


async def kinds_shown(running, user) -> set[str]:
    """Return what kinds of data `/mydata show` has of somebody, on all servers together."""
    found = await running.personal.everything(user, NOW)
    return {kind for server in found["servers"] for kind in server if kind != "server"}


TIES = {"who is never introduced to whom"}
"""What stays of whoever deletes everything, as PRIVACY.md says."""


class TestAPerson:
    """Noor does everything there is to do with the bot; a backup is made; she deletes everything."""

    @pytest.fixture
    async def deleted(self, start_small, tmp_path):
        """The folder of the stopped bot, the backup, Noor's id and Sam's, and the bytes that led to her."""
        state = tmp_path / "state"
        async with start_small(state / "lantern.db") as lantern, open_world(lantern) as world:
            meeting = await do_everything(world, world.noor, world.sam)
            backup = back_up(state, NOW).path
            needles = found_in(state, bytes_that_lead_to(world.noor.id, lantern.keyring, meeting.guild))
            await erase(world, world.noor)
        assert len(needles) >= 3, "her id, and what stands for it in two tables"
        return state, backup, UserId(world.noor.id), UserId(world.sam.id), needles

    async def test_is_not_in_a_backup_that_was_brought_back(self, deleted, start_small):
        """Statement 46: no row leads to them but of whom they block, no byte of the file, and nothing is shown."""
        state, backup, noor, _, needles = deleted
        prepared, _ = await put_back(backup, state, NOW)
        found, words = found_in(state, needles), [word for word in CANARIES if found_in(state, [word.encode()])]
        async with start_small(state / "lantern.db") as lantern, opened(state / "lantern.db") as database:
            leading = await rows_with(database, noor, lantern.keyring)
            kinds = await kinds_shown(lantern, noor)

        assert needles == found_in(backup.parent, needles, "lantern-*"), "as long as it lives, the backup holds them"
        assert 1 == prepared.deleted
        assert [] == found == words
        assert {"peer_ties"} == leading
        assert kinds <= TIES

    async def test_is_not_in_one_that_was_copied_back_by_hand_once_the_bot_started(self, deleted, start_small):
        state, backup, noor, _, needles = deleted
        shutil.copy(backup, state / "lantern.db")
        assert needles == found_in(state, needles)
        async with start_small(state / "lantern.db") as lantern:
            assert await kinds_shown(lantern, noor) <= TIES
            assert [] == found_in(state, needles)

    async def test_keeps_what_others_told(self, deleted, start_small):
        state, backup, _, sam, _ = deleted
        await put_back(backup, state, NOW)
        async with start_small(state / "lantern.db") as lantern:
            of_sam = await lantern.personal.everything(sam, NOW)

        assert "lemurs" in str(of_sam)

    async def test_is_noted_without_a_byte_of_their_id(self, deleted):
        state, _, noor, _, needles = deleted
        keys = (state / "keys.db").read_bytes()

        assert [needle for needle in (*needles, str(noor).encode()) if needle in keys] == []


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def start(small_content, state):
    """Start the bot's inside on the database of the folder."""

    def start():
        return app.lantern(small_content, state / "lantern.db", state / "lantern.db", WordEmbedder)

    return start


async def test_who_left_the_introductions_is_not_among_them_again(start, state):
    """Statement 46: the profile goes, and what they asked and voted stays as it was."""
    async with start() as running:
        await tell_everything(running)
        backup = back_up(state, NOW).path
        await running.membership.leave(HERE, NOOR, NOW)
    await put_back(backup, state, NOW)
    async with start() as running:
        kinds = await kinds_shown(running, NOOR)
        assert await running.membership.member(HERE, SAM) is not None

    assert "who opted in to be introduced" not in kinds
    assert "questions without an answer" in kinds


async def test_a_server_that_removed_the_bot_does_not_come_back(start, state):
    """Statement 52: and another one does."""
    there = GuildId(HERE + 1)
    async with start() as running:
        await tell_everything(running)
        await running.membership.join(there, SAM, is_adult=True, now=NOW)
        backup = back_up(state, NOW).path
        await running.keeping.look({there}, NOW - DAY)
        assert 1 == await running.keeping.drop_gone(NOW)
    await put_back(backup, state, NOW)
    async with opened(state / "lantern.db") as database:
        counts = {
            holding.table: await database.read(
                f"SELECT count(*) FROM {holding.table} WHERE {holding.guild} = ?", [HERE]
            )
            for holding in HOLDINGS
            if holding.guild
        }
    left = [table for table, count in counts.items() if count != [(0,)]]
    async with start() as running:
        found = await running.personal.everything(SAM, NOW)
        assert [str(there)] == [server["server"] for server in found["servers"]]

    assert [] == left


async def test_who_came_back_keeps_what_they_told_since(start, state):
    """A backup from before they deleted everything loses it again; one from after they came back does not."""
    async with start() as running:
        await tell_everything(running)
        old = back_up(state, NOW).path
        await running.personal.erase(NOOR, NOW)
        await running.membership.join(HERE, NOOR, is_adult=True, now=NOW)
        new = back_up(state, NOW + DAY).path
    await put_back(new, state, NOW)
    async with start() as running:
        assert await running.membership.member(HERE, NOOR) is not None
    await put_back(old, state, NOW + DAY)
    async with start() as running:
        assert await kinds_shown(running, NOOR) <= TIES


async def test_a_new_master_key_opens_backups_from_before_and_still_knows_who_deleted(start, state):
    """Statement 50: it wraps the same keys; the old master key is needed for old copies of keys.db alone."""
    async with start() as running:
        await tell_everything(running)
        backup = back_up(state, NOW).path
        await running.personal.erase(NOOR, NOW)
        running.keyring.rotate(print)
    await put_back(backup, state, NOW)
    async with start() as running:
        assert await kinds_shown(running, NOOR) <= TIES
        assert (await running.membership.member(HERE, SAM)).profile.story


async def test_killed_at_any_step_of_deleting_the_next_start_completes_it_or_it_never_began(start, state, tmp_path):
    async with start() as running:
        await tell_everything(running)
    (state / "who").write_text(str(NOOR))
    ends = []
    for folder in killed_at_each_step(state, tmp_path / "killed", "erase", 25):
        ring = ring_in(folder)
        is_noted = bool(deletions.noted_after(ring, 0))
        ring.close()
        async with opened(folder / "lantern.db") as database:
            keyring = await open_keyring(database)
            leading = await rows_with(database, NOOR, keyring)
            held = {name for _, name in keyring.held()}
            mine = {keyring.name_of(HERE, NOOR, use) for use in ("peers", "author")}
            keyring.close()
        assert is_noted == (leading <= {"peer_ties"})
        assert is_noted == held.isdisjoint(mine)
        ends.append(is_noted)

    assert ends == sorted(ends)
    assert {False, True} == set(ends)


async def test_a_deletion_that_failed_is_not_done_later_behind_somebodys_back(start, state):
    """The person was told that it failed; after the note was made, the database refuses."""
    async with start() as running:
        await tell_everything(running)
        async with opened(state / "lantern.db") as database:
            refusal = "CREATE TRIGGER refuses BEFORE DELETE ON drafts BEGIN SELECT RAISE(ABORT, 'no'); END"
            await database.run(lambda db: db.execute(refusal))
        with pytest.raises(StorageError):
            await running.personal.erase(NOOR, NOW)
        assert [] == deletions.noted_after(running.keyring, 0)
    async with start() as running:
        assert "who opted in to be introduced" in await kinds_shown(running, NOOR)


class TestNotes:
    """How long it is known who deleted what."""

    async def test_stay_as_long_as_backups_and_then_a_backup_from_before_is_refused(self, start, state):
        async with start() as running:
            await tell_everything(running)
            backup = back_up(state, NOW).path
            await running.personal.erase(NOOR, NOW)
            deletions.forget_before(running.keyring, NOW - DAY)
            assert 1 == len(deletions.noted_after(running.keyring, 0))
            deletions.forget_before(running.keyring, NOW + DAY)
            assert [] == deletions.noted_after(running.keyring, 0)
            after = back_up(state, NOW + DAY).path
        rows = every_row(state / "lantern.db")
        with pytest.raises(UsageError, match="no longer known who deleted"):
            await put_back(backup, state, NOW)
        assert rows == every_row(state / "lantern.db")

        await put_back(backup, state, NOW, without_people=True)
        assert [] == every_row(state / "lantern.db")["votes"]
        await put_back(after, state, NOW + DAY)
        async with start() as running:
            assert await kinds_shown(running, NOOR) <= TIES

    async def test_go_on_counting_where_an_older_keys_file_was_brought_back(self, start, state):
        """Else a deletion would have a number that backups believe to have seen."""
        async with start() as running:
            await tell_everything(running)
        shutil.copy(state / "keys.db", state / "older")
        async with start() as running:
            for user in (UserId(7), UserId(8)):
                await running.personal.erase(user, NOW)
            backup = back_up(state, NOW).path
        shutil.copy(state / "older", state / "keys.db")
        async with start() as running:
            await running.personal.erase(NOOR, NOW)
            assert [3] == [number for number, _ in deletions.noted_after(running.keyring, 2)]
        await put_back(backup, state, NOW)
        async with start() as running:
            assert await kinds_shown(running, NOOR) <= TIES
