"""Something felt wrong: what a report does at once, what moderators see and decide, and who never learns of it."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import LimitError, NoSuchIntroductionError, VersionGoneError
from bot.core.introductions import Answer, End, IntroductionState, ReportReason, ReportState
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.peers.reports import A_DAY
from support.introductions import DAY, HOUR, MODERATOR, START, meeting_in
from support.peers import HERE, KIM, NOOR, SAM, THERE

YES = Answer.YES
ANNA, BO = UserId(501), UserId(502)


@pytest.fixture
async def meeting(tmp_path):
    """NOOR and SAM, who is the mentor, know each other's name; KIM is free."""
    async with meeting_in(tmp_path / "lantern.db") as opened:
        await opened.join(NOOR, KIM)
        await opened.join_mentor(SAM, capacity=3)
        await opened.offer(kind=Kind.MENTOR)
        await opened.known()
        yield opened


async def decided(meeting, state):
    """Let NOOR report SAM and moderators decide."""
    await meeting.report(NOOR, after=3 * HOUR)
    return await meeting.decide(state, 4 * HOUR)


class TestReporting:
    async def test_a_report_freezes_the_pair_and_holds_who_is_reported_at_once(self, meeting):
        """Statement 55: in the same transaction as the report."""
        report = await meeting.report(NOOR, after=3 * HOUR)
        held = [(await meeting.standing(user)).is_held for user in (NOOR, SAM)]

        assert (NOOR, SAM, ReportState.OPEN) == (report.reporter, report.reported, report.state)
        assert IntroductionState.FROZEN == (await meeting.row()).state
        assert [False, True] == held
        assert {SAM} == await meeting.reports.barred(HERE)

    async def test_both_can_use_everything_else(self, meeting):
        """Statement 55: profile, pause, block, answers; and the reporter may meet somebody else at once."""
        await meeting.report(NOOR, after=3 * HOUR)
        (offer,) = await meeting.offer((NOOR, KIM), at=START + 4 * HOUR)
        await meeting.introductions.answer(HERE, NOOR, offer.id, YES, START + 5 * HOUR)
        for user in (NOOR, SAM):
            await meeting.membership.pause(HERE, user, None, START + 5 * HOUR)
            await meeting.membership.resume(HERE, user, START + 6 * HOUR)
            await meeting.membership.block(HERE, user, KIM, START + 7 * HOUR)
            await meeting.introductions.inbox(HERE, user, START + 8 * HOUR)

        assert (await meeting.standing(SAM)).is_held

    async def test_the_reporter_is_in_no_letter_and_nothing_of_who_is_reported_changes(self, meeting):
        """Statement 56."""
        before = await meeting.seen(SAM, START + 3 * HOUR)
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.sweep(3 * HOUR)
        letters = await meeting.database.read("SELECT user, text_key, details FROM letters WHERE user != ?", [NOOR])

        assert before == await meeting.seen(SAM, START + 3 * HOUR)
        assert [(SAM, "introduction.revealed", "{}")] == letters

    async def test_the_other_offers_of_who_is_reported_come_to_nothing_and_nobody_sees_it_before(self, meeting):
        (offer,) = await meeting.offer((KIM, SAM), kind=Kind.MENTOR, places=3, at=START + 2 * HOUR)
        for user in (KIM, SAM):
            await meeting.introductions.answer(HERE, user, offer.id, YES, START + 3 * HOUR)
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.sweep(10 * HOUR)
        early = [len((await meeting.introductions.inbox(HERE, user, START + 10 * HOUR)).offers) for user in (KIM, SAM)]
        await meeting.sweep(80 * HOUR)

        assert [1, 1] == early
        assert ["introduction.not_now"] == await meeting.keys(KIM)
        assert "introduction.not_now" in await meeting.keys(SAM)

    async def test_who_is_reported_gets_no_offer_also_after_leaving_and_joining_again(self, meeting):
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.membership.leave(HERE, SAM, START + 4 * HOUR)
        await meeting.join(SAM)

        assert 0 == len(await meeting.offer((KIM, SAM), at=START + 5 * HOUR))

    @pytest.mark.parametrize("reporter", [NOOR, SAM])
    async def test_the_mentor_rests_a_round(self, meeting, reporter):
        """Statement 59: after any report, by them or about them."""
        await meeting.report(reporter, after=3 * HOUR)

        assert [0, 1] == [(await meeting.standing(user)).rests for user in (NOOR, SAM)]

    async def test_an_offer_can_be_reported_before_names_are_known(self, meeting):
        await meeting.offer((KIM, NOOR), at=START + 2 * HOUR)
        offer = (await meeting.introductions.inbox(HERE, KIM, START + 3 * HOUR)).offers[0]
        text = "The sentence on the card asks for money."
        report = await meeting.reports.report(HERE, KIM, offer.id, ReportReason.MONEY, text, START + 3 * HOUR)

        assert NOOR == report.reported
        assert 0 == len((await meeting.introductions.inbox(HERE, KIM, START + 3 * HOUR)).offers)
        assert 1 == len((await meeting.introductions.inbox(HERE, NOOR, START + 3 * HOUR)).offers)

    async def test_what_is_over_can_be_reported_for_ninety_days(self, meeting):
        """Statement 58: from any introduction; its end is counted once."""
        await meeting.introductions.stop(HERE, SAM, await meeting.only(), START + DAY)
        (over,) = await meeting.reports.reportable(HERE, NOOR, START + 80 * DAY)
        report = await meeting.report(NOOR, after=80 * DAY)

        assert SAM == report.reported
        assert over.id == report.introduction
        assert 0 == len(await meeting.reports.reportable(HERE, NOOR, START + 91 * DAY))
        assert IntroductionState.CLOSED == (await meeting.row()).state
        assert [(1,)] == await meeting.database.read("SELECT sum(count) FROM days")

    async def test_strangers_report_nothing(self, meeting):
        number = await meeting.only()
        for guild, user, introduction in ((HERE, KIM, number), (THERE, NOOR, number), (HERE, NOOR, 5)):
            with pytest.raises(NoSuchIntroductionError):
                await meeting.reports.report(guild, user, introduction, ReportReason.OTHER, "x", START + DAY)
        assert 0 == len(await meeting.reports.open(HERE))
        assert not (await meeting.standing(SAM)).is_held

    async def test_a_report_sent_twice_is_one(self, meeting):
        first, second = await asyncio.gather(meeting.report(NOOR, after=3 * HOUR), meeting.report(NOOR, after=3 * HOUR))

        assert first == second
        assert [first] == await meeting.reports.open(HERE)

    async def test_somebody_reports_five_times_a_day_at_most_and_again_the_day_after(self, meeting):
        """Statement 57: the limit outlives a restart."""
        for number in range(A_DAY):
            await meeting.report(NOOR, f"He wrote again. {number}", after=3 * HOUR)
        with pytest.raises(LimitError):
            await meeting.report(NOOR, "And again.", after=4 * HOUR)
        await meeting.report(NOOR, "And again.", after=28 * HOUR)

        assert A_DAY + 1 == len(await meeting.reports.open(HERE))

    async def test_the_text_is_nowhere_in_the_files(self, meeting, tmp_path):
        await meeting.report(NOOR, "He asked me for money.", after=3 * HOUR)
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())

        assert b"asked me for" not in files

    async def test_with_another_key_moderators_still_see_that_something_was_reported(self, meeting):
        await meeting.report(NOOR, after=3 * HOUR)
        async with meeting_in(meeting.database.path, key=b"another key, of thirty-two bytes") as other:
            (report,) = await other.reports.open(HERE)

        assert ("", ReportReason.MONEY, SAM) == (report.text, report.reason, report.reported)


