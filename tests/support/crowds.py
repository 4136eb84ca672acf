"""People to be paired of whom most could be: of people drawn at random, few fit anybody."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from support.candidates import people

ORDINARY = {"languages": frozenset({"en"}), "asynchronous": True, "adult": True}


@st.composite
def crowds(draw, most=7):
    """Draw a few people who differ in everything, or in all but what keeps two people apart most often.

    Everybody has a stage, as whoever takes part has, so that no two could mentor each other.
    """
    everybody = [replace(one, stage=one.stage or 0) for one in draw(people(most=most))]
    return [
        replace(one, setbacks=one.setbacks | {"ghosting"}, **ORDINARY) if draw(st.integers(0, 3)) else one
        for one in everybody
    ]
