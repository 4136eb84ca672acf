"""Something felt wrong: two clicks from everywhere, frozen at once, decided by people, and nobody learns by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.core.introductions import ReportReason
from bot.core.models import UserId
from bot.core.peers import Contact, MemberState
from support.acts import do, form_of, picture_of, press_of, said
from support.meeting import SECRET, WRONG, YES, Meeting, messages_in, payloads, thread_of, traces_of
from support.notes import locked
from support.worlds import buttons_in, open_world, selects_in, texts_in

TYPED = "They asked me to pay for a place on a paper."
UNFOUNDED, SETTLED, REMOVE = "Unfounded", "Settled", "Remove from matching"
DECIDED = {
    UNFOUNDED: ("matching.was_unfounded", True, True),
    SETTLED: ("matching.was_settled", False, True),
    REMOVE: ("matching.was_removed", False, False),
}
"""What moderators read then, whether the introduction goes on, and whether the reported person stays."""


@pytest.fixture
async def meeting(small_world):
    """A server with a moderators' channel; Noor and Sam opted in."""
    started = await Meeting(small_world).turn_on()
    started.desk = small_world.guild.create_text_channel("mods")
    await small_world.lantern.guilds.update(
        started.guild, lambda known: replace(known, moderators_channel=started.desk.id)
    )
    await started.opt_in(small_world.noor, small_world.sam, contact=Contact.THREAD)
    return started


@pytest.fixture
def noor(small_world):
    return small_world.noor


@pytest.fixture
def sam(small_world):
    return small_world.sam


@pytest.fixture
def mika(small_world):
    return small_world.mika


async def report(meeting, member, message=None, text=TYPED, reason="money"):
    """Let somebody report what a message is about, that of their inbox by default."""
    asked = await meeting.press(member, WRONG, message)
    return await member.submit_modal(asked, {"reason": [reason], "text": text})


async def queue(meeting, moderator):
    """Return the moderators' queue, live."""
    return (await moderator.slash(meeting.world.channel, "matching reports")).response


async def decide(meeting, moderator, label):
    """Let a moderator decide about the first report, and confirm it; return what they read then."""
    shown = await queue(meeting, moderator)
    await moderator.click(shown, label=label)
    await moderator.click(shown, label=label)
    return texts_in(shown)