class TestDeciding:
    async def test_moderators_see_reason_text_and_time_and_no_story(self, meeting):
        """Statement 60: of this server alone, oldest first."""
        await meeting.report(SAM, "She insulted me.", after=3 * HOUR, reason=ReportReason.PRESSURE)
        await meeting.report(NOOR, after=2 * HOUR)
        reports = await meeting.reports.open(HERE)

        assert [
            (ReportReason.MONEY, "He asked me for money.", START + 2 * HOUR),
            (ReportReason.PRESSURE, "She insulted me.", START + 3 * HOUR),
        ] == [(each.reason, each.text, each.at) for each in reports]
        assert "They praised my work" not in repr(reports)
        assert 0 == len(await meeting.reports.open(THERE))

    async def test_unfounded_lets_both_go_on_and_tells_the_reporter_alone(self, meeting):
        await decided(meeting, ReportState.UNFOUNDED)
        row = await meeting.row()

        assert (IntroductionState.REVEALED, None) == (row.state, row.end)
        assert not (await meeting.standing(SAM)).is_held
        assert ["report.unfounded"] == await meeting.keys(NOOR)
        assert ["introduction.revealed"] == await meeting.keys(SAM)
        assert 1 == len((await meeting.introductions.inbox(HERE, NOOR, START + DAY)).current)

    async def test_settled_ends_the_pair_for_good_and_both_may_meet_others(self, meeting):
        await decided(meeting, ReportState.SETTLED)
        row = await meeting.row()

        assert (IntroductionState.CLOSED, End.REPORTED) == (row.state, row.end)
        assert (["report.settled"], ["introduction.ended"]) == (await meeting.keys(NOOR), await meeting.keys(SAM))
        assert 0 == len(await meeting.offer((NOOR, SAM), at=START + 5 * DAY))
        assert 1 == len(await meeting.offer((KIM, SAM), at=START + 5 * DAY))

    async def test_how_many_somebody_blocks_does_not_tell_who_was_reported(self, meeting):
        """Statement 56: `/peers block` shows that number."""
        await decided(meeting, ReportState.SETTLED)

        assert 0 == await meeting.membership.blocks(HERE, SAM)

    async def test_removed_takes_somebody_out_for_good_tells_them_and_ends_what_they_have(self, meeting):
        await meeting.offer((KIM, SAM), kind=Kind.MENTOR, places=3, at=START + 2 * HOUR)
        await decided(meeting, ReportState.REMOVED)
        told = [await meeting.keys(user) for user in (NOOR, SAM, KIM)]
        await meeting.sweep(100 * DAY)
        await meeting.join(SAM)

        assert [["report.settled"], ["report.removed"], ["introduction.offered"]] == told
        assert [] == await meeting.table.of(HERE, SAM)
        assert 0 == len(await meeting.offer((KIM, SAM), at=START + 100 * DAY))

    async def test_with_two_reports_open_somebody_is_held_until_both_are_looked_at(self, meeting):
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.report(NOOR, "And again.", after=4 * HOUR)
        await meeting.decide(ReportState.UNFOUNDED, 5 * HOUR)
        held, state = (await meeting.standing(SAM)).is_held, (await meeting.row()).state
        await meeting.decide(ReportState.UNFOUNDED, 6 * HOUR)

        assert (True, IntroductionState.FROZEN) == (held, state)
        assert not (await meeting.standing(SAM)).is_held
        assert IntroductionState.REVEALED == (await meeting.row()).state

    async def test_of_two_moderators_at_once_one_decides(self, tmp_path):
        path = tmp_path / "lantern.db"
        async with meeting_in(path) as one, meeting_in(path) as two:
            await one.join(NOOR, SAM)
            await one.offer()
            await one.known()
            report = await one.report(NOOR, after=3 * HOUR)
            outcomes = await asyncio.gather(
                *(
                    each.reports.decide(HERE, report.id, state, MODERATOR, START + DAY)
                    for each, state in ((one, ReportState.SETTLED), (two, ReportState.UNFOUNDED))
                ),
                return_exceptions=True,
            )
            keys = await one.keys(NOOR)

        assert [1, 1] == [sum(isinstance(each, kind) for each in outcomes) for kind in (VersionGoneError, type(report))]
        assert 1 == len([key for key in keys if key.startswith("report.")])

    async def test_moderators_are_told_how_many_reports_of_somebody_were_unfounded_and_nothing_happens_by_itself(
        self, meeting
    ):
        """Statement 57: five of them lead to a human, not to a punishment."""
        counts = []
        for number in range(6):
            await meeting.report(NOOR, f"Something. {number}", after=(3 + number) * DAY)
            counts.append((await meeting.reports.open(HERE))[0].unfounded_before)
            await meeting.decide(ReportState.UNFOUNDED, (3 + number) * DAY + HOUR)

        assert [0, 1, 2, 3, 4, 5] == counts
        assert not (await meeting.standing(NOOR)).is_held

    async def test_a_report_of_another_server_is_not_decided(self, meeting):
        report = await meeting.report(NOOR, after=3 * HOUR)

        with pytest.raises(VersionGoneError):
            await meeting.reports.decide(THERE, report.id, ReportState.REMOVED, MODERATOR, START + DAY)

    async def test_somebody_who_left_meanwhile_is_decided_about_all_the_same(self, meeting):
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.membership.leave(HERE, SAM, START + 4 * HOUR)
        await meeting.membership.leave(HERE, NOOR, START + 4 * HOUR)
        report = await meeting.decide(ReportState.REMOVED, 5 * HOUR)

        assert (SAM, 0) == (report.reported, report.reporter)
        assert IntroductionState.CLOSED == (await meeting.row()).state
        assert [] == await meeting.keys(NOOR)


class TestForgetting:
    async def test_a_report_is_forgotten_after_ninety_days_whether_or_not_somebody_looked(self, meeting):
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.sweep(90 * DAY)
        kept = await meeting.database.read("SELECT count(*) FROM reports")
        await meeting.sweep(90 * DAY + 3 * HOUR)

        assert [(1,)] == kept
        assert [(0,)] == await meeting.database.read("SELECT count(*) FROM reports")
        assert not (await meeting.standing(SAM)).is_held
        assert ["report.settled"] == await meeting.keys(NOOR)
