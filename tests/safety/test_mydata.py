"""`/mydata`: everything about a person, and nothing of others; then nothing, in no backup either."""

from __future__ import annotations

import pytest

from bot.core.models import UserId
from bot.core.moderation import Capability, GuildSettings
from bot.storage.holdings import HOLDINGS
from bot.storage.personal import BROKEN, PersonalTable
from support.everything import CANARIES, do_everything, erase, opened, rows_with, shown_to
from support.meeting import leaks
from support.worlds import open_world, texts_in


@pytest.fixture
async def used(start_small, tmp_path):
    """A server where Noor did everything; its notes are in a file."""
    notes = tmp_path / "state" / "lantern.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        world.notes, world.keyring = notes, lantern.keyring
        world.meeting = await do_everything(world, world.noor, world.sam)
        yield world


async def tables_with(world, member):
    async with opened(world.notes) as database:
        return await rows_with(database, UserId(member.id), world.keyring)


class TestShown:
    async def test_everything_that_is_stored_about_somebody(self, used):
        """Statement 47: all of it is returned, also what was done in direct messages."""
        found, text = await shown_to(used.noor, used.channel)
        (privately, here) = found["servers"]
        leading = await tables_with(used, used.noor)

        assert [canary for canary in CANARIES if canary not in text] == []
        assert BROKEN not in text
        assert {"server": "direct messages"}.items() < privately.items()
        assert "votes on answers" in privately
        assert {holding.name for holding in HOLDINGS if holding.table in leading} <= here.keys()

    async def test_nothing_about_others(self, used):
        """Statement 47: neither who they were introduced to, nor what those said, nor who reported or blocked them."""
        _, text = await shown_to(used.noor, used.channel)
        _, of_sam = await shown_to(used.sam, used.channel)
        others = [trace for one in (used.sam, used.ines) for trace in (str(one.id), one.user.name)]

        assert [trace for trace in (*others, "lemur") if trace in text] == []
        assert [trace for trace in (str(used.noor.id), "noor", "report", "block", *CANARIES) if trace in of_sam] == []

    async def test_the_same_in_direct_messages(self, used):
        found, _ = await shown_to(used.noor)
        here, _ = await shown_to(used.noor, used.channel)

        assert found["servers"] == here["servers"]

    async def test_nothing_to_whom_nothing_is_stored_about(self, used):
        result = await used.mika.slash(used.channel, "mydata show")

        assert used.says("mydata.nothing") == texts_in(result.response)
        assert result.ephemeral
        assert result.response.attachments == []


class TestDeleted:
    async def test_no_row_leads_to_them_any_more(self, used):
        """Statement 46: only keyed hashes of whom they block, or were offered, stay."""
        before = await tables_with(used, used.noor)
        told = await erase(used, used.noor)
        after = await tables_with(used, used.noor)

        assert {"peers", "votes", "unanswered", "drafts", "letters", "reports", "quiet", "check_backs"} < before
        assert after == {"peer_ties"}
        assert used.says("mydata.deleted") == told

    async def test_no_key_of_theirs_is_left(self, used):
        """Statement 46: no field that they wrote can be decrypted."""
        await erase(used, used.noor)
        held = {name for _, name in used.keyring.held()}
        names = {used.keyring.name_of(used.meeting.guild, UserId(used.noor.id), use) for use in ("peers", "author")}

        assert held.isdisjoint(names)
        assert not any(name.startswith("report:") for name in held)

    async def test_a_backup_from_before_gives_nothing_back(self, used, tmp_path):
        """Statement 46: the rows are in the copy, and what they wrote opens nowhere."""
        backup = tmp_path / "backup.db"
        async with opened(used.notes) as database:
            await database.read("VACUUM INTO ?", [str(backup)])
        await erase(used, used.noor)
        async with opened(backup) as restored:
            found = await PersonalTable(restored, used.keyring).everything(UserId(used.noor.id))

        assert BROKEN in str(found)
        assert [canary for canary in CANARIES if canary in str(found)] == []

    async def test_twice_is_once(self, used):
        await erase(used, used.noor)
        await erase(used, used.noor)

        assert await tables_with(used, used.noor) == {"peer_ties"}

    async def test_what_others_told_stays(self, used):
        kinds = [(await _kinds(used, used.sam))]
        await erase(used, used.noor)
        kinds.append(await _kinds(used, used.sam))

        assert kinds[0] == kinds[1]

    async def test_a_block_holds_for_who_comes_back(self, used):
        """Statement 16: whoever deletes everything and returns is not offered to whom they block, nor the other way."""
        await erase(used, used.noor)
        await used.meeting.opt_in(used.noor)
        for pair in ((used.noor, used.sam), (used.sam, used.noor)):
            with pytest.raises(ValueError, match="unpack"):
                await used.meeting.offer(*pair)

    async def test_an_open_offer_ends_as_it_does_for_any_other_reason(self, used):
        """Statements 4, 11: the other one sees the same card until its time, and then the neutral sentence."""
        before = texts_in(await used.meeting.inbox(used.ines))
        await erase(used, used.noor)
        after = texts_in(await used.meeting.inbox(used.ines))
        await used.meeting.tick(hours=80)
        told = texts_in(await used.meeting.inbox(used.ines))

        assert before == after
        assert used.says("introduction.not_now") in told
        assert leaks(used, [used.noor]) == []


async def _kinds(world, member):
    """Return what somebody is shown of their profile."""
    found, _ = await shown_to(member, world.channel)
    return [server["who opted in to be introduced"] for server in found["servers"]]


class TestForEverybody:
    async def test_whoever_lost_every_role_sees_deletes_and_leaves(self, used):
        nobody = used.guild.create_role("Nobody")
        named = {each: frozenset({nobody.id}) for each in set(Capability) - {Capability.ALWAYS}}
        await used.lantern.guilds.update(used.meeting.guild, lambda _: GuildSettings(named))
        await shown_to(used.noor, used.channel)
        left = await used.noor.slash(used.channel, "peers leave")
        await used.noor.click(left.response, label="Leave and delete")
        policy = await used.noor.slash(used.channel, "privacy")
        await erase(used, used.noor)

        assert used.says("privacy.text").splitlines()[0] in texts_in(policy.response)
        assert await tables_with(used, used.noor) == {"peer_ties"}

    async def test_nobody_presses_the_button_of_somebody_else(self, used):
        asked = await used.noor.slash(used.channel, "mydata delete")
        pressed = used.emit_click(used.raw_click(used.sam, asked.response, "Delete everything"))
        await used.env.settle()

        assert used.says("mydata.not_yours") == texts_in(pressed.followups[0])
        assert "peers" in await tables_with(used, used.noor)
        assert "peers" in await tables_with(used, used.sam)
