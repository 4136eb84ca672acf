"""A lost key: one clear sentence, everything that needs none goes on, and one command to begin anew."""

from __future__ import annotations

import json
import secrets
import shutil

import pytest

from bot import app
from bot.core.errors import Exit, RingLockedError, StorageError
from bot.core.models import Kind
from bot.storage.database import Database
from bot.storage.resealing import look_at_keys, start_over
from support.databases import files_in
from support.meeting import Meeting
from support.parts import WordEmbedder
from support.peers import HERE, NOOR, NOW, SAM, opt_in
from support.small import ANSWERED, UNKNOWN
from support.terminal import lantern as run_lantern
from support.worlds import open_world, texts_in


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def start(small_content, state):
    """Start the bot's inside over files, as `lantern run` does: `async with start() as lantern`."""

    def start(**given):
        path = state / "lantern.db"
        return app.lantern(small_content, path, path, WordEmbedder, **given)

    return start


@pytest.fixture
async def used(start, state):
    """A folder in which somebody opted in, and asked what nobody knows."""
    async with start() as lantern:
        await opt_in(lantern.membership)
        await lantern.asking.ask(HERE, UNKNOWN, user=NOOR)
    return state


def lose(state):
    (state / "lantern.key").unlink()


def replace(state):
    (state / "lantern.key").write_text(secrets.token_hex(32))


def damage(state):
    (state / "lantern.key").write_text("nothing of use")


def lose_ring(state):
    (state / "keys.db").unlink()


def spoil_ring(state):
    (state / "keys.db").write_bytes(b"This is no database." * 500)


FAULTS = {
    lose: "lantern.key is missing",
    replace: "lantern.key is not the key it was locked with",
    damage: "lantern.key is damaged",
    lose_ring: "keys.db is missing",
    spoil_ring: "keys.db is damaged or is not a database",
}
every_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)


@every_fault
async def test_the_bot_starts_says_why_in_one_sentence_and_answers(used, start, fault, caplog):
    fault(used)
    async with start() as lantern:
        answered = await lantern.asking.ask(HERE, ANSWERED, user=NOOR)
        unknown = await lantern.asking.ask(HERE, UNKNOWN, user=SAM)
        why = lantern.keyring.why_locked

        assert lantern.keyring.is_locked
        assert FAULTS[fault] in why
        assert [why] == [record.args[0] for record in caplog.records if record.levelname == "ERROR"]
        assert (Kind.ANSWER, Kind.UNKNOWN, None) == (
            answered.decision.kind,
            unknown.decision.kind,
            unknown.unanswered_id,
        )


@every_fault
async def test_nothing_is_read_written_or_made_while_it_is_locked(used, start, fault):
    fault(used)
    before = {path.name: path.read_bytes() for path in used.iterdir() if path.name.startswith(("keys", "lantern.key"))}
    async with start() as lantern:
        for use in (
            lantern.membership.member(HERE, NOOR),
            lantern.membership.members(HERE),
            opt_in(lantern.membership, SAM),
            lantern.queue.waiting(HERE),
        ):
            with pytest.raises(RingLockedError) as caught:
                await use
            assert "error.sealed" == caught.value.text_key

    after = {path.name: path.read_bytes() for path in used.iterdir() if path.name.startswith(("keys", "lantern.key"))}
    assert before == after


async def test_with_the_key_back_everything_is_there(used, start):
    key = (used / "lantern.key").read_text()
    replace(used)
    async with start() as lantern:
        assert lantern.keyring.is_locked
    (used / "lantern.key").write_text(key)
    async with start() as lantern:
        assert "They praised my work" in (await lantern.membership.member(HERE, NOOR)).profile.story
        assert [UNKNOWN] == [one.question for one in await lantern.queue.waiting(HERE)]


async def test_leaving_needs_no_key_and_the_next_start_with_one_drops_theirs(used, start):
    """Statement 46: whoever leaves meanwhile is not forgotten only when somebody finds the key."""
    key = (used / "lantern.key").read_text()
    replace(used)
    async with start() as lantern:
        assert await lantern.membership.leave(HERE, NOOR, NOW)
    (used / "lantern.key").write_text(key)
    async with start() as lantern:
        assert ["author"] == [name.partition(":")[0] for _, name in lantern.keyring.held()]


