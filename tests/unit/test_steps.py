"""The state machine of an introduction, without a store: what each event makes of it, and who can see what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import NoSuchIntroductionError
from bot.core.introductions import (
    Answer,
    CheckIn,
    End,
    Introduction,
    IntroductionId,
    IntroductionState,
    ReportState,
    Side,
)
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import MemberState, PeerSettings
from bot.core.ports.introductions import Situation, Standing
from bot.peers.standing import SILENCES, active, met, rested, silent
from bot.peers.steps import (
    CHECK_INS,
    DONE,
    NOBODY,
    answered,
    checked_in,
    decided,
    doomed,
    due,
    last_step,
    next_step,
    out,
    reported,
    seen_by,
    stopped,
    told_at,
)
from support.introductions import DAY, HOUR, START, card
from support.peers import HERE, KIM, NOOR, SAM

YES, NO = Answer.YES, Answer.NO
SETTINGS = PeerSettings()
MINUTE = timedelta(minutes=1)
MOMENTS = st.timedeltas(-9000 * DAY, 9000 * DAY).map(START.__add__)
STANDING = Standing(MemberState.ACTIVE, START)


def an_offer(kind=Kind.PEER, **changes) -> Introduction:
    """Return an offer to NOOR and SAM, who is the mentor where there is one."""
    whole = Introduction(
        id=IntroductionId(7),
        guild=HERE,
        round=1,
        kind=kind,
        state=IntroductionState.OFFERED,
        sides=(Side(NOOR), Side(SAM)),
        cards=(card("of Sam"), card("of Noor")),
        because=(),
        offered_at=START,
        told_at=told_at(START, SETTINGS),
    )
    return replace(whole, **changes)


def known(kind=Kind.PEER, **changes) -> Introduction:
    """Return one whose names are known since START."""
    sides = (Side(NOOR, YES), Side(SAM, YES))
    return an_offer(kind, **{"state": IntroductionState.REVEALED, "sides": sides, "revealed_at": START, **changes})


def say(introduction, user, answer, now=START, *, places=1, mentoring=0):
    """Return an introduction after an answer."""
    situation = Situation(introduction, mentoring=mentoring)
    step = answered(situation, user, answer, now, places=places, settings=SETTINGS)
    return introduction if step is None else step.introduction


def both_yes(kind=Kind.PEER, now=START, **figures):
    return say(say(an_offer(kind), NOOR, YES, now, **figures), SAM, YES, now, **figures)


def after(introduction, now, said=None):
    """Return what time alone makes of an introduction."""
    return due(Situation(introduction, said or {}), now, SETTINGS)


def users(step) -> list[UserId]:
    return [letter.user for letter in step.letters]


class TestMoments:
    @given(
        MOMENTS,
        st.integers(1, 400),
        st.sampled_from([1, 5, 15, 60, 240, 1440]),
    )
    def test_an_outcome_is_told_at_the_first_full_step_once_the_time_to_answer_is_over(self, offered, hours, minutes):
        settings = PeerSettings(answer_hours=hours, told_every_minutes=minutes)
        told, step = told_at(offered, settings), timedelta(minutes=minutes)

        assert timedelta(0) <= told - (offered + hours * HOUR) < step
        assert last_step(told, settings) == told

    @given(MOMENTS)
    def test_a_next_step_is_never_now(self, moment):
        assert timedelta(0) < next_step(moment, SETTINGS) - moment <= HOUR
        assert next_step(last_step(moment, SETTINGS), SETTINGS) == next_step(moment, SETTINGS)

    def test_steps_are_the_same_whatever_the_zone_a_moment_is_written_in(self):
        elsewhere = START.astimezone(timezone(timedelta(hours=5, minutes=45)))

        assert told_at(START, SETTINGS) == told_at(elsewhere, SETTINGS)


class TestAnswers:
    def test_names_are_not_known_at_the_moment_of_the_second_yes_but_at_the_next_full_step(self):
        agreed = both_yes()

        assert (IntroductionState.AGREED, next_step(START, SETTINGS)) == (agreed.state, agreed.revealed_at)
        assert after(agreed, agreed.revealed_at - MINUTE) is None
        assert IntroductionState.REVEALED == after(agreed, agreed.revealed_at).introduction.state

    def test_a_second_yes_just_before_the_end_is_told_at_the_end(self):
        agreed = both_yes(now=an_offer().told_at - MINUTE)

        assert an_offer().told_at == agreed.revealed_at

    def test_an_answer_at_the_end_or_later_is_too_late(self):
        with pytest.raises(NoSuchIntroductionError):
            say(an_offer(), NOOR, YES, an_offer().told_at)

    def test_a_yes_may_become_a_no_until_names_are_known(self):
        changed = say(both_yes(), NOOR, NO)

        assert (IntroductionState.OFFERED, End.DECLINED, None) == (changed.state, changed.end, changed.revealed_at)
        assert after(changed, changed.told_at - MINUTE).introduction.state is IntroductionState.OFFERED
        assert [SAM] == users(after(changed, changed.told_at))

    def test_a_no_is_final(self):
        with pytest.raises(NoSuchIntroductionError):
            say(say(an_offer(), NOOR, NO), NOOR, YES)

    @pytest.mark.parametrize("answer", [YES, NO])
    def test_the_same_answer_again_changes_nothing(self, answer):
        once = say(an_offer(), NOOR, answer)

        assert once == say(once, NOOR, answer, START + DAY)

    def test_two_no_close_an_offer_at_once_for_there_is_nobody_to_be_told(self):
        closed = say(say(an_offer(), NOOR, NO), SAM, NO)

        assert (IntroductionState.CLOSED, End.DECLINED) == (closed.state, closed.end)

    def test_two_yes_come_to_nothing_where_the_mentor_has_no_place_left(self):
        """Statement 13: a mentor never exceeds capacity."""
        full = both_yes(Kind.MENTOR, places=2, mentoring=2)
        step = after(full, full.told_at)

        assert IntroductionState.OFFERED == full.state
        assert [("introduction.not_now", NOOR), ("introduction.not_now", SAM)] == [
            (letter.text_key, letter.user) for letter in step.letters
        ]

    def test_two_yes_come_to_nothing_where_somebody_is_held_by_a_report_meanwhile(self):
        held = doomed(an_offer(), End.WITHDRAWN)
        agreed = say(say(held, NOOR, YES), SAM, YES)

        assert IntroductionState.OFFERED == agreed.state
        assert {"introduction.not_now"} == {letter.text_key for letter in after(agreed, agreed.told_at).letters}

    def test_a_stranger_learns_nothing(self):
        for act in (
            lambda: say(an_offer(), KIM, YES),
            lambda: stopped(Situation(known()), KIM, START),
            lambda: checked_in(Situation(known(check_ins=1)), KIM, CheckIn.MET, START),
            lambda: reported(Situation(known()), KIM, START),
        ):
            with pytest.raises(NoSuchIntroductionError):
                act()


class TestTime:
    def test_the_one_who_has_not_answered_is_reminded_once_a_day_before_the_end(self):
        """Statement 7: at most one reminder."""
        offer = say(an_offer(), NOOR, YES)
        step = after(offer, offer.told_at - DAY)

        assert after(offer, offer.told_at - DAY - MINUTE) is None
        assert [SAM] == users(step)
        assert after(step.introduction, offer.told_at - HOUR) is None

    def test_an_offer_shorter_than_a_day_has_no_reminder(self):
        short = an_offer(told_at=START + 20 * HOUR)

        assert after(short, START + 19 * HOUR) is None

    def test_reminders_say_the_same_whoever_is_reminded(self):
        letters = after(an_offer(), an_offer().told_at - DAY).letters

        assert letters[0] == replace(letters[1], user=NOOR)

    def test_names_are_told_to_both_in_one_step_with_the_same_letter(self):
        """Statement 12: sent to both or to neither."""
        step = after(both_yes(), START + HOUR)

        assert [NOOR, SAM] == users(step)
        assert step.letters[0] == replace(step.letters[1], user=NOOR)

    def test_letters_hold_no_id_no_name_and_no_story(self):
        """Statement 9: every letter of every step, before and after."""
        steps = [
            after(an_offer(), an_offer().told_at - DAY),
            after(an_offer(), an_offer().told_at),
            after(both_yes(), START + HOUR),
            after(known(), START + CHECK_INS[0]),
            after(known(check_ins=2), START + DONE),
            stopped(Situation(known()), NOOR, START),
        ]
        told = repr([(letter.text_key, letter.details) for step in steps for letter in step.letters])

        assert 1 + sum(len(step.letters) for step in steps) == 12
        assert not [each for each in (str(NOOR), str(SAM), "of Sam", "of Noor") if each in told]

    def test_check_ins_come_after_three_days_and_two_weeks_and_then_no_more(self):
        first = after(known(), START + CHECK_INS[0])
        second = after(first.introduction, START + CHECK_INS[1])

        assert after(known(), START + CHECK_INS[0] - MINUTE) is None
        assert after(first.introduction, START + CHECK_INS[1] - MINUTE) is None
        assert (1, 2) == (first.introduction.check_ins, second.introduction.check_ins)
        assert after(second.introduction, START + DONE - MINUTE) is None
        assert End.DONE == after(second.introduction, START + DONE).introduction.end

    def test_a_bot_that_was_away_for_weeks_asks_once(self):
        step = after(known(), START + 20 * DAY)

        assert (2, [NOOR, SAM]) == (step.introduction.check_ins, users(step))

    def test_a_bot_that_was_away_counts_the_days_from_when_names_were_told(self):
        late = after(both_yes(), START + 9 * DAY).introduction

        assert last_step(START + 9 * DAY, SETTINGS) == late.revealed_at


class TestCheckIns:
    def test_not_yet_at_both_check_ins_lets_both_go(self):
        first = checked_in(Situation(known(check_ins=1)), NOOR, CheckIn.NOT_YET, START)
        asked = replace(first.introduction, check_ins=2)
        second = checked_in(Situation(asked, {(1, NOOR): CheckIn.NOT_YET}), SAM, CheckIn.NOT_YET, START)

        assert IntroductionState.REVEALED == first.introduction.state
        assert (IntroductionState.CLOSED, End.RELEASED) == (second.introduction.state, second.introduction.end)
        assert [NOOR, SAM] == users(second)

    def test_not_yet_of_both_at_the_first_check_in_counts_once(self):
        said = {(1, NOOR): CheckIn.NOT_YET}
        step = checked_in(Situation(known(check_ins=1), said), SAM, CheckIn.NOT_YET, START)

        assert (1, IntroductionState.REVEALED) == (step.introduction.not_yets, step.introduction.state)

    def test_what_is_said_again_counts_anew(self):
        said = {(1, NOOR): CheckIn.NOT_YET}
        step = checked_in(Situation(known(check_ins=1, not_yets=1), said), NOOR, CheckIn.MET, START)

        assert 0 == step.introduction.not_yets

    def test_stop_ends_it_and_the_other_one_reads_the_sentence_of_every_end(self):
        said = checked_in(Situation(known(check_ins=1)), NOOR, CheckIn.STOP, START)

        assert stopped(Situation(known()), NOOR, START).letters == said.letters
        assert [SAM] == users(said)

    def test_nobody_answers_before_they_were_asked(self):
        with pytest.raises(NoSuchIntroductionError):
            checked_in(Situation(known()), NOOR, CheckIn.MET, START)

    def test_a_mentor_who_leaves_a_check_in_without_a_word_is_counted_and_a_peer_is_not(self):
        asked = {"check_ins": 1}

        assert [(SAM, silent)] == list(after(known(Kind.MENTOR, **asked), START + CHECK_INS[1]).people)
        assert [] == list(after(known(Kind.PEER, **asked), START + CHECK_INS[1]).people)
        said = {(1, SAM): CheckIn.TALKING}
        assert [] == list(after(known(Kind.MENTOR, **asked), START + CHECK_INS[1], said).people)


class TestReports:
    def test_a_report_freezes_what_is_known_and_who_is_reported_sees_no_difference(self):
        """Statement 55 and 56: frozen at once, and nothing shows it."""
        frozen = reported(Situation(known()), NOOR, START)

        assert IntroductionState.FROZEN == frozen.introduction.state
        assert () == frozen.letters
        assert seen_by(known(), SAM) == seen_by(frozen.introduction, SAM)

    def test_who_is_reported_is_still_asked_at_the_usual_time_and_who_reported_is_not(self):
        frozen = reported(Situation(known()), NOOR, START).introduction

        assert [SAM] == users(after(frozen, START + CHECK_INS[0]))

    def test_a_reported_offer_ends_as_any_other(self):
        offer = reported(Situation(say(an_offer(), SAM, YES)), NOOR, START).introduction

        assert [SAM] == users(after(offer, offer.told_at))
        assert seen_by(say(an_offer(), SAM, YES), SAM) == seen_by(offer, SAM)

    def test_an_unfounded_report_lets_both_go_on(self):
        frozen = reported(Situation(known()), NOOR, START).introduction

        assert known() == decided(Situation(frozen), ReportState.UNFOUNDED, START, is_last=True).introduction
        assert decided(Situation(frozen), ReportState.UNFOUNDED, START, is_last=False) is None

    def test_what_somebody_ended_meanwhile_stays_ended(self):
        frozen = reported(Situation(known()), NOOR, START).introduction
        ended = stopped(Situation(frozen), SAM, START).introduction
        free = decided(Situation(ended), ReportState.UNFOUNDED, START, is_last=True)

        assert IntroductionState.FROZEN == ended.state
        assert (IntroductionState.CLOSED, End.STOPPED) == (free.introduction.state, free.introduction.end)

    @pytest.mark.parametrize("state", [ReportState.SETTLED, ReportState.REMOVED])
    def test_what_moderators_act_on_ends_for_good_with_the_sentence_of_every_end(self, state):
        frozen = reported(Situation(known()), NOOR, START).introduction
        step = decided(Situation(frozen), state, START, is_last=False)

        assert stopped(Situation(known()), NOOR, START).letters == step.letters
        assert (IntroductionState.CLOSED, End.REPORTED) == (step.introduction.state, step.introduction.end)

    @pytest.mark.parametrize("user", [NOOR, SAM])
    def test_the_mentor_rests_whoever_reported(self, user):
        """Statement 59: a rest after any report."""
        assert [(SAM, rested)] == list(reported(Situation(known(Kind.MENTOR)), user, START).people)


class TestStanding:
    def test_a_mentor_rests_after_so_many_introductions_and_not_before(self):
        """Statement 59: a rest after each N introductions."""
        introduce = met(3)
        once, twice = introduce(STANDING), introduce(introduce(STANDING))

        assert [(1, 0), (2, 0), (0, 1)] == [(each.introduced, each.rests) for each in (once, twice, introduce(twice))]

    def test_an_introduction_ends_the_waiting_of_both_and_counts_for_the_mentor_alone(self):
        waited = replace(STANDING, waited=4)

        assert (0, 0) == (met(None)(waited).waited, met(None)(waited).introduced)
        assert (0, 1) == (met(3)(waited).waited, met(3)(waited).introduced)

    def test_three_silences_in_a_row_pause_and_say_why_and_a_word_in_between_counts_anew(self):
        row = STANDING
        for _ in range(SILENCES - 1):
            row = silent(row)

        assert MemberState.ACTIVE == silent(active(START)(row)).state
        assert (MemberState.PAUSED, "introduction.paused_for_silence", 0) == (
            silent(row).state,
            silent(row).why_paused,
            silent(row).silences,
        )

    def test_an_old_answer_does_not_turn_back_when_somebody_was_last_active(self):
        assert STANDING == active(START - DAY)(STANDING)


EVENTS = {
    "yes": lambda at, user, now: answered(at, user, YES, now, places=1, settings=SETTINGS),
    "no": lambda at, user, now: answered(at, user, NO, now, places=1, settings=SETTINGS),
    "leave": lambda at, user, now: out(at.introduction, user, End.WITHDRAWN, now),
    "stop": stopped,
    "talking": lambda at, user, now: checked_in(at, user, CheckIn.TALKING, now),
    "not yet": lambda at, user, now: checked_in(at, user, CheckIn.NOT_YET, now),
    "report": reported,
    "time": lambda at, _user, now: due(at, now, SETTINGS),
}
ACTS = st.lists(
    st.tuples(st.sampled_from(sorted(EVENTS)), st.sampled_from([NOOR, SAM]), st.integers(0, 40)), max_size=25
)


@given(st.sampled_from(Kind), ACTS)
def test_whatever_happens_names_are_known_only_after_two_yes_and_to_both(kind, acts):
    """Statement 12: and whoever is out, or was never asked, gets no letter."""
    one, now, said, letters = an_offer(kind), START, {}, []
    for name, user, hours in acts:
        now += hours * HOUR
        was_out = {side.user for side in one.sides if side.is_out}
        try:
            step = EVENTS[name](Situation(one, said), user, now)
        except NoSuchIntroductionError:
            continue
        if step is None:
            continue
        if step.said is not None:
            said[step.introduction.check_ins, step.said[0]] = step.said[1]
        assert not was_out & set(users(step))
        letters += step.letters
        one = step.introduction

    revealed = [letter.user for letter in letters if letter.text_key == "introduction.revealed"]
    seen = {user: seen_by(one, user) for user in (NOOR, SAM)}
    names = {user: seen[user].other_of(user).user for user in (NOOR, SAM)}
    assert revealed in ([], [NOOR, SAM])
    assert names in ([{NOOR: SAM, SAM: NOOR}] if revealed else [{NOOR: NOBODY, SAM: NOBODY}])
    if revealed:
        assert [YES, YES] == [side.answer for side in one.sides]


@given(st.lists(st.tuples(st.sampled_from(["yes", "no", "leave", "report", "time"]), st.integers(0, 8)), max_size=8))
def test_until_the_end_of_an_offer_nobody_sees_what_the_other_did(acts):
    """Statement 11: whatever SAM does, NOOR's own view of the offer is what it was."""
    one, now = say(an_offer(), NOOR, YES), START
    before = seen_by(one, NOOR)
    for name, hours in acts:
        now += hours * HOUR
        try:
            step = EVENTS[name](Situation(one), SAM, now)
        except NoSuchIntroductionError:
            continue
        one = step.introduction if step is not None else one
        if one.state not in {IntroductionState.OFFERED, IntroductionState.AGREED}:
            break
        assert before == seen_by(one, NOOR)
