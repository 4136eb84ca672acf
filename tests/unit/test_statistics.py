"""The figures of `/faq stats`, and the same in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import EntryId, Topic, TopicId
from bot.core.texts import Texts
from bot.core.upkeep import DayCount
from bot.faq.statistics import GAPS, TOPICS, WEEKS, rate, statistics, wilson
from bot.safety.text import escape
from bot.views.statistics import ALT_LENGTH, TEXT_LENGTH, day_of, percent, statistics_alt, statistics_text
from support.parts import make_entry

TODAY = date(2026, 2, 18)
"""A Wednesday."""
NAMES = [EntryId(f"entry-{number}") for number in range(12)]
ENTRIES = {
    name: make_entry(name, f"What about {name}?", topic=TopicId(f"topic-{number % 10}"))
    for number, name in enumerate(NAMES)
}
SHELVES = {TopicId(f"topic-{number}"): Topic(TopicId(f"topic-{number}"), f"Topic {number}") for number in range(10)}
BUSY = [
    *(DayCount(TODAY - timedelta(days=number), "answer", name, 30 - number) for number, name in enumerate(NAMES)),
    DayCount(TODAY, "choices", None, 7),
    DayCount(TODAY - timedelta(weeks=3), "unknown", None, 1234),
    DayCount(TODAY, "shown", NAMES[0], 500),
]
VOTES = {NAMES[0]: (20, 1), NAMES[1]: (9, 2), NAMES[2]: (1, 9), NAMES[3]: (4, 0), NAMES[4]: (3, 3)}
QUEUE = [("Is a *gap year* held against me?", 41), ("هل يمكنني التقدم؟", 13)]

shares = st.integers(1, 10_000).flatmap(lambda votes: st.tuples(st.integers(0, votes), st.just(votes)))
day_counts = st.lists(
    st.builds(
        DayCount,
        st.dates(TODAY - timedelta(days=200), TODAY + timedelta(days=20)),
        st.sampled_from(["answer", "choices", "unknown", "shown"]),
        st.sampled_from([None, EntryId("gone"), *NAMES]),
        st.integers(0, 10**12),
    ),
    max_size=30,
)
vote_counts = st.dictionaries(
    st.sampled_from([EntryId("gone"), *NAMES]), st.tuples(st.integers(0, 10**12), st.integers(0, 10**12))
)
queues = st.lists(st.tuples(st.text(min_size=1, max_size=1000), st.integers(1, 10**12)), max_size=9)


def found(counts=(), votes=None, gaps=()):
    """Return the statistics of a guild with twelve entries."""
    return statistics(counts, votes or {}, gaps, ENTRIES, SHELVES, today=TODAY)


any_statistics = st.builds(found, day_counts, vote_counts, queues)


@given(shares)
def test_the_interval_holds_the_share_and_stays_within_0_and_1(share):
    helped, votes = share
    low, high = wilson(helped, votes)

    assert 0 <= low <= helped / votes <= high <= 1
    assert low < high


@given(shares, st.integers(2, 50))
def test_more_votes_with_the_same_share_narrow_the_interval(share, times):
    helped, votes = share
    few, many = wilson(helped, votes), wilson(helped * times, votes * times)

    assert many[1] - many[0] < few[1] - few[0]


def test_the_interval_is_wilsons():
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    assert (0.2553, 0.3662) == pytest.approx(wilson(81, 263), abs=5e-5)
    assert (0.0624, 0.1605) == pytest.approx(wilson(15, 148), abs=5e-5)
    assert (0.0, 0.1611) == pytest.approx(wilson(0, 20), abs=5e-5)
    assert (0.0061, 0.1718) == pytest.approx(wilson(1, 29), abs=5e-5)


def test_without_votes_every_share_is_possible():
    assert (0.0, 1.0) == wilson(0, 0)
    assert 0.0 == rate(0, 0).share


@given(day_counts)
def test_the_weeks_sum_to_the_counts_of_these_weeks(counts):
    weeks = found(counts).weeks
    inside = [each for each in counts if weeks[0].starts_on <= each.day < weeks[-1].starts_on + timedelta(weeks=1)]

    for what in ("answer", "choices", "unknown"):
        assert sum(each.count for each in inside if each.what == what) == sum(getattr(week, what) for week in weeks)
        assert getattr(found(counts).asked, what) == sum(getattr(week, what) for week in weeks)


def test_the_last_twelve_weeks_are_there_whether_or_not_anybody_asked():
    weeks = found().weeks

    assert [date(2026, 2, 16) - timedelta(weeks=11 - place) for place in range(WEEKS)] == [
        week.starts_on for week in weeks
    ]
    assert {0} == {week.starts_on.weekday() for week in weeks}
    assert found().since == weeks[0].starts_on
    assert found().is_empty


def test_a_sunday_belongs_to_the_monday_before():
    weeks = found(
        [DayCount(date(2026, 2, 15), "answer", None, 3), DayCount(date(2026, 2, 16), "answer", None, 4)]
    ).weeks

    assert [3, 4] == [week.answer for week in weeks[-2:]]


def test_topics_are_those_answered_from_most_asked_first():
    assert [("Topic 0", 30 + 20), ("Topic 1", 29 + 19), ("Topic 2", 28)] == list(found(BUSY).topics[:3])
    assert TOPICS == len(found(BUSY).topics)


def test_what_was_only_offered_or_is_gone_counts_for_no_topic():
    gone = DayCount(TODAY, "answer", EntryId("gone"), 5)

    assert () == found([gone, DayCount(TODAY, "shown", NAMES[0], 9)]).topics


def test_entries_are_ranked_by_what_their_votes_prove():
    held = found(votes={NAMES[0]: (5, 0), NAMES[1]: (60, 2), NAMES[2]: (0, 5), NAMES[3]: (5, 40), NAMES[4]: (4, 0)})

    assert [ENTRIES[NAMES[1]].question, ENTRIES[NAMES[0]].question] == [question for question, _ in held.best]
    assert [ENTRIES[NAMES[3]].question, ENTRIES[NAMES[2]].question] == [question for question, _ in held.worst]


@given(vote_counts)
def test_no_entry_is_both_best_and_worst_and_all_votes_are_counted(votes):
    held = found(votes=votes)

    assert not {question for question, _ in held.best} & {question for question, _ in held.worst}
    assert sum(map(sum, votes.values())) == held.helped.votes


def test_an_entry_that_never_helps_is_not_among_the_best_even_alone():
    held = found(votes={NAMES[0]: (0, 9)})

    assert () == held.best
    assert [ENTRIES[NAMES[0]].question] == [question for question, _ in held.worst]


def test_the_first_gaps_of_the_queue_are_shown():
    queue = [(f"question {number}", 9 - number) for number in range(9)]

    assert tuple(queue[:GAPS]) == found(gaps=queue).gaps


def test_the_text_names_every_figure(texts):
    held = found(BUSY, VOTES, QUEUE)
    text = statistics_text(held, texts)

    for week in held.weeks:
        line = next(line for line in text.splitlines() if f" {day_of(week.starts_on, texts)}:" in line and "- " in line)
        assert not week.total or all(str(count) in line for count in (week.answer, week.choices, week.unknown))
    for count in (held.asked.total, held.asked.answer, held.asked.choices, held.asked.unknown):
        assert str(count) in text
    for title, count in held.topics:
        assert f"{title}: {count}" in text
    for name, each in [(texts("stats.all_votes"), held.helped), *held.best, *held.worst]:
        line = next(line for line in text.splitlines() if escape(name) in line)
        figures = (each.helped, each.votes, *map(percent, (each.share, each.low, each.high)))
        assert all(str(figure) in line for figure in figures)
    for question, askers in held.gaps:
        assert f"{escape(question)}: {askers}" in text
    assert held.best
    assert held.worst


@given(any_statistics)
def test_the_text_and_the_alternative_text_fit_whatever_happened(texts, held):
    assert 0 < len(statistics_text(held, texts)) <= TEXT_LENGTH
    assert 0 < len(statistics_alt(held, texts)) <= ALT_LENGTH


def test_questions_cannot_ping_or_format_in_the_text(texts):
    text = statistics_text(found(gaps=[("@everyone see [this](https://x.example) **now**\n# big", 2)]), texts)

    assert escape("@everyone see [this](https://x.example) **now** # big") in text


def test_long_names_are_shortened_before_anything_is_left_out(texts):
    held = found(BUSY, VOTES, [("why * " * 150, 5)] * GAPS)
    text = statistics_text(held, texts)

    assert f"{texts('stats.all_votes')}:" in text
    assert GAPS == sum(line.endswith("…: 5") for line in text.splitlines())


def test_without_anything_it_says_so(texts):
    assert texts("stats.nothing") in statistics_text(found(), texts)
    assert texts("stats.nothing") == statistics_alt(found(), texts)


def test_the_alternative_text_says_the_main_figures(texts):
    held = found(BUSY, VOTES, QUEUE)
    alt = statistics_alt(held, texts)

    for figure in (held.asked.total, held.asked.answer, held.topics[0][1], percent(held.helped.share)):
        assert str(figure) in alt
    assert QUEUE[0][0] in alt


def test_entries_with_too_few_votes_are_said_to_be_waiting(texts):
    assert texts("stats.few_votes", votes=5) in statistics_text(found(votes={NAMES[0]: (1, 1)}), texts)


def test_a_locale_that_does_not_name_all_months_gets_their_numbers():
    texts = Texts("xx", {"stats.months": "uno duo", "stats.day": "{day} {month}"}, ())

    assert ("5 duo", "5 3") == (day_of(date(2026, 2, 5), texts), day_of(date(2026, 3, 5), texts))