class TestReporting:
    """Statement 58: two clicks from any introduction: *Something felt wrong*, and sending the form."""

    async def test_from_an_offer_from_the_inbox_from_the_thread_and_by_command(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        offered = await meeting.press(noor, WRONG)
        await meeting.press(noor, YES)
        await meeting.press(sam, YES)
        await meeting.tick(hours=1)
        (message,) = messages_in(meeting.world, await thread_of(meeting, noor))
        chosen = (await noor.slash(meeting.world.channel, "peers report")).response
        (select,) = selects_in(chosen)
        asked = [
            offered,
            await meeting.press(noor, WRONG),
            await noor.click(message, label=WRONG),
            await noor.select(chosen, [select["options"][0]["value"]], custom_id=select["custom_id"]),
        ]

        assert 1 == len({str(each.modal["custom_id"]) for each in asked})
        assert "sam" in select["options"][0]["label"]

    async def test_they_are_told_what_happens_and_who_reads_it(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        asked = await meeting.press(noor, WRONG)
        sent = await noor.submit_modal(asked, {"reason": ["pressure"], "text": ""})

        assert meeting.world.says("wrong.who_reads") in str(asked.modal)
        assert meeting.world.says("wrong.thanks") == texts_in(sent.followups[0])
        assert sent.followups[0].ephemeral

    async def test_words_of_crisis_get_help_first_and_the_report_is_kept(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        sent = await report(meeting, noor, text="I want to kill myself")

        assert meeting.world.help_first(kept="care.reported") == texts_in(sent.followups[0])
        assert meeting.world.says("wrong.thanks") == texts_in(sent.followups[1])
        assert 1 == len(await meeting.world.lantern.reports.open(meeting.guild))

    async def test_a_sixth_report_in_a_day_waits_and_its_words_come_back(self, meeting, noor):
        """Statement 57: rate limits on reports."""
        for number in range(6):
            other = meeting.world.guild.add_member(meeting.world.env.create_user(f"other{number}"))
            await meeting.opt_in(other)
            await meeting.offer(noor, other)
            sent = await report(meeting, noor)
        told = [texts_in(each) for each in sent.followups]

        assert 5 == len(await meeting.world.lantern.reports.open(meeting.guild))
        assert TYPED.rstrip(".") in told[0]
        assert meeting.world.says("peers.too_often") == told[-1]

    async def test_what_cannot_be_kept_comes_back(self, start_small, tmp_path):
        notes = tmp_path / "notes.db"
        async with start_small(notes) as lantern, open_world(lantern) as world:
            meeting = await Meeting(world).turn_on()
            await meeting.opt_in(world.noor, world.sam)
            await meeting.reveal(world.noor, world.sam)
            asked = await meeting.press(world.noor, WRONG)
            async with locked(lantern, notes):
                sent = await world.noor.submit_modal(asked, {"reason": ["money"], "text": TYPED})
            told = [texts_in(each) for each in sent.followups]

            assert TYPED.rstrip(".") in told[0]
            assert world.says("error.storage_busy") == told[-1]

    async def test_not_yours_and_does_not_exist_are_the_same(self, meeting, noor, sam):
        ines = meeting.world.ines
        await meeting.opt_in(ines)
        made = await meeting.offer(noor, sam)
        picture = picture_of(meeting.world, await meeting.inbox(ines))
        theirs, none = [
            said(await do(meeting.world, ines, form_of(f"meet:report:{number}", reason="money", text=""), picture))
            for number in (made.id, made.id + 1)
        ]

        assert [meeting.world.says("error.no_such_introduction")] == theirs == none
        assert [] == await meeting.world.lantern.reports.open(meeting.guild)

    async def test_who_had_no_introduction_reads_whom_to_turn_to(self, meeting, noor):
        shown = (await noor.slash(meeting.world.channel, "peers report")).response

        assert meeting.world.says("wrong.nothing") == texts_in(shown)


class TestWhatFollowsAtOnce:
    async def test_the_pair_is_frozen_and_who_is_reported_gets_nobody_new_while_both_use_everything_else(
        self, meeting, noor, sam
    ):
        """Statement 55."""
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        member = await meeting.world.lantern.membership.member(meeting.guild, UserId(sam.id))
        candidates = await meeting.world.lantern.membership.candidates(meeting.guild, member.active_at)
        answers = [texts_in(await meeting.world.ask("worried about letters", who=who)) for who in (noor, sam)]

        assert sam.mention not in texts_in(await meeting.inbox(noor))
        assert member.is_held
        assert [str(noor.id)] == [each.id for each in candidates]
        assert all("What we know about letters" in answer for answer in answers)

    async def test_nothing_the_reported_person_sees_tells_that_somebody_wrote(self, meeting, noor, sam):
        """Statement 56."""
        await meeting.reveal(noor, sam)
        before = texts_in(await meeting.inbox(sam))
        again = texts_in(await meeting.inbox(sam))
        await report(meeting, noor)
        await meeting.tick(hours=2)
        after = texts_in(await meeting.inbox(sam))

        assert noor.mention in before
        assert again == after

    async def test_moderators_are_told_that_one_came_without_a_name_or_a_word_of_it(self, meeting, noor, sam, mika):
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        (line,) = messages_in(meeting.world, meeting.desk.id)
        opened = await mika.click(line, label="Look at it")

        assert meeting.world.says("matching.arrived") == texts_in(line)
        assert "sam" not in texts_in(line)
        assert opened.followups[0].ephemeral
        assert sam.mention in texts_in(opened.followups[0])


class TestTheQueue:
    async def test_a_report_says_who_what_and_when_and_no_story(self, meeting, noor, sam, mika):
        """Statement 60."""
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        shown = await queue(meeting, mika)

        for part in (sam.mention, noor.mention, TYPED.rstrip("."), meeting.world.says("word.wrong_money"), "<t:"):
            assert part in texts_in(shown)
        assert shown.ephemeral
        assert SECRET not in str(payloads(meeting.world))

    async def test_only_moderators_see_it(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        await report(meeting, noor)

        assert meeting.world.says("error.not_allowed") == texts_in(await queue(meeting, sam))

    async def test_a_moderator_sees_none_about_themselves_nor_their_own(self, meeting, noor, mika):
        """Statement 56: the reported person may be a moderator, who must not learn by whom."""
        await meeting.opt_in(mika, contact=Contact.DIRECT)
        await meeting.reveal(noor, mika)
        await report(meeting, noor)
        (open_one,) = await meeting.world.lantern.reports.open(meeting.guild)
        shown = await queue(meeting, mika)
        picture = picture_of(meeting.world, shown)
        forged = await do(meeting.world, mika, press_of(f"faq:matching_decide:{open_one.id}:unfounded"), picture)
        (line,) = messages_in(meeting.world, meeting.desk.id)

        assert meeting.world.says("matching.no_reports") == texts_in(shown)
        assert meeting.world.says("error.version_gone") in said(forged)[-1]
        assert not any(trace in text for trace in traces_of(noor) for text in (texts_in(shown), texts_in(line)))

    @pytest.mark.parametrize("label", DECIDED)
    async def test_a_decision_is_confirmed_and_does_what_it_says(self, meeting, noor, sam, mika, label):
        key, goes_on, stays = DECIDED[label]
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        told = await decide(meeting, mika, label)
        member = await meeting.world.lantern.membership.member(meeting.guild, UserId(sam.id))
        shown = texts_in(await meeting.inbox(noor))

        assert meeting.world.says(key, reported=sam.mention) == told
        assert goes_on == (sam.mention in shown)
        assert stays == (member is not None)
        assert member is None or not member.is_held
        assert meeting.world.says("matching.no_reports") == texts_in(await queue(meeting, mika))

    async def test_who_was_taken_out_cannot_come_back_by_joining_again(self, meeting, noor, sam, mika):
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        await decide(meeting, mika, REMOVE)
        await meeting.opt_in(sam)
        ines = meeting.world.ines
        await meeting.opt_in(ines)
        record = await meeting.world.lantern.rounds.run(meeting.guild, datetime.now(UTC))
        offered = [YES in buttons_in(await meeting.inbox(member)) for member in (noor, ines, sam)]

        assert 1 == record.pairs
        assert [True, True, False] == offered

    async def test_nothing_is_decided_before_it_is_confirmed(self, meeting, noor, sam, mika):
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        shown = await queue(meeting, mika)
        await mika.click(shown, label=REMOVE)
        asked = texts_in(shown)
        await mika.click(shown, label="Back")

        assert meeting.world.says("matching.sure_remove", reported=sam.mention) == asked
        assert meeting.world.says("matching.reports_left", number=1) in texts_in(shown)
        assert 1 == len(await meeting.world.lantern.reports.open(meeting.guild))

    async def test_of_two_moderators_at_once_one_decides(self, meeting, noor, sam, mika):
        other = meeting.world.guild.add_member(meeting.world.env.create_user("olga"), roles=[meeting.world.mods])
        await meeting.reveal(noor, sam)
        await report(meeting, noor)
        clicks = []
        for moderator, label in ((mika, SETTLED), (other, UNFOUNDED)):
            shown = await queue(meeting, moderator)
            await moderator.click(shown, label=label)
            clicks.append(meeting.world.raw_click(moderator, shown, label))
        results = [meeting.world.emit_click(click) for click in clicks]
        await meeting.world.env.settle()
        told = [text for result in results for text in said(result)]

        assert 1 == len([text for text in told if "Decided" in text])
        assert meeting.world.says("error.version_gone") in told

    async def test_five_unfounded_ones_are_told_to_a_human_who_decides(self, meeting, noor, mika):
        """Statement 57: nothing happens to the reporter by itself."""
        for number in range(5):
            other = meeting.world.guild.add_member(meeting.world.env.create_user(f"other{number}"))
            await meeting.opt_in(other)
            await meeting.offer(noor, other)
            await report(meeting, noor)
            await decide(meeting, mika, UNFOUNDED)
        sixth = meeting.world.guild.add_member(meeting.world.env.create_user("sixth"))
        await meeting.opt_in(sixth)
        made = await meeting.offer(noor, sixth)
        later = datetime.now(UTC) + timedelta(days=2)
        reports = meeting.world.lantern.reports
        await reports.report(meeting.guild, UserId(noor.id), made.id, ReportReason.MONEY, TYPED, later)
        member = await meeting.world.lantern.membership.member(meeting.guild, UserId(noor.id))

        assert meeting.world.says("matching.many_unfounded_before", number=5) in texts_in(await queue(meeting, mika))
        assert not member.is_held
        assert member.state is MemberState.ACTIVE


async def test_what_two_reports_of_one_introduction_say_is_kept_and_decided_one_by_one(meeting, noor, sam, mika):
    await meeting.reveal(noor, sam)
    message = await meeting.inbox(sam)
    await report(meeting, noor)
    await report(meeting, sam, message=message, text="She shouted.", reason="pressure")
    first = await decide(meeting, mika, SETTLED)
    second = await decide(meeting, mika, UNFOUNDED)

    assert "Decided" in first
    assert "Decided" in second
    assert [] == await meeting.world.lantern.reports.open(meeting.guild)


async def test_moderators_need_no_permission_but_the_one_to_publish(meeting, noor, sam):
    boss = meeting.world.guild.create_role("Boss", permissions=discord.Permissions(manage_guild=True))
    chief = meeting.world.guild.add_member(meeting.world.env.create_user("chief"), roles=[boss])
    await meeting.reveal(noor, sam)
    await report(meeting, noor)

    assert sam.mention in texts_in(await queue(meeting, chief))
    assert buttons_in(await queue(meeting, chief)).keys() == {UNFOUNDED, SETTLED, REMOVE}
