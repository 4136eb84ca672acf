"""Invented people for the benchmarks of pairing: themes with Zipf popularity, time zones, languages (matching.md 3.3)."""

from __future__ import annotations

import numpy as np

from bot.core.matching import Candidate
from bot.core.peers import Role

THEMES, DIMENSIONS, ZONES = 40, 128, 24
TAGS = 22
"""As many setbacks as data/setbacks.yaml names; each theme leans to three of them."""
OFTEN = 0.62
"""How far a story is from its theme: then half of all pairs are below .22 and 95 % below .45, as of real stories."""


def crowd(count: int, seed: int = 0, *, mentors: float = 0.0) -> list[Candidate]:
    """Return people with stories, setbacks, hours and a wait; a part of them mentors, with one to five places."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, THEMES + 1)
    theme = rng.choice(THEMES, count, p=popularity / popularity.sum())
    centres = rng.normal(size=(THEMES, DIMENSIONS)).astype(np.float32)
    centres += 0.45 * rng.normal(size=DIMENSIONS)  # sad texts are all somewhat alike
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    noise = rng.normal(size=(count, DIMENSIONS)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    stories = OFTEN * centres[theme] + (1 - OFTEN) * noise
    stories /= np.linalg.norm(stories, axis=1, keepdims=True)
    leaning = rng.integers(0, TAGS, (THEMES, 3))
    is_mentor = rng.random(count) < mentors
    offsets, waits, stages = rng.integers(-11, 13, count), rng.geometric(0.3, count) - 1, rng.integers(0, 4, count)
    roles = (
        (frozenset({Role.PEER}), frozenset({Role.MENTOR}))
        if not mentors
        else (
            frozenset({Role.SEEKER}),
            frozenset({Role.MENTOR}),
        )
    )
    return [
        Candidate(
            id=f"{index:06}",
            roles=roles[int(is_mentor[index])],
            slots=int(rng.integers(1, 6)) if is_mentor[index] else 0,
            setbacks=frozenset(f"tag{tag}" for tag in leaning[theme[index]][: rng.integers(1, 4)]),
            vector=stories[index].astype(np.float32).tobytes(),
            outlook=frozenset(rng.choice(["listening", "ideas", "together", "often"], 2).tolist()),
            stage=int(stages[index]) + (2 if is_mentor[index] else 0),
            languages=frozenset({"en"}) if rng.random() < 0.85 else frozenset({"es"}),
            utc_offset=float(offsets[index]),
            hours=((16.0, 22.0),),
            asynchronous=bool(rng.random() < 0.3),
            adult=True,
            waited=int(waits[index]),
        )
        for index in range(count)
    ]
