"""FAQs as moderators could write them, with everything in their texts that a file format may stumble over."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.content.pack_shape import KINDS, Answer, Line, Link, Question, Title
from bot.core.models import Bundle, Entry, EntryId, Phrasing, Source, Topic, TopicId
from bot.safety.text import faults_in_answer, normalise

STUMBLING = (
    *(
        "---",
        "...",
        "\n---\n",
        "Q: not a question",
        "A: no answer",
        "```py\n\tif x:\n\t\treturn\n```",
        "- a\n  - b  \nc",
    ),
    *("=1+1", "+1", "-1", "@sum", "'=1", "''", '"', '""', ",", ";", "\t", "\n", "\n\n", "\n \n", "  ", "| ", "|", ">"),
    *(
        "tired: so tired",
        "plain: plain",
        "plain: tired: x",
        " | https://a.org | ",
        " | \\https://a.org",
        "experience: ",
    ),
    *(
        "\\",
        "\\n",
        "&a",
        "*a",
        "!!x",
        "%",
        "#",
        ": ",
        "~",
        "null",
        "yes",
        "2026-01-01",
        "1_000",
        "0x1f",
        "<<",
        "{",
        "[",
    ),
    *("👩‍🔬", "❤️", "مرحبا بالعالم", "שלום", "\u200f", "\u202b", "\ufeff", "é", "e\u0301", "日本語", "\U0010ffff"),
    *("\r\n", "\x85", "\u2028", "\u2029", "\xa0", "\ufffe", "`[a](b)`", "[a guide](https://a.org/x)"),
)
"""Pieces that mean something to YAML, CSV, JSON, Markdown, a spreadsheet, or to the forms used inside cells."""

_characters = st.characters(exclude_categories=("Cs", "Cc"))
_raw = st.lists(st.sampled_from(STUMBLING) | st.text(_characters, max_size=6), min_size=1, max_size=8).map("".join)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)


def shaped(shape, texts=_raw):
    """Return texts of a shape, as it leaves them."""
    adapter = TypeAdapter(shape)

    def accepted(text):
        try:
            return adapter.validate_python(text)
        except ValidationError:
            return None

    return texts.map(accepted).filter(lambda text: text is not None and not faults_in_answer(text))


lines = shaped(Line)
wordings = shaped(Question)
answers = shaped(Answer)
titles = st.none() | shaped(Title)
links = shaped(Link, st.text(st.sampled_from("abc/|?=&%#é👩"), min_size=1, max_size=9).map("https://{}".format))
sources = st.builds(Source, lines, links, lines) | st.builds(Source, lines)


@st.composite
def bundles(draw) -> Bundle:
    """Return up to three topics with up to two entries each."""
    topics = draw(st.lists(slugs, unique=True, min_size=1, max_size=3))
    homes = [topic for topic in topics for _ in range(draw(st.integers(1, 2)))]
    ids = draw(st.lists(slugs, unique=True, min_size=len(homes), max_size=len(homes)))
    most = 3 * len(homes)
    words = iter(draw(st.lists(wordings, unique_by=normalise, min_size=most, max_size=most)))
    entries = tuple(
        Entry(
            id=EntryId(entry_id),
            topic=TopicId(home),
            question=next(words),
            phrasings=tuple(Phrasing(next(words), kind) for kind in draw(st.lists(st.sampled_from(KINDS), max_size=2))),
            answer=draw(answers),
            setbacks=tuple(draw(st.lists(slugs, max_size=3))),
            lived_experience=draw(st.booleans()),
            sources=tuple(draw(st.lists(sources, max_size=3))),
            reviewed_on=draw(st.dates(date(2000, 1, 1))),
            review_after_days=draw(st.integers(30, 1500)),
            related=tuple(map(EntryId, draw(st.lists(slugs, max_size=5)))),
        )
        for entry_id, home in zip(ids, homes, strict=True)
    )
    named = ((topic, draw(titles)) for topic in topics)
    return Bundle(tuple(Topic(TopicId(topic), title) for topic, title in named if title is not None), entries)
