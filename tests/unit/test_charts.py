"""The picture of `/faq stats`."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from bot.core.models import EntryId, Topic, TopicId
from bot.core.texts import Texts
from bot.core.upkeep import DayCount
from bot.faq.statistics import Statistics, Week, rate, statistics
from bot.views.charts import AMBER, BLUE, PAPER, WIDTH, draw_statistics
from bot.views.sheet import Sheet
from support.parts import make_entry

pytestmark = pytest.mark.filterwarnings("error::UserWarning")  # what matplotlib says of missing glyphs

MONDAY = date(2026, 2, 16)
WEEK = Week(MONDAY, 5, 3, 2)


def held(weeks=(WEEK,) * 12, topics=(), *, helped=(0, 0), best=(), worst=(), gaps=()):
    """Return statistics as given."""
    return Statistics(tuple(weeks), tuple(topics), rate(*helped), tuple(best), tuple(worst), tuple(gaps))


FULL = held(
    [Week(MONDAY - timedelta(weeks=11 - number), 5 * number, number, 2) for number in range(12)],
    [(f"Topic {number}", 40 - number) for number in range(8)],
    helped=(20, 30),
    best=[("Can I apply without publications?", rate(9, 10))],
    worst=[("Whom can I ask for a letter?", rate(1, 9))],
    gaps=[("Is a gap year held against me?", 4)],
)


def pixels(png):
    """Return a picture as rows of pixels, shape (height, width, 3), 0..255."""
    return np.rint(255 * imread(BytesIO(png))[..., :3]).astype(int)


def share_of(picture, colour):
    """Return which share of a picture has a colour."""
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return (picture == wanted).all(axis=2).mean()


def test_the_picture_is_as_wide_as_a_phone_reads_and_not_blank(texts):
    picture = pixels(draw_statistics(FULL, texts))

    assert WIDTH == picture.shape[1]
    assert WIDTH < picture.shape[0] < 2 * WIDTH
    assert share_of(picture, AMBER) > 0.01
    assert share_of(picture, BLUE) > 0.001


def test_it_brings_its_own_background(texts):
    png = draw_statistics(FULL, texts)

    assert 1 == imread(BytesIO(png))[..., 3].min()
    assert share_of(pixels(png)[:5], PAPER) == 1


def test_without_anything_it_is_a_small_picture_that_says_so(texts):
    nothing = statistics([], {}, [], {}, {}, today=MONDAY)
    picture = pixels(draw_statistics(nothing, texts))

    assert WIDTH == picture.shape[1]
    assert picture.shape[0] < WIDTH / 2
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20


def test_every_topic_entry_and_gap_has_its_row(texts):
    def height(**changes):
        return pixels(draw_statistics(held(**changes), texts)).shape[0]

    row = height(topics=[("a", 2), ("b", 1)]) - height(topics=[("a", 2)])

    assert row > 0
    assert row == height(gaps=[("a", 2), ("b", 1)]) - height(gaps=[("a", 2)])
    assert height(helped=(5, 5), best=[("a", rate(5, 5))]) < height(helped=(5, 5), best=[("a", rate(5, 5))] * 2)


def test_more_answers_make_more_colour(texts):
    few = held([Week(MONDAY, 1, 9, 0)] * 12)
    many = held([Week(MONDAY, 9, 1, 0)] * 12)

    assert share_of(pixels(draw_statistics(few, texts)), AMBER) < share_of(pixels(draw_statistics(many, texts)), AMBER)


@pytest.mark.parametrize(
    "question",
    [
        "هل يمكنني التقدم بدون خطاب توصية؟",
        "האם אפשר להתקבל בלי מאמרים?",
        "我没有发表论文可以申请博士吗",
        "am I too late 😀👩‍🔬🧪❤️?",
        "is $100 or $200 a fair fee, and \\alpha^2_3 too?",
        "W" * 6000,
        "word " * 2000,
        "a\u0301\u0302\u0303 zero\u200bwidth \u202eturned\u202c",
        "\ud800 half a pair",
        "?",
    ],
)
def test_whatever_people_write_can_be_drawn(texts, question):
    shown = held(topics=[(question, 1)], helped=(5, 5), best=[(question, rate(5, 5))], gaps=[(question, 1)])

    assert WIDTH == pixels(draw_statistics(shown, texts)).shape[1]


@pytest.mark.parametrize(
    "shown",
    [
        held([Week(MONDAY, 0, 0, 0)] * 12, helped=(0, 9), worst=[("a", rate(0, 9))]),
        held([Week(MONDAY, 0, 0, 0)] * 12, gaps=[("a", 1)]),
        held([Week(MONDAY, 10**18, 0, 10**18)] * 12, [("a", 10**18)], helped=(10**18, 10**18), gaps=[("a", 10**18)]),
        held([Week(MONDAY, 0, 0, 0)] * 11 + [Week(MONDAY, 0, 0, 1)], helped=(1, 1)),
    ],
    ids=["votes only", "gaps only", "huge", "one question"],
)
def test_extremes_can_be_drawn(texts, shown):
    assert WIDTH == pixels(draw_statistics(shown, texts)).shape[1]


def test_of_a_hundred_topics_eight_are_drawn(texts):
    topics = {TopicId(f"t{number}"): Topic(TopicId(f"t{number}"), f"Topic {number}") for number in range(100)}
    entries = {EntryId(each): make_entry(each, topic=each) for each in topics}
    counts = [DayCount(MONDAY, "answer", EntryId(each), 1) for each in topics]
    found = statistics(counts, {}, [], entries, topics, today=MONDAY)

    assert pixels(draw_statistics(found, texts)).shape[0] < 2 * WIDTH


def test_threads_may_draw_at_once(texts):
    alone = [draw_statistics(each, texts) for each in (FULL, held())]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda each: draw_statistics(each, texts), [FULL, held()] * 4))

    assert alone * 4 == together


def test_a_locale_with_longer_words_can_be_drawn(texts):
    longer = Texts("xx", {key: f"{sentence} {'und so weiter ' * 9}" for key, sentence in texts.sentences.items()}, ())

    assert WIDTH == pixels(draw_statistics(FULL, longer)).shape[1]


@pytest.fixture
def sheet():
    return Sheet(400, 100, PAPER)


def test_letters_are_drawn_where_they_belong(sheet):
    sheet.write(390, 50, "right", 20, "#FFFFFF", align="right")
    columns = np.flatnonzero((pixels(sheet.png()) > 128).all(axis=2).any(axis=0))

    assert 300 < columns.min() < columns.max() <= 390


def test_what_is_too_wide_is_cut_with_an_ellipsis_at_a_word(sheet):
    assert ["short"] == sheet.fit("short", 400, 20)
    assert ["three words…"] == sheet.fit("three words here", 150, 20)
    assert 2 == len(sheet.fit("many words that go on and on and on", 150, 20, lines=2))
    assert sheet.fit("many words that go on and on and on", 150, 20, lines=2)[1].endswith("…")


def test_a_sheet_knows_which_letters_it_has(sheet):
    assert sheet.can_draw("Ünï: 12 ✓ هل 🧪")
    assert not sheet.can_draw("PhD 博士")
    assert "PhD" == sheet.drawable("PhD 博士 🧪")
