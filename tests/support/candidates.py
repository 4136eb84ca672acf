"""People to be paired, drawn at random or made for a test."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from bot.core.matching import Candidate
from bot.core.peers import Role

SENSITIVE = frozenset({"limited-energy", "little-money"})
TAGS = ["rejection", "ghosting", "no-letters", "limited-energy", "little-money"]
STORIES = [
    vector / np.linalg.norm(vector)
    for vector in map(np.asarray, ([1, 0.0, 0], [1, 0.4, 0], [1, 1.5, 0], [0, 0, 1], [0.7, 0, 1], [1, 1, 1]))
]


def somebody(name="ada", *tags, story=None, **changes) -> Candidate:
    """Return an adult peer who speaks English and writes at any time, with setbacks; `story`: one of STORIES."""
    fields = {
        "id": name,
        "roles": frozenset({Role.PEER}),
        "setbacks": frozenset(tags or ("rejection",)),
        "vector": b"" if story is None else STORIES[story].astype(np.float32).tobytes(),
        "languages": frozenset({"en"}),
        "asynchronous": True,
        "adult": True,
    }
    return Candidate(**{**fields, **changes})


def mentor(name="mia", *tags, slots=1, stage=3, **changes) -> Candidate:
    """Return a mentor."""
    return somebody(name, *tags, roles=frozenset({Role.MENTOR}), slots=slots, stage=stage, **changes)


def seeker(name="sam", *tags, stage=1, **changes) -> Candidate:
    """Return somebody who wants a mentor."""
    return somebody(name, *tags, roles=frozenset({Role.SEEKER}), stage=stage, **changes)


spans = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 30)), max_size=2).map(tuple)
NAMES = [f"p{number}" for number in range(9)]
some_names = st.frozensets(st.sampled_from(NAMES), max_size=2)


@st.composite
def people(draw, most=9):
    """Draw a few people who differ in everything."""
    count = draw(st.integers(1, most))
    return [
        Candidate(
            id=name,
            roles=draw(st.frozensets(st.sampled_from(Role), min_size=1)),
            slots=draw(st.integers(0, 2)),
            setbacks=draw(st.frozensets(st.sampled_from(TAGS), max_size=3)),
            vector=draw(st.sampled_from([b"", *(story.astype(np.float32).tobytes() for story in STORIES)])),
            outlook=draw(st.frozensets(st.sampled_from(["listening", "ideas", "often"]), max_size=2)),
            stage=draw(st.sampled_from([None, 0, 1, 2, 3, 4])),
            languages=draw(st.frozensets(st.sampled_from(["en", "EN", "es"]), max_size=2)),
            utc_offset=draw(st.sampled_from([-11.0, -3.5, 0.0, 5.5, 5.75, 14.0])),
            hours=draw(spans),
            asynchronous=draw(st.booleans()),
            adult=draw(st.sampled_from([True, True, True, False, None])),
            waited=draw(st.integers(0, 12)),
            blocks=draw(some_names) if draw(st.booleans()) else frozenset(),
            past=draw(some_names) if draw(st.booleans()) else frozenset(),
            same=draw(some_names) if draw(st.booleans()) else frozenset(),
        )
        for name in NAMES[:count]
    ]
