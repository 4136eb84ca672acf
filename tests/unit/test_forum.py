"""When the bot speaks unasked, when it must rest, and when it turns itself off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import EntryId, Evidence, GuildId, Hit, Pack, Thresholds, Topic, TopicId, UserId
from bot.core.moderation import ForumMode, Post, PostState
from bot.faq.forum import HelpForums, NewPost, annoys, is_specific, speaks, standing
from bot.faq.guilds import Guilds
from bot.faq.library import Library
from bot.safety.crisis import CrisisPhrases
from bot.safety.pseudonyms import Pseudonyms
from bot.storage.activity import ActivityStore
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from bot.storage.guilds import GuildSettingsTable
from bot.storage.posts import PostStore
from bot.views.forum import BEGINNING_LENGTH, beginning
from support.parts import make_entry

HERE, HELP, CAREERS = GuildId(1), 21, 22
NOOR, SAM = UserId(11), UserId(12)
TITLE = "Whom can I ask for a letter?"
HELPED, DISMISSED = PostState.HELPED, PostState.DISMISSED
MANY = "First sentence here. Second one follows! A third? " * 20


class Sure:
    """A search that finds the same entry for everything, as surely as it is told to."""

    def __init__(self, probability=0.95) -> None:
        self.evidence = Evidence((Hit(EntryId("letters"), 0.9),), probability, Thresholds(0.6, 0.3, 0.9))
        self.questions: list[str] = []

    async def search(self, guild, question, *, without):
        self.questions.append(question)
        return self.evidence


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **units) -> None:
        self.time += timedelta(**units)


@pytest.fixture
def search() -> Sure:
    return Sure()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@pytest.fixture
def guilds(database) -> Guilds:
    return Guilds(GuildSettingsTable(database))


@pytest.fixture
async def forums(database, guilds, search, clock) -> HelpForums:
    """The use case under test, with one forum in each mode."""
    await guilds.update(HERE, lambda was: replace(was, forums={HELP: ForumMode.ON, CAREERS: ForumMode.SHADOW}))
    pack = Pack((Topic(TopicId("letters"), "Letters"),), (make_entry(),), ())
    library = Library(pack, GuildEntries(database))
    crisis = CrisisPhrases.of(["want to die"])
    kept = {"facts": ActivityStore(database), "crisis": crisis, "pseudonyms": Pseudonyms(b"key")}
    return HelpForums(guilds, library, search, PostStore(database), **kept, now=clock)


def new(thread=100, title=TITLE, poster=NOOR, forum=HELP) -> NewPost:
    return NewPost(HERE, forum, thread, title, poster)


async def says(forums, post) -> bool:
    """Tell whether the bot speaks, or would have in shadow mode."""
    found = await forums.consider(post)
    return found is not None and await forums.take(found)


@pytest.mark.parametrize(
    ("title", "says_enough"),
    [
        ("Whom can I ask?", True),
        ("Who do I ask?", False),
        ("recommendation letters urgently", False),
        ("Is it too late?", True),
        ("help help 🙏 🙏 🙏", False),
        ("a \u200b\u200b\u200b b c d", False),
        ("", False),
    ],
)
def test_a_title_needs_four_words_and_fifteen_visible_characters(title, says_enough):
    assert says_enough == is_specific(title)


@pytest.mark.parametrize(("probability", "speaks_up"), [(0.9, True), (0.89999, False), (0.7, False), (1.0, True)])
def test_it_speaks_only_in_its_top_band(probability, speaks_up):
    assert speaks_up == speaks(Sure(probability).evidence)


def test_nothing_found_is_silence_however_sure():
    assert not speaks(Evidence((), 1.0, Thresholds(0.0, 0.0, 0.0)))


@pytest.mark.parametrize(
    ("dismissed", "helped", "is_too_much"),
    [(7, 0, False), (5, 3, True), (4, 4, False), (8, 0, True), (11, 9, True), (10, 10, False), (0, 20, False)],
)
def test_a_forum_turns_off_when_surely_three_in_ten_suggestions_are_dismissed(dismissed, helped, is_too_much):
    states = [DISMISSED] * dismissed + [HELPED] * helped

    assert is_too_much == annoys(states)


def test_only_the_last_twenty_that_somebody_judged_count():
    unjudged = [PostState.SUGGESTED, PostState.SEEN, PostState.SHADOW, PostState.LOST] * 9

    assert annoys(unjudged + [DISMISSED] * 8 + [HELPED] * 12 + [DISMISSED] * 3) == annoys(
        [DISMISSED] * 8 + [HELPED] * 12
    )
    assert annoys([DISMISSED, HELPED] * 2 + unjudged + [DISMISSED] * 4)
    assert not annoys([HELPED] * 20 + [DISMISSED] * 500)


@given(st.lists(st.sampled_from([HELPED, DISMISSED]), max_size=20), st.data())
def test_one_more_helped_instead_of_dismissed_never_turns_a_forum_off(states, data):
    if DISMISSED in states and not annoys(states):
        place = data.draw(st.sampled_from([place for place, state in enumerate(states) if state is DISMISSED]))

        assert not annoys([*states[:place], HELPED, *states[place + 1 :]])


def test_figures_count_what_was_noted_said_and_judged():
    states = [PostState.SEEN, PostState.LOST, PostState.SUGGESTED, HELPED, HELPED, DISMISSED, *[PostState.SHADOW] * 6]
    at = datetime.now(UTC)
    posts = [
        Post(thread, HERE, HELP, EntryId("letters"), 0.5 if state is PostState.SHADOW else 1.0, state, at)
        for thread, state in enumerate(states)
    ]

    found = standing(HELP, ForumMode.ON, posts, str.upper)

    assert (12, 6, 4, 2, 1) == (found.seen, found.shadow, found.spoken, found.helped, found.dismissed)
    assert found.precision == pytest.approx((6 * 0.5 + 4 * 1.0) / 10)
    assert [(6, "LETTERS"), (7, "LETTERS"), (8, "LETTERS"), (9, "LETTERS"), (10, "LETTERS")] == [
        (post.thread, question) for post, question in found.examples
    ]
    assert not found.is_judged


def test_ten_shadow_suggestions_are_enough_to_judge_by_and_no_posts_have_no_precision():
    post = Post(1, HERE, HELP, EntryId("letters"), 1.0, PostState.SHADOW, datetime.now(UTC))

    assert standing(HELP, ForumMode.SHADOW, [post] * 10, str).is_judged
    assert not standing(HELP, ForumMode.SHADOW, [post] * 9, str).is_judged
    assert standing(HELP, ForumMode.SHADOW, [], str).precision is None


async def test_a_sure_answer_to_a_post_in_a_listed_forum_is_said_once(forums, search):
    assert await says(forums, new(title="  Whom can I ask\u200b for a letter? "))
    assert await forums.consider(new()) is None
    assert [TITLE] == search.questions


async def test_a_forum_nobody_listed_is_not_even_counted(forums, database):
    assert await forums.consider(new(forum=99)) is None
    assert [] == await database.read("SELECT * FROM posts")


async def test_a_title_with_words_of_crisis_leaves_no_trace(forums, search, database):
    assert await forums.consider(new(title="I want to die, whom can I ask for a letter")) is None
    assert [] == search.questions
    assert [] == await database.read("SELECT * FROM posts")


async def test_what_is_unsure_or_short_is_counted_and_nothing_more(forums, search):
    search.evidence = Sure(0.8).evidence

    assert await forums.consider(new(100)) is None
    assert await forums.consider(new(101, title="help")) is None
    assert (2, 0, 0) == ((found := await forums.standing(HERE, HELP)).seen, found.shadow, found.spoken)


async def test_the_table_holds_neither_the_title_nor_who_wrote_it(forums, database):
    somebody = UserId(987654321987654321)
    await says(forums, new(poster=somebody))
    await forums.set_quiet(HERE, somebody, quiet=True)

    rows = repr([await database.read(f"SELECT * FROM {table}") for table in ("posts", "quiet")])
    assert TITLE not in rows
    assert str(somebody) not in rows


async def test_in_shadow_mode_it_only_notes_what_it_would_have_said(forums):
    assert await says(forums, new(forum=CAREERS))

    found = await forums.standing(HERE, CAREERS)
    assert (1, 0, 0.95) == (found.shadow, found.spoken, found.precision)
    assert [TITLE] == [question for _, question in found.examples]


@pytest.mark.parametrize(
    ("minutes", "second", "spoken"),
    [
        (9, new(101, poster=SAM), False),
        (11, new(101, poster=SAM), True),
        (11, new(101), False),
        (1, new(101, forum=CAREERS), True),
        (24 * 60 + 1, new(101), True),
    ],
)
async def test_a_forum_rests_ten_minutes_and_a_person_in_it_a_day(forums, clock, minutes, second, spoken):
    await says(forums, new(100))
    clock.forward(minutes=minutes)

    assert spoken == await says(forums, second)


async def test_what_was_lost_makes_nobody_rest(forums):
    found = await forums.consider(new(100))
    await forums.take(found)
    await forums.lost(found)

    assert await says(forums, new(101))


async def test_two_posts_at_once_get_one_suggestion(forums):
    both = [await forums.consider(new(100)), await forums.consider(new(101, poster=SAM))]

    assert [True, False] == [await forums.take(found) for found in both]


async def test_a_forum_that_was_turned_off_meanwhile_stays_silent(forums):
    found = await forums.consider(new())
    await forums.switch(HERE, HELP, ForumMode.SHADOW)

    assert not await forums.take(found)


async def test_who_wants_no_suggestions_gets_none_in_any_forum_of_the_server(forums, clock):
    await forums.set_quiet(HERE, NOOR, quiet=True)

    assert not await says(forums, new(100))
    assert not await says(forums, new(101, forum=CAREERS))
    assert await says(forums, new(102, poster=SAM))

    await forums.set_quiet(HERE, NOOR, quiet=False)
    clock.forward(minutes=11)

    assert await says(forums, new(103))


async def judge(forums, clock, threads, *, helped=0):
    """Let each thread have a suggestion that is dismissed, or helps the first ones; return what turned off."""
    turned_off = []
    for number, thread in enumerate(threads):
        clock.forward(days=2)
        await says(forums, new(thread))
        if number < helped:
            await forums.helped(thread)
        else:
            turned_off.append(await forums.dismissed(HERE, thread))
    return [forum for forum in turned_off if forum is not None]


async def mode(guilds, forum):
    return (await guilds.settings(HERE)).forums[forum]


async def test_the_eighth_dismissal_turns_a_forum_back_to_shadow_mode_and_no_other(forums, guilds, clock):
    await forums.switch(HERE, CAREERS, ForumMode.ON)

    assert [] == await judge(forums, clock, range(100, 107))
    assert await mode(guilds, HELP) is ForumMode.ON
    assert [HELP] == await judge(forums, clock, [107])
    assert await mode(guilds, HELP) is ForumMode.SHADOW
    assert await mode(guilds, CAREERS) is ForumMode.ON


async def test_a_forum_that_helps_often_enough_stays_on(forums, guilds, clock):
    assert [] == await judge(forums, clock, range(100, 108), helped=4)
    assert await mode(guilds, HELP) is ForumMode.ON


async def test_a_forum_that_was_turned_on_again_starts_anew(forums, guilds, clock):
    await judge(forums, clock, range(100, 108))
    clock.forward(days=2)
    await forums.switch(HERE, HELP, ForumMode.ON)

    assert [] == await judge(forums, clock, range(200, 207))
    assert [HELP] == await judge(forums, clock, [207])


async def test_a_suggestion_is_dismissed_once(forums, clock):
    await judge(forums, clock, range(100, 107))

    assert [None] * 9 == [await forums.dismissed(HERE, 106) for _ in range(9)]
    assert 7 == (await forums.standing(HERE, HELP)).dismissed


async def test_a_forum_taken_off_the_list_cannot_be_turned_on(forums, guilds):
    await guilds.update(HERE, lambda was: replace(was, forums={}))

    assert not await forums.switch(HERE, HELP, ForumMode.ON)
    assert await forums.standing(HERE, HELP) is None
    assert {} == (await guilds.settings(HERE)).forums


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Short enough.", "Short enough."),
        ("One. Two is so very much longer.", "One. …"),
        ("Ask e.g. somebody who saw you work there.", "Ask e.g. somebody who saw …"),
        ("Two things help:\n\n- a\n- b\n- something longer", "Two things help:\n\n- a\n- b …"),
        ("Yes, you can.\n\n**How to**\n\nBegin with a list.", "Yes, you can. …"),
        ("**Yes. Do it.** And then more of this.", "**Yes. Do it.** …"),
        ("**Yes. Do it and then more.** Really.", "**Yes. Do it and then…"),
        ("Read [the. Guide](https://example.org/a) first.", "Read …"),
        ("1. Write to three people. Then wait a week.", "1. Write to three people. …"),
        ("真的可以。" * 8, "真的可以。" * 5 + " …"),
        ("x" * 40, "x" * 27 + "…"),
    ],
)
def test_an_answer_is_cut_after_a_sentence_or_else_after_a_word(answer, shown):
    assert shown == beginning(answer, 28)


@given(st.text("abc .!?\n*`[]()", max_size=900))
def test_the_beginning_of_an_answer_is_short_and_is_its_beginning(answer):
    shown = beginning(answer)

    assert len(shown) <= BEGINNING_LENGTH + 2
    assert answer.strip().startswith(shown.removesuffix("…").rstrip())


def test_a_long_answer_ends_with_a_whole_sentence():
    assert beginning(MANY).removesuffix(" …").endswith((".", "!", "?"))
    assert len(beginning(MANY)) > BEGINNING_LENGTH - len("First sentence here.") - len(" …")
