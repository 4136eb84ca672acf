"""A copy of the database from before somebody left gives nothing of theirs back, and takes nothing from others."""

from __future__ import annotations

import shutil
from itertools import combinations

import pytest

from bot import app
from bot.core.errors import SealBrokenError
from bot.storage.sealing import KeyedSealer
from support.parts import WordEmbedder
from support.peers import HERE, NOOR, NOW, SAM
from support.telling import CANARIES, OTHERS, SENTENCE, backup, tell_everything


@pytest.fixture
def start(small_content, tmp_path):
    def start():
        path = tmp_path / "state" / "lantern.db"
        return app.lantern(small_content, path, path, WordEmbedder)

    return start


async def shown(lantern) -> str:
    """Return everything the bot can show anybody of what people told on a server."""
    membership, introductions = lantern.membership, lantern.introductions
    found = [await membership.members(HERE), await lantern.reports.open(HERE)]
    found += [await introductions.inbox(HERE, user, NOW) for user in (NOOR, SAM)]
    found += [await lantern.queue.waiting(HERE), await lantern.proposals.waiting(HERE)]
    found += [await lantern.suggestions.waiting(HERE), await lantern.notices.waiting()]
    found += [(await lantern.library.shelf(HERE)).negatives, await lantern.queue.recorded(HERE)]
    return repr(found)


async def test_a_backup_from_before_gives_nothing_of_theirs_back(start, tmp_path):
    """Statement 46: brought back beside the keys as they are now, whatever the bot is asked to show."""
    state = tmp_path / "state"
    async with start() as lantern:
        await tell_everything(lantern)
        backup(state / "lantern.db", tmp_path / "backup.db")
        before = await shown(lantern)
        for user in (NOOR, *OTHERS):
            lantern.keyring.forget_everywhere(user)
    for old in state.glob("lantern.db*"):
        old.unlink()
    shutil.copy(tmp_path / "backup.db", state / "lantern.db")
    async with start() as lantern:
        after = await shown(lantern)
        sam = await lantern.membership.member(HERE, SAM)
        with pytest.raises(SealBrokenError):
            await lantern.membership.member(HERE, NOOR)

    theirs = ("okapi", "numbat", "narwhal", "Pangolins", "aardvark", "tapir", "dugong")
    assert [] == [canary for canary in theirs if canary not in before]
    assert [] == [canary for canary in theirs if canary in after]
    assert SENTENCE == sam.profile.sentence, "what others told is theirs"


async def test_no_key_that_is_left_opens_anything_of_theirs_in_a_backup(start, tmp_path):
    """Statement 46: every cell of the backup, with every key, and with every two of them."""
    state = tmp_path / "state"
    async with start() as lantern:
        await tell_everything(lantern)
        backup(state / "lantern.db", tmp_path / "backup.db")
        keyring = lantern.keyring
        cells = await lantern.activity._database.read(
            "SELECT sealed, 'peers:' || guild || ':' || user FROM peers WHERE user = 101 "
            "UNION SELECT sealed, 'introductions:' || guild || ':' || id FROM introductions "
            "UNION SELECT question, 'unanswered:' || id FROM unanswered "
            "UNION SELECT form, 'drafts:' || id || ':form' FROM drafts"
        )
        opened_before = sum(_opens(keyring, sealed, context) for sealed, context in cells)
        keyring.forget_everywhere(NOOR)
        opened_after = sum(_opens(keyring, sealed, context) for sealed, context in cells)

    assert len(cells) == opened_before
    assert 0 == opened_after


def _opens(keyring, sealed, context) -> bool:
    names = [name for guild, name in keyring.held() if guild == HERE]
    for some in (*((name,) for name in names), *combinations(sorted(names), 2)):
        try:
            KeyedSealer(keyring, HERE, tuple(some)).open(sealed, context)
        except SealBrokenError:
            continue
        return True
    return False


async def test_leaving_drops_the_key_at_once_and_the_other_one_sees_no_difference(start):
    """Statements 11, 46: the card they were offered is sealed anew, for them alone, until the offer ends."""
    async with start() as lantern:
        await tell_everything(lantern)
        before = await lantern.introductions.inbox(HERE, SAM, NOW)
        await lantern.membership.leave(HERE, NOOR, NOW)
        held = {name for guild, name in lantern.keyring.held() if guild == HERE}
        after = await lantern.introductions.inbox(HERE, SAM, NOW)

    assert before == after
    assert SENTENCE in repr(after.offers)
    assert 1 == sum(name.startswith("peers:") for name in held), "Sam's"


async def test_once_an_offer_is_over_nothing_is_left_of_who_left(start):
    """Statement 46: of the card, only what both had in common."""
    async with start() as lantern:
        await tell_everything(lantern)
        await lantern.membership.leave(HERE, NOOR, NOW)
        (offer,) = (await lantern.introductions.inbox(HERE, SAM, NOW)).offers
        await lantern.introductions.sweep(HERE, offer.told_at)
        (row,) = await lantern.activity._database.read("SELECT sealed, id FROM introductions")
        kept = lantern.keyring.sealer(HERE, SAM).open(row[0], f"introductions:{HERE}:{row[1]}").decode()

    assert "ghosting" in kept
    assert SENTENCE not in kept


async def test_a_report_is_read_after_the_reporter_left_and_goes_with_its_own_key(start):
    async with start() as lantern:
        await tell_everything(lantern)
        await lantern.membership.leave(HERE, NOOR, NOW)
        lantern.keyring.forget_everywhere(NOOR)
        (report,) = await lantern.reports.open(HERE)
        lantern.keyring.drop([(HERE, f"report:{report.id}")])
        (without,) = await lantern.reports.open(HERE)

    assert "Axolotls" in report.text
    assert "" == without.text
    assert "Axolotls" in CANARIES
