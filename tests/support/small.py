"""A small FAQ of which every kind of decision can be had, with the deterministic embedder."""

from __future__ import annotations

from bot.core.models import EntryId, Pack, Source, Topic, TopicId
from support.parts import make_entry

SUBJECTS = {
    "basics": ("letters", "visas", "grades", "rejection", "reviews", "posters"),
    "work": ("grants", "mentors", "thesis", "journals", "burnout", "interviews"),
}
THINGS = [
    "pizza",
    "car",
    "phone",
    "song",
    "film",
    "dog",
    "cat",
    "game",
    "hat",
    "shoe",
    "lamp",
    "tree",
    "wine",
    "beer",
    "cake",
    "book",
    "desk",
    "chair",
]

ANSWERED = "worried about letters"
OFFERED = "worried in the sky about visas"
UNKNOWN = "the moon landing"
"""Questions by what becomes of them in `small_pack`: `letters` is the answer; `visas` is offered first."""


def small_pack() -> Pack:
    """Return twelve entries on twelve subjects in two topics; each has three related ones."""
    names = [name for held in SUBJECTS.values() for name in held]
    entries = tuple(
        make_entry(
            name,
            question_of(name),
            f"tell me about {name}",
            f"{name} help please",
            f"question on {name} in research",
            f"so worried about {name}",
            topic=TopicId(topic),
            answer=f"What we know about {name}.",
            sources=(Source(f"On {name}", f"https://example.org/{name}", "it was read"),),
            related=tuple(EntryId(other) for other in names if other != name)[:3],
        )
        for topic, held in SUBJECTS.items()
        for name in held
    )
    # A few that come near, so that there is room between offering and answering.
    near = ("my cat had its grades at school", "the dog visas", "posters of a film band")
    off_topic = (*(f"which {thing} is best" for thing in THINGS), *near)
    return Pack((Topic(TopicId("basics"), "Basics"), Topic(TopicId("work"), "Work")), entries, off_topic)


def question_of(name) -> str:
    """Return the canonical question of a small entry."""
    return f"What should one know about {name}?"
