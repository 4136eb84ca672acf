"""Two, three and ten people, from the offer to the last check-in, with real clicks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.introductions import Answer
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import MemberState, Ping, Role, Stage
from support.acts import do, picture_of, press_of, said
from support.meeting import END, NO, NOT_YET, STOP, WRONG, YES, Meeting
from support.worlds import buttons_in, open_world, parts, texts_in

OUTCOME, DAY_3, DAY_14 = {"hours": 73}, {"days": 3, "hours": 2}, {"days": 14, "hours": 2}


@pytest.fixture
async def meeting(small_world):
    """A server where meeting is on and Noor and Sam opted in."""
    started = await Meeting(small_world).turn_on()
    await started.opt_in(small_world.noor, small_world.sam)
    return started


@pytest.fixture
def noor(small_world):
    return small_world.noor


@pytest.fixture
def sam(small_world):
    return small_world.sam


@pytest.fixture
def ines(small_world):
    return small_world.ines


class TestAnOffer:
    async def test_it_shows_the_card_and_nothing_else(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        shown = await meeting.inbox(noor)

        assert shown.ephemeral
        assert [YES, NO, WRONG] == list(buttons_in(shown))
        for words in (
            "Somebody you could meet",
            "I would like to talk with somebody who was left waiting too",
            "Names are told only if you both say yes",
        ):
            assert words in texts_in(shown)

    async def test_a_mentor_is_always_a_volunteer_unverified(self, meeting, noor, ines):
        await meeting.opt_in(ines, roles=frozenset({Role.MENTOR}), stage=Stage.EARLY)
        await meeting.offer(noor, ines, Kind.MENTOR)
        by_seeker, by_mentor = await meeting.inbox(noor), await meeting.inbox(ines)

        assert meeting.world.says("offer.volunteer") in texts_in(by_seeker)
        assert meeting.world.says("offer.volunteer") not in texts_in(by_mentor)
        assert "A mentor you could meet" in texts_in(by_seeker)
        assert "Somebody who hopes for a mentor" in texts_in(by_mentor)

    async def test_a_mentor_reads_what_is_asked_of_them_before_their_first_offer_and_whenever_they_want(
        self, meeting, noor, ines
    ):
        await meeting.opt_in(ines, roles=frozenset({Role.MENTOR}), stage=Stage.EARLY)
        await meeting.offer(noor, ines, Kind.MENTOR)
        expectations = meeting.world.says("meeting.mentoring")
        shown = await meeting.inbox(ines)
        before_the_offer, at_hand = (
            texts_in(shown).split("Somebody who hopes for a mentor")[0],
            "What mentoring asks of you",
        )
        await ines.click(shown, label=at_hand)

        assert expectations in before_the_offer
        assert expectations == texts_in(shown)
        assert at_hand not in buttons_in(await meeting.inbox(noor))

    async def test_with_nothing_new_the_inbox_says_so(self, meeting, noor):
        assert meeting.world.says("inbox.empty") == texts_in(await meeting.inbox(noor))

    async def test_who_did_not_opt_in_has_no_inbox(self, meeting, ines):
        assert meeting.world.says("error.not_member") == texts_in(await meeting.inbox(ines))


class TestBothSayYes:
    async def test_both_learn_the_name_at_the_same_hour_and_not_before(self, meeting, noor, sam):
        """Statement 12: revealed to both or to neither."""
        await meeting.offer(noor, sam)
        await meeting.press(noor, YES)
        await meeting.press(sam, YES)
        await meeting.tick()
        before = [texts_in(await meeting.inbox(member)) for member in (noor, sam)]
        await meeting.tick(hours=1)
        after = [texts_in(await meeting.inbox(member)) for member in (noor, sam)]

        assert not any(member.mention in text for member in (noor, sam) for text in before)
        assert [True, True] == [sam.mention in after[0], noor.mention in after[1]]
        assert [True, True] == ["On Discord: sam" in after[0], "On Discord: noor" in after[1]]

    async def test_there_are_rules_a_way_to_begin_and_a_way_out(self, meeting, noor, sam):
        """Statement 58: something felt wrong is one click from the inbox."""
        await meeting.reveal(noor, sam)
        shown = await meeting.inbox(noor)
        asked = await noor.click(shown, label=WRONG)

        assert meeting.world.says("meeting.rules") in texts_in(shown)
        assert meeting.world.says("meeting.opener_any") in texts_in(shown)
        assert {END, WRONG} <= buttons_in(shown).keys()
        assert asked.modal is not None

    async def test_what_is_said_to_an_answer_does_not_depend_on_the_other(self, meeting, noor, sam, ines):
        """Whoever says yes second learns no more than whoever says it first."""
        await meeting.opt_in(ines)
        await meeting.offer(noor, sam)
        first = await meeting.press(noor, YES)
        second = await meeting.press(sam, YES)

        assert texts_in(first.response) == texts_in(second.response)
        assert list(buttons_in(first.response)) == list(buttons_in(second.response))

    async def test_two_at_once_make_one_introduction(self, meeting, noor, sam):
        """Statement 13."""
        await meeting.offer(noor, sam)
        shown = {member: await meeting.inbox(member) for member in (noor, sam)}
        for member, message in shown.items():
            meeting.world.start_click(member, message, YES)
        await meeting.world.env.settle()
        await meeting.tick(hours=1)

        assert sam.mention in texts_in(await meeting.inbox(noor))
        assert noor.mention in texts_in(await meeting.inbox(sam))
        assert 1 == texts_in(await meeting.inbox(noor)).count(sam.mention)

    async def test_the_same_after_a_restart_between_every_step(self, start_small, tmp_path):
        """Nothing is kept in memory: an old button works, an answer is kept, the reveal comes."""
        notes = tmp_path / "notes.db"
        async with start_small(notes) as lantern, open_world(lantern) as world:
            meeting = await Meeting(world).turn_on()
            await meeting.opt_in(world.noor, world.sam)
            await meeting.offer(world.noor, world.sam)
            shown = {member: await meeting.inbox(member) for member in (world.noor, world.sam)}
            for member, message in shown.items():
                async with start_small(notes) as again:
                    await world.restart(again)
                    await member.click(message, label=YES)
            async with start_small(notes) as again:
                await world.restart(again)
                await meeting.tick(hours=1)
            async with start_small(notes) as again:
                await world.restart(again)
                names = texts_in(await meeting.inbox(world.noor)), texts_in(await meeting.inbox(world.sam))

                assert world.sam.mention in names[0]
                assert world.noor.mention in names[1]


class TestItComesToNothing:
    async def test_silence_is_told_neutrally_once_its_time_is_over(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        await meeting.press(noor, YES)
        await meeting.tick(**OUTCOME)
        told = texts_in(await meeting.inbox(noor))

        assert meeting.world.says("introduction.not_now") in told
        assert YES not in buttons_in(await meeting.inbox(noor))

    async def test_who_says_no_is_free_at_once_and_hears_no_more_of_it(self, meeting, noor, sam, ines):
        await meeting.opt_in(ines)
        await meeting.offer(noor, sam)
        await meeting.press(sam, NO)
        await meeting.offer(sam, ines)
        shown = buttons_in(await meeting.inbox(sam)), buttons_in(await meeting.inbox(noor))
        await meeting.tick(**OUTCOME)
        later = texts_in(await meeting.inbox(noor))

        assert [1, 1] == [list(each).count(YES) for each in shown]
        assert meeting.world.says("introduction.not_now") in later

    async def test_a_yes_can_be_taken_back_until_names_are_known(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        await meeting.press(noor, YES)
        await meeting.press(sam, YES)
        await meeting.press(noor, NO)
        await meeting.tick(hours=1)

        assert noor.mention not in texts_in(await meeting.inbox(sam))

    async def test_only_who_has_not_answered_is_reminded_once(self, meeting, noor, sam):
        """Statement 7: one reminder."""
        await meeting.offer(noor, sam)
        await meeting.press(noor, YES)
        await meeting.inbox(sam)
        reminder = meeting.world.lantern.texts.sentences["introduction.reminder"].split("{")[0].strip()
        for _ in range(2):
            await meeting.tick(hours=50)
        first = texts_in(await meeting.inbox(sam)), texts_in(await meeting.inbox(noor))
        await meeting.tick(hours=51)
        second = texts_in(await meeting.inbox(sam))

        assert [1, 0, 0] == [text.count(reminder) for text in (*first, second)]


class TestOldAndForeignButtons:
    async def test_not_yours_and_does_not_exist_are_the_same(self, meeting, noor, sam, ines):
        await meeting.opt_in(ines)
        made = await meeting.offer(noor, sam)
        picture = picture_of(meeting.world, await meeting.inbox(ines))
        verbs = ("yes:{}", "no:{}", "ended:{}", "direct:{}", "thread:{}", "said:{}:met")
        for verb in verbs:
            theirs, none = [
                said(await do(meeting.world, ines, press_of("meet:" + verb.format(number)), picture))
                for number in (made.id, made.id + 1)
            ]

            assert meeting.world.says("error.no_such_introduction") == theirs[-1]
            assert theirs == none

    async def test_a_second_click_says_the_same(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        shown = await meeting.inbox(noor)
        click = meeting.world.raw_click(noor, shown, YES)
        results = [meeting.world.emit_click(click) for _ in range(2)]
        await meeting.world.env.settle()

        assert 1 == len({texts_in(result.response) for result in results})

    async def test_the_button_of_an_offer_that_is_over_says_so(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        shown = await meeting.inbox(noor)
        await meeting.tick(**OUTCOME)
        late = await noor.click(shown, label=YES)

        assert meeting.world.says("error.no_such_introduction") == texts_in(late.followups[0])


class TestAfterwards:
    async def test_an_end_asks_once_and_needs_no_reason(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        await meeting.inbox(sam)
        card = (await meeting.press(noor, END)).response
        asked = texts_in(card)
        await noor.click(card, label=END)
        for_the_other = texts_in(await meeting.inbox(sam))

        assert meeting.world.says("meeting.end_sure") == asked
        assert meeting.world.says("meeting.ended") == texts_in(card)
        assert meeting.world.says("introduction.ended") in for_the_other
        assert noor.mention not in for_the_other

    async def test_check_ins_come_on_day_3_and_14_and_two_not_yets_let_both_go(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        for after in (DAY_3, DAY_14):
            await meeting.tick(**after)
            shown = await meeting.inbox(noor)
            asked = texts_in(shown)
            answered = await noor.click(shown, label=NOT_YET)

            assert 1 == asked.count(meeting.world.says("introduction.check_in"))
            assert meeting.world.says("meeting.checked_in") == texts_in(answered.response)
        both = [texts_in(await meeting.inbox(member)) for member in (noor, sam)]

        assert [True, True] == [meeting.world.says("introduction.released") in text for text in both]

    async def test_a_check_in_can_be_answered_after_it_was_read(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        await meeting.tick(**DAY_3)
        await meeting.inbox(noor)
        again = await meeting.inbox(noor)

        assert {"We met", "We are writing", NOT_YET, STOP, WRONG} <= buttons_in(again).keys()

    async def test_stop_at_a_check_in_ends_it_neutrally(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        await meeting.tick(**DAY_3)
        stopped = await meeting.press(noor, STOP)

        assert meeting.world.says("meeting.ended") == texts_in(stopped.response)
        assert meeting.world.says("introduction.ended") in texts_in(await meeting.inbox(sam))

    async def test_the_bot_passes_no_message_on(self, meeting, noor, sam):
        """Statement 15."""
        await meeting.reveal(noor, sam)
        before = len(meeting.world.env.http_requests)
        await noor.send(meeting.channel, "hello")
        await noor.user.send_dm("hello")
        await meeting.world.env.settle()

        assert before == len(meeting.world.env.http_requests)


class TestPings:
    async def test_a_direct_ping_says_nothing_and_comes_once_for_all_that_is_unread(self, meeting, noor, sam):
        """Statement 6: only who chose to be written to is."""
        await meeting.opt_in(noor, ping=Ping.DIRECT)
        await meeting.offer(noor, sam)
        for _ in range(2):
            await meeting.tick()
        sent = [texts_in(message) for message in noor.user.dm_channel.history()]

        assert [meeting.world.says("inbox.ping")] == sent
        assert [] == sam.user.dm_channel.history()
        assert [] == meeting.channel.history()

    async def test_after_one_refusal_nobody_is_written_to_again_until_they_choose_it_anew(self, meeting, noor, sam):
        """Statement 6: after one 50007 the bot stops trying."""
        await meeting.opt_in(noor, ping=Ping.DIRECT)
        path = f"/channels/{noor.user.dm_channel.id}/messages"
        meeting.world.env.inject_error(
            "POST", path, status=403, code=50007, message="Cannot send messages to this user"
        )
        await meeting.offer(noor, sam)
        await meeting.tick()
        await meeting.press(noor, YES)
        await meeting.press(sam, YES)
        await meeting.tick(hours=1)
        tried = [one for one in meeting.world.env.http_requests if one.path == path]
        member = await meeting.world.lantern.membership.member(meeting.guild, UserId(noor.id))

        assert 1 == len(tried)
        assert Ping.NONE is member.profile.ping
        assert sam.mention in texts_in(await meeting.inbox(noor))

    async def test_who_could_not_be_written_to_is_told_privately_after_something_else(self, meeting, noor, sam):
        await meeting.opt_in(noor, ping=Ping.DIRECT)
        meeting.world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
        await meeting.offer(noor, sam)
        await meeting.tick()
        asked = await noor.slash(meeting.world.channel, "about")

        assert [meeting.world.says("inbox.ping")] == [texts_in(each) for each in asked.followups]

    async def test_a_ping_in_the_channel_pings_just_that_person(self, meeting, noor, sam):
        await meeting.opt_in(noor, ping=Ping.CHANNEL)
        await meeting.offer(noor, sam)
        await meeting.tick()
        (message,) = meeting.channel.history()
        stored = meeting.world.env.backend.get_message(meeting.channel.id, message.id)

        assert f"{noor.mention} {meeting.world.says('inbox.ping')}" == texts_in(message)
        assert [noor.id] == list(stored.ping_user_ids)

    async def test_who_wants_none_is_told_privately_after_something_else_once(self, meeting, noor, sam):
        await meeting.offer(noor, sam)
        await meeting.tick()
        asked = [await noor.slash(meeting.world.channel, "about") for _ in range(2)]
        (hint,) = asked[0].followups
        told = texts_in(hint)
        await noor.click(hint, label="Open my inbox")

        assert [] == asked[1].followups
        assert hint.ephemeral
        assert meeting.world.says("inbox.ping") == told
        assert YES in buttons_in(hint)

    async def test_while_discord_is_down_it_waits(self, meeting, noor, sam):
        await meeting.opt_in(noor, ping=Ping.DIRECT)
        meeting.world.env.inject_error("POST", "/channels/*/messages", status=503, times=2)
        await meeting.offer(noor, sam)
        await meeting.tick()
        meanwhile = len(noor.user.dm_channel.history())
        await meeting.tick()

        assert (0, 1) == (meanwhile, len(noor.user.dm_channel.history()))

    async def test_a_channel_that_is_gone_holds_up_nobody(self, meeting, noor, sam):
        await meeting.opt_in(noor, ping=Ping.CHANNEL)
        await meeting.opt_in(sam, ping=Ping.DIRECT)
        meeting.world.env.backend.delete_channel(meeting.channel.id)
        await meeting.offer(noor, sam)
        await meeting.tick()

        assert 1 == len(sam.user.dm_channel.history())


class TestWhoLeftTheServer:
    async def test_before_the_reveal_they_are_forgotten_and_the_other_reads_the_neutral_sentence(
        self, meeting, noor, sam
    ):
        await meeting.offer(noor, sam)
        await meeting.press(noor, YES)
        await meeting.press(sam, YES)
        meeting.world.env.backend.remove_member(meeting.guild, sam.id)
        await meeting.tick(hours=1)
        soon = texts_in(await meeting.inbox(noor))
        await meeting.tick(**OUTCOME)
        later = texts_in(await meeting.inbox(noor))

        assert sam.mention not in soon + later
        assert meeting.world.says("introduction.not_now") in later
        assert await meeting.world.lantern.membership.member(meeting.guild, UserId(sam.id)) is None

    async def test_afterwards_the_inbox_of_the_other_finds_out(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        meeting.world.env.backend.remove_member(meeting.guild, sam.id)
        shown = texts_in(await meeting.inbox(noor))

        assert sam.mention not in shown
        assert meeting.world.says("introduction.ended") in shown


async def test_a_mentor_who_is_silent_three_times_is_paused_told_why_and_can_return(meeting, noor, sam, ines):
    await meeting.opt_in(ines, roles=frozenset({Role.MENTOR}), stage=Stage.EARLY)
    seekers = [sam, noor, meeting.world.guild.add_member(meeting.world.env.create_user("theo"))]
    await meeting.opt_in(seekers[-1])
    for number, seeker in enumerate(seekers):
        await meeting.offer(seeker, ines, Kind.MENTOR)
        await meeting.tick(hours=73 * (number + 1))
    paused = await meeting.world.lantern.membership.member(meeting.guild, UserId(ines.id))
    told = texts_in(await meeting.inbox(ines))
    await meeting.world.lantern.membership.resume(meeting.guild, UserId(ines.id), datetime.now(UTC))
    back = await meeting.world.lantern.membership.member(meeting.guild, UserId(ines.id))

    assert (MemberState.PAUSED, MemberState.ACTIVE) == (paused.state, back.state)
    assert meeting.world.says("introduction.paused_for_silence") in told


async def test_a_mentor_with_every_place_taken_and_a_new_offer_reads_it_all_in_pages(meeting, ines):
    """At most 40 components and 4,000 characters a page; every introduction is on one."""
    world, others, offers = meeting.world, [], []
    await meeting.opt_in(ines, roles=frozenset({Role.MENTOR}), stage=Stage.EARLY, capacity=5)
    for number in range(5):
        others.append(world.guild.add_member(world.env.create_user(f"seeker{number}")))
        await meeting.opt_in(others[-1], roles=frozenset({Role.SEEKER}))
        offers.append(await meeting.offer(others[-1], ines, Kind.MENTOR, places=5))
    for other in others:
        await meeting.press(other, YES)
    for offer in offers:
        await world.lantern.introductions.answer(
            meeting.guild, UserId(ines.id), offer.id, Answer.YES, datetime.now(UTC)
        )
    await meeting.tick(hours=1)
    shown, seen = await meeting.inbox(ines), []
    for _ in range(10):
        seen.append(texts_in(shown))
        assert len(parts(shown)) <= 40
        assert len(seen[-1]) <= 4000
        following = buttons_in(shown).get("Next page", {"disabled": True})
        if following.get("disabled"):
            break
        shown = (await ines.click(shown, label="Next page")).response

    assert all(any(other.mention in text for text in seen) for other in others)


async def test_three_people_each_learn_only_of_their_own(meeting, noor, sam, ines):
    await meeting.opt_in(noor, roles=frozenset({Role.PEER, Role.SEEKER}))
    await meeting.opt_in(ines, roles=frozenset({Role.MENTOR}), stage=Stage.EARLY)
    await meeting.reveal(noor, sam)
    await meeting.reveal(noor, ines, Kind.MENTOR)
    shown = {member: texts_in(await meeting.inbox(member)) for member in (noor, sam, ines)}

    assert {(noor, sam), (noor, ines), (sam, noor), (ines, noor)} == {
        (reader, other) for reader, text in shown.items() for other in shown if other.mention in text
    }


async def test_ten_people_are_introduced_by_one_round_and_all_meet(meeting, noor, sam):
    """From the announcement to the names, with the real solver."""
    world = meeting.world
    more = [world.guild.add_member(world.env.create_user(f"member{number}")) for number in range(8)]
    await meeting.opt_in(*more)
    everybody = [noor, sam, *more]
    settings = (await world.lantern.guilds.settings(meeting.guild)).peers
    at = world.lantern.rounds.next_at(settings, datetime.now(UTC) + timedelta(days=2))
    await world.client.clock.run_due(at - timedelta(hours=24))
    announced = [buttons_in(await meeting.inbox(member)) for member in everybody]
    await world.client.clock.run_due(at)
    for member in everybody:
        await meeting.press(member, YES)
    await world.client.clock.run_due(at + timedelta(hours=2))
    shown = {member: texts_in(await meeting.inbox(member)) for member in everybody}
    met = {(reader.id, other.id) for reader, text in shown.items() for other in everybody if other.mention in text}

    assert all("Skip this round" in each for each in announced)
    assert 10 == len(met)
    assert met == {(other, reader) for reader, other in met}
