"""How fast is too fast: windows for people and servers, what is never held back, and that nobody honest notices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import TooFastError
from bot.core.models import NO_GUILD, GuildId, UserId
from bot.safety.rates import LIMITS, Act, Pace, Rates, Window
from support.acts import acts_of, do, form_of, picture_of, press_of, said
from support.joining import turn_on
from support.peers import HERE, KIM, NOOR, NOW, SAM
from support.small import ANSWERED
from support.worlds import texts_in

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
THERE = GuildId(HERE + 1)
TIGHT = {act: Pace((Window(2, HOUR),)) for act in Act}


def taken(rates, user=NOOR, now=NOW, *, guild=HERE, act=Act.ASK):
    """Return whether somebody may, or when they may again."""
    try:
        rates.take(act, guild, user, now)
    except TooFastError as error:
        return error.again_at
    return True


class TestWindows:
    def test_whoever_is_refused_is_told_when_there_is_room_again_and_there_is(self):
        rates = Rates({Act.ASK: Pace((Window(2, MINUTE), Window(3, HOUR)))})
        taken(rates)
        taken(rates, now=NOW + timedelta(seconds=10))

        assert NOW + MINUTE == taken(rates, now=NOW + timedelta(seconds=20))
        assert True is taken(rates, now=NOW + MINUTE)
        assert NOW + HOUR == taken(rates, now=NOW + 2 * MINUTE)
        assert True is taken(rates, now=NOW + HOUR)

    def test_a_server_has_a_window_of_its_own_that_all_its_people_share(self):
        rates = Rates({Act.ASK: Pace((Window(9, HOUR),), (Window(2, HOUR),))})

        assert [True, True, NOW + HOUR] == [taken(rates, user) for user in (NOOR, SAM, KIM)]
        assert True is taken(rates, KIM, guild=THERE)

    def test_direct_messages_share_no_window(self):
        rates = Rates({Act.ASK: Pace((Window(9, HOUR),), (Window(1, HOUR),))})

        assert [True, True] == [taken(rates, user, guild=NO_GUILD) for user in (NOOR, SAM)]

    def test_what_was_refused_is_not_counted(self):
        rates = Rates({Act.ASK: Pace((Window(1, MINUTE),), (Window(2, MINUTE),))})
        for _ in range(5):
            taken(rates)

        assert True is taken(rates, SAM)

    def test_acts_are_counted_apart(self):
        rates = Rates(TIGHT)

        assert all(taken(rates, act=act) is True for act in Act for _ in range(2))
        assert all(taken(rates, act=act) == NOW + HOUR for act in Act)

    def test_memory_has_an_end_and_the_quietest_are_forgotten_first(self):
        rates = Rates({Act.ASK: Pace((Window(2, HOUR),))}, most_kept=6)
        for user in (NOOR, SAM, NOOR):
            taken(rates, user)
        for user in range(10, 14):
            taken(rates, user)

        assert NOW + HOUR == taken(rates)
        assert sum(map(len, rates._moments.values())) == rates._kept <= 6
        assert [True, True] == [taken(rates, SAM) for _ in range(2)]

    @given(
        st.lists(st.tuples(st.integers(1, 4), st.integers(1, 90)), min_size=1, max_size=3), st.lists(st.integers(0, 40))
    )
    def test_no_window_ever_holds_more_and_nobody_is_refused_with_less(self, windows, steps):
        rates = Rates({Act.ASK: Pace(tuple(Window(most, period * MINUTE) for most, period in windows))})
        minute, done = 0, []
        for step in steps:
            minute += step
            is_full = any(sum(one > minute - period for one in done) >= most for most, period in windows)
            is_allowed = taken(rates, now=NOW + minute * MINUTE) is True

            assert is_allowed is not is_full
            done += [minute] * is_allowed

    def test_the_error_names_nobody(self):
        rates = Rates({Act.ASK: Pace((Window(1, HOUR),))})
        taken(rates)
        with pytest.raises(TooFastError) as caught:
            rates.take(Act.ASK, HERE, NOOR, NOW)

        assert not {str(NOOR), str(HERE)} & set(str(caught.value).split())


class TestAnHonestHour:
    """Somebody who uses it a lot: nothing of it is too fast."""

    @pytest.mark.parametrize(
        ("act", "seconds", "times"),
        [
            (Act.ASK, 30, 120),  # a question each half minute, for an hour
            (Act.ASK, 4, 15),  # a few in a hurry, while somebody waits
            (Act.PRESS, 3, 1200),  # a page every three seconds, for an hour
            (Act.PRESS, 1, 80),  # a whole profile chosen, a click each second
            (Act.FORM, 90, 40),  # a form in a minute and a half, for an hour
            (Act.JOIN, 60, 12),  # opting in and out for twelve minutes
            (Act.TYPE, 0.4, 150),  # a minute of typing without a pause
        ],
    )
    def test_is_within_every_window(self, act, seconds, times):
        rates = Rates()

        assert all(taken(rates, act=act, now=NOW + timedelta(seconds=seconds * at)) is True for at in range(times))

    def test_so_is_a_server_on_which_two_hundred_people_ask_in_one_minute(self):
        rates = Rates()

        assert all(
            taken(rates, user, now=NOW + timedelta(seconds=at)) is True for at in range(2) for user in range(1, 201)
        )

    def test_each_act_has_limits_for_one_person_and_for_a_server_that_are_looser(self):
        for act in Act:
            pace = LIMITS[act]

            assert pace.person
            assert max(each.most / (each.period / MINUTE) for each in pace.server) > max(
                each.most / (each.period / MINUTE) for each in pace.person
            )


async def test_who_goes_too_fast_is_told_when_to_go_on_and_others_are_answered(small_world, caplog):
    """Statement 57: rate limits."""
    pacing_of(small_world).rates = Rates(TIGHT)
    first, second, third = [texts_in(await small_world.ask(ANSWERED)) for _ in range(3)]
    others = texts_in(await small_world.ask(ANSWERED, who=small_world.sam))

    assert first == second == others
    assert small_world.says("rates.too_fast", again="<t:#:R>") == re_timed(third)
    assert "Incident" not in caplog.text


async def test_rows_of_autocomplete_end_without_a_word(small_world):
    pacing_of(small_world).rates = Rates(TIGHT)

    assert [True, True, False] == [bool(await small_world.suggestions("letters")) for _ in range(3)]


async def test_a_form_that_comes_too_fast_gives_back_what_was_typed(small_world):
    picture = picture_of(small_world, await small_world.ask(ANSWERED))
    use_up(small_world)
    form = form_of("ask:suggest", question="A *long* text", answer="", why="")
    result = await do(small_world, small_world.noor, form, picture)

    assert too_fast(small_world, result)
    assert any(r"A \*long\* text" in text for text in said(result))


async def test_help_ones_own_data_and_every_way_out_are_never_held_back(small_world):
    """Statement 44: also for who goes too fast."""
    await turn_on(small_world)
    picture = picture_of(small_world, await small_world.ask(ANSWERED, visibility="public"))
    use_up(small_world)
    out = {"peers leave", "peers pause", "peers block", "peers report", "help-now"}
    acts = [act for act in acts_of(small_world.client) if act.name in out or act.name.startswith("care:")]
    acts += [press_of(f"meet:{verb}") for verb in ("leave", "skip")]
    acts += [press_of(f"meet:{verb}:1") for verb in ("no", "end", "ended", "wrong")]
    held = [act.name for act in acts if too_fast(small_world, await do(small_world, small_world.noor, act, picture))]

    assert len(acts) > len(out) + 5
    assert [] == held


async def test_everything_else_that_members_may_is_counted(small_world):
    await turn_on(small_world)
    picture = picture_of(small_world, await small_world.ask(ANSWERED, visibility="public"))
    use_up(small_world)
    for act in map(press_of, ("ask:helped:letters", "ask:topic:basics:0", "meet:yes:1", "meet:agree:adult")):
        assert too_fast(small_world, await do(small_world, small_world.noor, act, picture)), act.name


def pacing_of(world):
    """Return what the world's commands and clicks are counted with."""
    return world.client.desk.gate.pacing


def use_up(world):
    """Let noor have done everything as often as it may be done."""
    rates = pacing_of(world).rates = Rates({act: Pace((Window(1, HOUR),)) for act in Act})
    for act in Act:
        rates.take(act, GuildId(world.guild.id), UserId(world.noor.id), datetime.now(UTC))


def too_fast(world, result) -> bool:
    """Tell whether somebody was told to go on later."""
    return world.says("rates.too_fast", again="<t:#:R>") in map(re_timed, said(result))


def re_timed(text) -> str:
    """Return a text without the moment in it."""
    begin, _, rest = text.partition("<t:")
    return f"{begin}<t:#:{rest.partition(':')[2]}" if rest else text