@every_fault
async def test_what_looks_at_it_says_the_same_and_changes_nothing(used, fault):
    fault(used)
    before = files_in(used)
    with pytest.raises(StorageError, match=FAULTS[fault]):
        look_at_keys(used / "lantern.db", None)

    assert before == files_in(used)


async def test_the_doctor_and_the_status_say_it(used, tmp_path):
    replace(used)
    status = run_lantern(tmp_path, "key", "status", "--json")
    found = {row["subject"]: row for row in json.loads(run_lantern(tmp_path, "doctor", "--json").stdout)}

    assert Exit.PROBLEMS == status.returncode
    assert FAULTS[replace] in json.loads(status.stdout)["text"]
    assert ("wrong", json.loads(status.stdout)["text"]) == (
        found["key"]["level"],
        f"{found['key']['text']} {found['key']['mend']}".strip(),
    )


async def test_a_ring_that_opens_is_said_to_be_fine_and_looking_changes_nothing(used, tmp_path):
    before = files_in(used)
    status = run_lantern(tmp_path, "key", "status", "--json")

    assert Exit.OK == status.returncode
    assert {"is_fine": True, "keys": 2} == {name: json.loads(status.stdout)[name] for name in ("is_fine", "keys")}
    assert before == files_in(used)


@every_fault
async def test_starting_over_deletes_what_cannot_be_read_and_nothing_else(used, start, fault):
    async with start() as lantern:
        await lantern.asking.vote(HERE, "letters", NOOR, helped=True)
    fault(used)
    database = await Database.open(used / "lantern.db")
    await start_over(database, None)
    votes = await database.read("SELECT user FROM votes")
    await database.close()

    assert [(NOOR,)] == votes
    async with start() as lantern:
        assert not lantern.keyring.is_locked
        assert await lantern.membership.member(HERE, NOOR) is None
        assert [] == await lantern.queue.waiting(HERE)
        await opt_in(lantern.membership, SAM)
        assert await lantern.membership.member(HERE, SAM)


async def test_the_command_asks_first(used, tmp_path):
    lose(used)
    told = run_lantern(tmp_path, "key", "start-over")
    with pytest.raises(StorageError):
        look_at_keys(used / "lantern.db", None)
    done = run_lantern(tmp_path, "key", "start-over", "--yes")

    assert (Exit.PROBLEMS, Exit.OK) == (told.returncode, done.returncode)
    assert "With --yes these rows are deleted: peers 1, " in told.stdout
    assert look_at_keys(used / "lantern.db", None).is_fine


async def test_where_the_key_opens_everything_there_is_nothing_to_start_over(used, start, tmp_path):
    done = run_lantern(tmp_path, "key", "start-over", "--yes")

    assert Exit.OK == done.returncode
    assert "nothing to start over" in done.stdout
    async with start() as lantern:
        assert await lantern.membership.member(HERE, NOOR)


async def test_a_ring_of_another_database_is_refused(used, start, tmp_path):
    """Its master key may well open it; but whoever was told here has no key in it."""
    other = tmp_path / "other"
    async with start():
        pass
    shutil.copytree(used, other)
    for name in ("keys.db", "lantern.key", "lantern.db"):
        (used / name).unlink()
    async with start():
        pass
    shutil.copy(other / "lantern.db", used / "lantern.db")
    async with start() as lantern:
        assert "is not the one that belongs to this database" in lantern.keyring.why_locked


async def test_in_discord_the_faq_answers_and_everything_sealed_says_so(start_small, tmp_path):
    async with start_small(tmp_path / "lantern.db") as lantern, open_world(lantern) as world:
        meeting = await Meeting(world).turn_on()
        await meeting.opt_in(world.noor)
        await world.ask(UNKNOWN)
        lantern.keyring.lock("The key is lost.")
        answer = await world.ask(ANSWERED)
        unknown = await world.ask(UNKNOWN)
        queue = (await world.mika.slash(world.channel, "faq queue")).response
        inbox = (await world.noor.slash(world.channel, "peers status")).response

        assert "What we know about letters." in texts_in(answer)
        assert world.says("unknown.not_queued") in texts_in(unknown)
        assert world.says("error.sealed") in texts_in(queue)
        assert world.says("error.sealed") in texts_in(inbox)
