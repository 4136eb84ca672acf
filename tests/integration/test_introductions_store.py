"""Introductions in the database: what one of both sees of the other, places, pings, and what is kept for how long."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.errors import NoSuchIntroductionError, SealBrokenError, StorageError
from bot.core.introductions import Answer, CheckIn, End, IntroductionState, ReportReason, ReportState
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import Contact, MemberState
from bot.core.ports.peers import Tie, TieKind
from bot.peers.introductions import DIRECT, LOST
from support.introductions import DAY, HOUR, START, TABLES, TOLD_AT, meeting_in, write_round
from support.peers import HERE, KIM, NOOR, SAM, THERE

YES, NO = Answer.YES, Answer.NO
OTHERS = [UserId(1000 + number) for number in range(100)]


@pytest.fixture
async def meeting(tmp_path):
    """NOOR and SAM are members, with nothing between them yet."""
    async with meeting_in(tmp_path / "lantern.db") as opened:
        await opened.join(NOOR, SAM, KIM)
        yield opened


async def unless_over(doing):
    """Do something that may be over by now."""
    try:
        await doing
    except NoSuchIntroductionError:
        return


# What SAM may do to an offer of NOOR and SAM, `at` some time after it.


async def say_nothing(_meeting, _at):
    """Leave the offer without a word."""


async def decline(meeting, at):
    await meeting.say(SAM, NO, at)


async def agree_then_decline(meeting, at):
    await meeting.say(SAM, YES, at)
    await meeting.say(SAM, NO, at)


async def pause(meeting, at):
    await meeting.membership.pause(HERE, SAM, None, START + at)


async def leave(meeting, at):
    await meeting.membership.leave(HERE, SAM, START + at)


async def leave_the_server(meeting, at):
    await meeting.introductions.left(HERE, SAM, START + at)


async def block(meeting, at):
    await meeting.membership.block(HERE, SAM, NOOR, START + at)


async def report(meeting, at):
    await meeting.report(SAM, after=at)


async def be_reported_by_somebody_else(meeting, at):
    """Somebody whom SAM met before reports them."""
    earlier = (await meeting.table.of(HERE, KIM))[0]
    await meeting.reports.report(HERE, KIM, earlier.id, ReportReason.MONEY, "He asked me for money.", START + at)


async def be_removed(meeting, at):
    await be_reported_by_somebody_else(meeting, at)
    await meeting.decide(ReportState.REMOVED, at)


async def agree_without_a_place(meeting, at):
    """SAM, who has one place, gave it to KIM."""
    await meeting.say(SAM, YES, at)


CAUSES = [
    say_nothing,
    decline,
    agree_then_decline,
    pause,
    leave,
    leave_the_server,
    block,
    report,
    be_reported_by_somebody_else,
    be_removed,
]
ROLES = {
    "of peers": (Kind.PEER, NOOR, SAM),
    "of a mentor": (Kind.MENTOR, NOOR, SAM),
    "of a seeker": (Kind.MENTOR, SAM, NOOR),
}


async def seen_while(cause, *, kind, first, second, yes_after, cause_after) -> list[bytes]:
    """Return all that NOOR sees, hour after hour, while SAM does something; NOOR says yes, or never anything."""
    async with meeting_in() as meeting:
        await meeting.join(NOOR, KIM)
        await meeting.join_mentor(SAM, capacity=1)
        place = Kind.MENTOR if cause is agree_without_a_place else Kind.PEER
        (earlier,) = await meeting.offer((KIM, SAM), kind=place, at=START - 9 * DAY)
        for user in (KIM, SAM):
            await meeting.introductions.answer(HERE, user, earlier.id, YES, START - 8 * DAY)
        await meeting.introductions.sweep(HERE, START - 7 * DAY)
        await meeting.offer((first, second), kind=kind, places=2)
        acts = {cause_after: lambda: cause(meeting, cause_after)}
        if yes_after is not None:
            acts[yes_after] = lambda: meeting.say(NOOR, YES, yes_after)
        seen = []
        for moment in sorted({*acts, *(hours * HOUR for hours in (0, 1, 20, 49, 50, 72, 73, 74, 100))}):
            returned = await acts[moment]() if moment in acts else None
            seen.append(repr(returned).encode() if moment == yes_after else b"")
            await meeting.introductions.sweep(HERE, START + moment)
            seen.append(await meeting.seen(NOOR, START + moment))
        return [each.replace(str(await meeting.only()).encode(), b"0") for each in seen]


class TestNoLeak:
    @pytest.mark.parametrize("roles", ROLES)
    @pytest.mark.parametrize("yes_after", [None, 2 * HOUR, 30 * HOUR])
    async def test_whatever_the_other_does_everything_one_sees_is_the_same_byte_for_byte(self, roles, yes_after):
        """Statement 11: decline, silence, pause, leave, block, report and the rest; each text, state and moment."""
        kind, first, second = ROLES[roles]
        who = {"kind": kind, "first": first, "second": second, "yes_after": yes_after}
        seen = {cause.__name__: await seen_while(cause, **who, cause_after=26 * HOUR) for cause in CAUSES}

        assert {"introduction.not_now"} == {
            key for key in ["introduction.not_now"] if key.encode() in seen["decline"][-1]
        }
        assert [] == [name for name, each in seen.items() if each != seen["say_nothing"]]

    async def test_a_mentor_without_a_place_looks_like_one_who_says_nothing(self):
        """Statement 11: also for whoever said yes first, or last."""
        who = {"kind": Kind.MENTOR, "first": NOOR, "second": SAM}
        for yes_after in (2 * HOUR, 30 * HOUR):
            full = await seen_while(agree_without_a_place, **who, yes_after=yes_after, cause_after=26 * HOUR)

            assert full == await seen_while(say_nothing, **who, yes_after=yes_after, cause_after=26 * HOUR)

    async def test_who_declines_sees_the_same_whatever_the_other_said(self):
        seen = []
        for said in (None, YES, NO):
            async with meeting_in() as meeting:
                await meeting.join(NOOR, SAM)
                await meeting.offer()
                if said is not None:
                    await meeting.say(SAM, said)
                declined = await meeting.say(NOOR, NO, 2 * HOUR)
                sights = [repr(declined).replace(str(declined.id), "0").encode()]
                for hours in (2, 3, 49, 73, 74):
                    await meeting.sweep(hours * HOUR)
                    sights.append(
                        (await meeting.seen(NOOR, START + hours * HOUR)).replace(str(declined.id).encode(), b"0")
                    )
                # The list of what can be reported changes when an offer of two no is over; nothing else may.
                seen.append(sights)

        assert seen[0] == seen[1]
        assert seen[0][-1] == seen[2][-1]

    async def test_whoever_says_yes_reads_the_same_confirmation_first_or_second(self, meeting):
        await meeting.offer()
        first, second = await meeting.say(NOOR, YES), await meeting.say(SAM, YES)

        assert (first.state, first.told_at, first.revealed_at) == (second.state, second.told_at, second.revealed_at)
        assert IntroductionState.OFFERED == second.state

    async def test_after_names_are_known_every_end_reads_the_same(self):
        seen = {}
        for name, act in {
            "stop": lambda m: stop(m, SAM),
            "block": lambda m: block(m, DAY),
            "leave": lambda m: leave(m, DAY),
            "check-in": lambda m: m.check_in(SAM, CheckIn.STOP, DAY),
        }.items():
            async with meeting_in() as meeting:
                await meeting.join(NOOR, SAM)
                await meeting.offer()
                await meeting.known()
                await meeting.database.run(lambda db: db.execute("UPDATE introductions SET check_ins = 1"))
                await act(meeting)
                letters = await meeting.letters.unread(HERE, NOOR)
                seen[name] = [(each.text_key, dict(each.details), each.at) for each in letters]

        assert [("introduction.ended", {}, START + DAY)] == seen["stop"]
        assert [] == [name for name, each in seen.items() if each != seen["stop"]]


async def stop(meeting, user):
    await meeting.introductions.stop(HERE, user, await meeting.only(), START + DAY)


class TestReportedUnseen:
    async def test_who_is_reported_sees_no_difference_hour_after_hour(self):
        """Statement 56: neither in what was reported, nor in what else they are offered."""
        seen = []
        for is_reported in (False, True):
            async with meeting_in() as meeting:
                await meeting.join(NOOR, SAM, KIM)
                (earlier,) = await meeting.offer((KIM, SAM), at=START - DAY)
                for user in (KIM, SAM):
                    await meeting.introductions.answer(HERE, user, earlier.id, YES, START - DAY)
                await meeting.sweep(-HOUR)
                (offer,) = await meeting.offer((NOOR, SAM))
                await meeting.introductions.answer(HERE, SAM, offer.id, YES, START + HOUR)
                if is_reported:
                    await be_reported_by_somebody_else(meeting, 2 * HOUR)
                sights = []
                for hours in (3, 50, 73, 80, 24 * 15, 24 * 30):
                    await meeting.sweep(hours * HOUR)
                    sight = await meeting.seen(SAM, START + hours * HOUR)
                    sights.append(sight.replace(str(offer.id).encode(), b"0").replace(str(earlier.id).encode(), b"0"))
                seen.append(sights)

        assert seen[0] == seen[1]


class TestOffers:
    async def test_both_get_the_same_letter_and_the_card_of_the_other_at_the_same_time(self, meeting):
        await meeting.offer()
        noor, sam = [await meeting.introductions.inbox(HERE, user, START) for user in (NOOR, SAM)]

        assert (noor.letters[0].text_key, noor.letters[0].details, noor.letters[0].at) == (
            sam.letters[0].text_key,
            sam.letters[0].details,
            sam.letters[0].at,
        )
        assert "Shown to the first." == noor.offers[0].card_for(NOOR).sentence
        assert "Shown to the second." == sam.offers[0].card_for(SAM).sentence
        assert TOLD_AT == noor.offers[0].told_at

    async def test_before_names_are_known_nothing_that_one_gets_holds_the_id_of_the_other(self, meeting):
        """Statement 9: the store hands out no id that could be sent by mistake."""
        await meeting.offer()
        yes = await meeting.say(NOOR, YES)
        await meeting.say(SAM, YES)
        inbox = await meeting.introductions.inbox(HERE, NOOR, START + HOUR)
        reportable = await meeting.reports.reportable(HERE, NOOR, START + HOUR)

        assert str(SAM) not in repr((yes, inbox, reportable)).replace(str(yes.id), "")
        assert (1, 1) == (len(inbox.offers), len(reportable))

    async def test_a_peer_has_one_live_offer_and_a_mentor_as_many_as_places(self, meeting):
        """Statement 7: at most one live offer per person."""
        mentor, seekers = UserId(500), OTHERS[:4]
        await meeting.join_mentor(mentor, capacity=3)
        await meeting.join(*seekers)
        peers = await meeting.offer((NOOR, SAM), (NOOR, KIM), (KIM, SAM))
        mentored = await meeting.offer(*((seeker, mentor) for seeker in seekers), kind=Kind.MENTOR, places=3)
        later = await meeting.offer((seekers[3], mentor), kind=Kind.MENTOR, places=3)

        assert [1, 3, 0] == [len(peers), len(mentored), len(later)]
        assert {NOOR, SAM, *seekers[:3]} == await meeting.introductions.offered(HERE)
        assert {mentor: 3} == await meeting.introductions.live_counts(HERE)

    async def test_who_declined_is_free_at_once_and_the_other_one_when_they_are_told(self, meeting):
        await meeting.offer()
        await meeting.say(NOOR, NO)

        assert {SAM} == await meeting.introductions.offered(HERE)
        assert 0 == len(await meeting.offer((SAM, KIM), at=START + 2 * HOUR))
        assert 1 == len(await meeting.offer((NOOR, KIM), at=START + 2 * HOUR))
        await meeting.sweep(80 * HOUR)
        assert SAM not in await meeting.introductions.offered(HERE)

    async def test_a_mentor_who_declines_has_that_place_again(self, meeting):
        mentor = UserId(500)
        await meeting.join_mentor(mentor)
        (offer,) = await meeting.offer((NOOR, mentor), kind=Kind.MENTOR)
        await meeting.introductions.answer(HERE, mentor, offer.id, NO, START + HOUR)

        assert {} == await meeting.introductions.live_counts(HERE)
        assert 1 == len(await meeting.offer((SAM, mentor), kind=Kind.MENTOR, at=START + 2 * HOUR))

    @pytest.mark.parametrize("why", ["paused", "left", "held", "blocked", "blocking", "same", "removed"])
    async def test_who_may_not_be_introduced_any_more_since_the_round_began_gets_no_offer_and_no_letter(
        self, meeting, why
    ):
        """Statement 16: also where somebody leaves and returns."""
        await {
            "paused": lambda: meeting.membership.pause(HERE, SAM, None, START),
            "left": lambda: meeting.membership.leave(HERE, SAM, START),
            "held": lambda: meeting.database.run(
                lambda db: db.execute("UPDATE peers SET is_held = 1 WHERE user = 102")
            ),
            "blocked": lambda: _block_and_return(meeting, NOOR, SAM),
            "blocking": lambda: _block_and_return(meeting, SAM, NOOR),
            "same": lambda: meeting.membership.declare_same(HERE, NOOR, SAM, START),
            "removed": lambda: meeting.peers.tie(HERE, Tie(TieKind.BLOCK, SAM, SAM, START)),
        }[why]()

        assert 0 == len(await meeting.offer())
        assert ([], []) == (await meeting.keys(NOOR), await meeting.keys(SAM))

    async def test_an_offer_ties_both_as_past(self, meeting):
        await meeting.offer()

        assert [Tie(TieKind.PAST, NOOR, SAM, START)] == [
            Tie(tie.kind, *sorted((tie.first, tie.second)), tie.at)
            for tie in await meeting.peers.ties(HERE, [NOOR, SAM])
        ]

    async def test_a_round_that_was_held_already_makes_no_offers(self, meeting):
        await meeting.offer(also=write_round())

        await meeting.join(UserId(500))
        with pytest.raises(StorageError):
            await meeting.offer((KIM, UserId(500)), also=write_round())
        assert [] == await meeting.keys(KIM)

    async def test_cards_and_reasons_are_nowhere_in_the_files(self, meeting, tmp_path):
        await meeting.offer()
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())

        assert not [text for text in (b"Shown to the", b"ghosting", b"fit.setbacks") if text in files]

    async def test_cards_that_are_moved_to_another_introduction_do_not_open(self, meeting):
        await meeting.join(UserId(500))
        first, second = await meeting.offer((NOOR, SAM), (KIM, UserId(500)))
        sql = "UPDATE introductions SET sealed = (SELECT sealed FROM introductions WHERE id = ?) WHERE id = ?"
        await meeting.database.run(lambda db: db.execute(sql, [first.id, second.id]))

        assert () == (await meeting.introductions.inbox(HERE, KIM, START)).offers
        with pytest.raises(SealBrokenError):
            await meeting.row(second.id)

    async def test_with_another_key_the_clock_goes_on_and_people_get_a_clear_error(self, meeting):
        await meeting.offer()
        async with meeting_in(meeting.database.path, key=b"another key, of thirty-two bytes") as other:
            with pytest.raises(SealBrokenError):
                await other.introductions.inbox(HERE, NOOR, START)
            await other.sweep(80 * HOUR)

        assert IntroductionState.CLOSED == (await meeting.row()).state

    async def test_ids_of_another_server_or_of_nobody_lead_to_one_error(self, meeting):
        await meeting.offer()
        own = await meeting.only()

        for guild, user, number in ((THERE, NOOR, own), (HERE, KIM, own), (HERE, NOOR, 5)):
            with pytest.raises(NoSuchIntroductionError):
                await meeting.introductions.answer(guild, user, number, YES, START)


async def _block_and_return(meeting, by, other):
    await meeting.membership.block(HERE, by, other, START)
    await meeting.membership.leave(HERE, SAM, START)
    await meeting.join(SAM)


class TestAtOnce:
    @pytest.mark.parametrize("capacity", [1, 3])
    async def test_a_hundred_yes_at_once_never_exceed_a_mentors_places(self, tmp_path, capacity):
        """Statement 13: whatever the number of offers; two processes answer at the same time."""
        path = tmp_path / "lantern.db"
        async with meeting_in(path) as one, meeting_in(path) as two:
            await one.join_mentor(SAM, capacity)
            await one.join(*OTHERS)
            offers = await one.offer(*((each, SAM) for each in OTHERS), kind=Kind.MENTOR, places=len(OTHERS))
            answers = [(user, offer.id) for offer, seeker in zip(offers, OTHERS, strict=True) for user in (SAM, seeker)]
            await asyncio.gather(
                *(
                    (one, two)[number % 2].introductions.answer(HERE, user, offer, YES, START + HOUR)
                    for number, (user, offer) in enumerate(answers)
                )
            )
            agreed = await one.table.to_reveal(HERE, TOLD_AT)
            await asyncio.gather(*(each.introductions.sweep(HERE, TOLD_AT) for each in (one, two, one, two)))
            live = await one.introductions.live_counts(HERE)
            letters = [await one.keys(seeker) for seeker in OTHERS]

        assert 100 == len(offers)
        assert (capacity, {SAM: capacity}) == (len(agreed), live)
        assert capacity == letters.count(["introduction.revealed"])
        assert 100 - capacity == letters.count(["introduction.not_now"])

    async def test_two_yes_at_once_make_one_introduction(self, tmp_path):
        """Statement 13."""
        path = tmp_path / "lantern.db"
        async with meeting_in(path) as one, meeting_in(path) as two:
            await one.join(NOOR, SAM)
            (offer,) = await one.offer()
            answers = [(one, NOOR), (two, SAM), (two, NOOR), (one, SAM)]
            await asyncio.gather(
                *(each.introductions.answer(HERE, user, offer.id, YES, START) for each, user in answers)
            )
            await asyncio.gather(*(each.introductions.sweep(HERE, START + HOUR) for each in (one, two) * 5))
            inboxes = [await one.introductions.inbox(HERE, user, START + HOUR) for user in (NOOR, SAM)]

        assert [1, 1] == [len(inbox.current) for inbox in inboxes]
        assert [["introduction.revealed"]] * 2 == [[each.text_key for each in inbox.letters] for inbox in inboxes]

    async def test_a_yes_and_a_no_at_once_leave_nothing_half_done(self, meeting):
        await meeting.offer()
        await meeting.say(NOOR, YES)
        await asyncio.gather(
            unless_over(meeting.say(SAM, YES)), unless_over(meeting.say(NOOR, NO)), meeting.sweep(2 * HOUR)
        )
        await meeting.sweep(80 * HOUR)

        assert IntroductionState.CLOSED == (await meeting.row()).state
        assert [] == await meeting.keys(NOOR)


class TestTime:
    async def test_swept_again_and_again_everything_happens_once(self, meeting):
        await meeting.offer()
        await meeting.both_yes()
        for hours in (1, 2, 2, 2, 24 * 4, 24 * 4, 24 * 15, 24 * 15):
            await meeting.sweep(hours * HOUR)
        rows = await meeting.database.read("SELECT user, text_key FROM letters ORDER BY user")

        assert [(NOOR, "introduction.check_in"), (SAM, "introduction.check_in")] == rows
        assert 2 == (await meeting.row()).check_ins

    async def test_waiting_ends_with_an_introduction_and_not_with_an_offer(self, meeting):
        await meeting.database.run(lambda db: db.execute("UPDATE peers SET waited = 6"))
        await meeting.offer((NOOR, SAM))
        await meeting.both_yes()
        kept = [(await meeting.standing(user)).waited for user in (NOOR, SAM)]
        await meeting.sweep(2 * HOUR)
        await meeting.offer((KIM, NOOR), at=START + DAY)
        await meeting.sweep(100 * HOUR)

        assert [6, 6] == kept
        assert [0, 0, 6] == [(await meeting.standing(user)).waited for user in (NOOR, SAM, KIM)]

    async def test_a_mentor_rests_a_round_after_three_introductions(self, meeting):
        """Statement 59: rest_after in a row, and no reason is asked of anybody."""
        mentor, seekers = UserId(500), OTHERS[:3]
        await meeting.join_mentor(mentor, capacity=3)
        await meeting.join(*seekers)
        rests = []
        for seeker in seekers:
            (offer,) = await meeting.offer((seeker, mentor), kind=Kind.MENTOR, places=3)
            for user in (seeker, mentor):
                await meeting.introductions.answer(HERE, user, offer.id, YES, START)
            await meeting.sweep(HOUR)
            rests.append((await meeting.standing(mentor)).rests)

        assert [0, 0, 1] == rests

    async def test_a_mentor_silent_three_times_is_paused_told_why_and_comes_back(self, meeting):
        mentor, seekers = UserId(500), OTHERS[:3]
        await meeting.join_mentor(mentor)
        await meeting.join(*seekers)
        states = []
        for number, seeker in enumerate(seekers):
            await meeting.offer((seeker, mentor), kind=Kind.MENTOR, at=START + 5 * number * DAY)
            await meeting.sweep((5 * number + 4) * DAY)
            states.append((await meeting.standing(mentor)).state)
        paused = await meeting.standing(mentor)
        back = await meeting.membership.resume(HERE, mentor, START + 30 * DAY)

        assert [MemberState.ACTIVE, MemberState.ACTIVE, MemberState.PAUSED] == states
        assert "introduction.paused_for_silence" == paused.why_paused
        assert "introduction.paused_for_silence" in await meeting.keys(mentor)
        assert (MemberState.ACTIVE, "", 0) == (back.state, back.why_paused, back.silences)

    async def test_a_word_in_between_starts_the_count_anew(self, meeting):
        mentor = UserId(500)
        await meeting.join_mentor(mentor)
        await meeting.database.run(lambda db: db.execute("UPDATE peers SET silences = 2"))
        (offer,) = await meeting.offer((NOOR, mentor), kind=Kind.MENTOR)
        await meeting.introductions.answer(HERE, mentor, offer.id, NO, START + HOUR)

        assert 0 == (await meeting.standing(mentor)).silences

    async def test_the_other_offers_of_a_mentor_who_is_paused_come_to_nothing_unseen(self, meeting):
        mentor = UserId(500)
        await meeting.join_mentor(mentor, capacity=2)
        await meeting.database.run(lambda db: db.execute("UPDATE peers SET silences = 2 WHERE user = 500"))
        await meeting.offer((NOOR, mentor), kind=Kind.MENTOR, places=2)
        await meeting.offer((SAM, mentor), kind=Kind.MENTOR, places=2, at=START + DAY)
        await meeting.sweep(74 * HOUR)
        inbox = await meeting.introductions.inbox(HERE, SAM, START + 74 * HOUR)

        assert 1 == len(inbox.offers)
        assert 0 == len((await meeting.introductions.inbox(HERE, mentor, START + 74 * HOUR)).offers)

    async def test_outcomes_are_kept_as_counts(self, meeting):
        await meeting.offer()
        await meeting.say(NOOR, NO)
        await meeting.sweep(80 * HOUR)
        rows = await meeting.database.read("SELECT what, entry_id, count FROM days")

        assert [(f"introduction:{End.DECLINED.value}", "", 1)] == rows


class TestLetters:
    async def test_unread_letters_make_one_ping_until_they_are_read(self, meeting):
        """Statement 6: whatever happens meanwhile."""
        await meeting.offer()
        first = [each for each in await meeting.introductions.unpinged() if each.user == NOOR]
        await meeting.introductions.pinged(first)
        await meeting.database.run(lambda db: db.table("letters").insert(_other_letter(NOOR)))
        silent = [each for each in await meeting.introductions.unpinged() if each.user == NOOR]
        await meeting.introductions.mark_read(HERE, NOOR, await meeting.letters.unread(HERE, NOOR))
        await meeting.database.run(lambda db: db.table("letters").insert(_other_letter(NOOR)))
        again = [each for each in await meeting.introductions.unpinged() if each.user == NOOR]

        assert [1, 0, 1] == [len(first), len(silent), len(again)]

    async def test_nobody_marks_the_letters_of_somebody_else_as_read(self, meeting):
        await meeting.offer()
        await meeting.introductions.mark_read(HERE, KIM, await meeting.letters.unread(HERE, NOOR))
        await meeting.introductions.mark_read(THERE, NOOR, await meeting.letters.unread(HERE, NOOR))

        assert ["introduction.offered"] == await meeting.keys(NOOR)

    async def test_a_newer_letter_takes_the_place_of_an_unread_one_about_the_same(self, meeting):
        await meeting.offer()
        await meeting.introductions.pinged(await meeting.introductions.unpinged())
        await meeting.sweep(50 * HOUR)

        assert ["introduction.reminder"] == await meeting.keys(NOOR)
        assert {NOOR, SAM} == {letter.user for letter in await meeting.introductions.unpinged()}


def _other_letter(user):
    row = {"guild": HERE, "user": user, "text_key": "round.soon", "details": "{}", "at": START.isoformat()}
    return {**row, "is_pinged": 0, "is_read": 0}


class TestThreads:
    @pytest.mark.parametrize(
        ("noor", "sam", "opens"),
        [
            (Contact.EITHER, Contact.THREAD, True),
            (Contact.EITHER, Contact.EITHER, True),
            (Contact.DIRECT, Contact.EITHER, False),
            (Contact.THREAD, Contact.DIRECT, False),
        ],
    )
    async def test_a_thread_is_opened_where_both_agreed_to_one_and_there_is_a_place(self, tmp_path, noor, sam, opens):
        async with meeting_in(tmp_path / "lantern.db") as meeting:
            await meeting.join(NOOR, contact=noor)
            await meeting.join(SAM, contact=sam)
            await meeting.offer()
            await meeting.known()
            nowhere = await meeting.introductions.threads_to_open(HERE)
            await _set_channel(meeting)
            found = await meeting.introductions.threads_to_open(HERE)

        assert 0 == len(nowhere)
        assert opens == bool(found)

    async def test_a_thread_is_noted_once_and_may_be_lost_asked_for_again_and_declined(self, meeting):
        await _set_channel(meeting)
        await meeting.offer()
        await meeting.known()
        number = await meeting.only()
        introductions = meeting.introductions
        first, second = await introductions.set_thread(number, 77), await introductions.set_thread(number, 78)
        threads = [(await meeting.row()).thread]
        await introductions.lost_thread(number)
        threads.append((await meeting.row()).thread)
        assert 0 == len(await introductions.threads_to_open(HERE))
        await introductions.ask_thread(HERE, NOOR, number, START + DAY)
        assert 1 == len(await introductions.threads_to_open(HERE))
        await introductions.choose_direct(HERE, SAM, number, START + DAY)
        await introductions.lost_thread(number)
        threads.append((await meeting.row()).thread)

        assert (True, False) == (first, second)
        assert [77, LOST, DIRECT] == threads
        assert 0 == len(await introductions.threads_to_open(HERE))

    async def test_no_thread_is_opened_for_what_was_reported(self, meeting):
        await _set_channel(meeting)
        await meeting.offer()
        await meeting.known()
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.introductions.ask_thread(HERE, SAM, await meeting.only(), START + DAY)

        assert 0 == len(await meeting.introductions.threads_to_open(HERE))
        assert not await meeting.introductions.set_thread(await meeting.only(), 77)


async def _set_channel(meeting):
    await meeting.guilds.update(HERE, lambda settings: replace(settings, peers=replace(settings.peers, channel=5)))


class TestForgetting:
    async def test_an_offer_that_came_to_nothing_is_forgotten_after_thirty_days(self, meeting):
        await meeting.offer()
        await meeting.sweep(80 * HOUR)
        await meeting.sweep(73 * HOUR + 30 * DAY - HOUR)
        kept = await meeting.database.read("SELECT count(*) FROM introductions")
        await meeting.sweep(73 * HOUR + 30 * DAY)

        assert [(1,)] == kept
        assert [(0,)] == await meeting.database.read("SELECT count(*) FROM introductions")

    async def test_of_an_introduction_that_is_over_cards_go_after_thirty_days_and_names_after_ninety(self, meeting):
        await meeting.offer()
        since = await meeting.known()
        await meeting.sweep(4 * DAY)
        await meeting.check_in(NOOR, CheckIn.MET, 4 * DAY)
        await meeting.sweep(29 * DAY)
        await meeting.sweep(since - START + 30 * DAY)
        row = await meeting.row()
        await meeting.sweep(since - START + 90 * DAY)

        assert ("", None) == (row.cards[0].sentence, row.thread)
        assert (NOOR, SAM) == tuple(side.user for side in row.sides)
        for table in ("introductions", "check_ins"):
            assert [(0,)] == await meeting.database.read(f"SELECT count(*) FROM {table}")

    async def test_what_goes_on_is_not_forgotten(self, meeting):
        await meeting.offer()
        await meeting.known()
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.sweep(89 * DAY)

        assert IntroductionState.FROZEN == (await meeting.row()).state

    async def test_letters_that_were_read_go_after_thirty_days(self, meeting):
        await meeting.offer()
        await meeting.introductions.mark_read(HERE, NOOR, await meeting.letters.unread(HERE, NOOR))
        await meeting.sweep(30 * DAY)
        rows = await meeting.database.read("SELECT count(*) FILTER (WHERE is_read), count(*) FROM letters")

        assert [(0, 2)] == rows

    async def test_leaving_takes_the_id_out_of_every_row_and_ends_everything_in_one_step(self, meeting):
        """Statement 4: from any state; the other one sees only the neutral text."""
        (earlier,) = await meeting.offer((KIM, SAM), at=START - 2 * DAY)
        for user in (KIM, SAM):
            await meeting.introductions.answer(HERE, user, earlier.id, YES, START - 2 * DAY)
        await meeting.sweep(-DAY)
        await meeting.offer((NOOR, SAM))
        await meeting.membership.leave(HERE, SAM, START + HOUR)
        rows = [await meeting.database.run(lambda db, name=table: list(db.table(name).rows)) for table in TABLES]

        assert not [row for table in rows for row in table if SAM in row.values()]
        assert ["introduction.ended"] == await meeting.keys(KIM)
        assert ["introduction.offered"] == await meeting.keys(NOOR)
        await meeting.sweep(80 * HOUR)
        assert ["introduction.not_now"] == await meeting.keys(NOOR)
