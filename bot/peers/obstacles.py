"""What each obstacle is called, and which of several is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.matching import Obstacle

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_KEYS: Mapping[Obstacle, str] = {
    Obstacle.ADULT: "obstacle.adult",
    Obstacle.NOBODY: "obstacle.nobody",
    Obstacle.ROLES: "obstacle.roles",
    Obstacle.LANGUAGE: "obstacle.language",
    Obstacle.TIME: "obstacle.time",
    Obstacle.STAGE: "obstacle.stage",
    Obstacle.FIT: "obstacle.fit",
    Obstacle.PAST: "obstacle.past",
    Obstacle.FULL: "obstacle.full",
}
"""What each is called, and how it is loosened."""
EASIEST_FIRST = (Obstacle.FIT, Obstacle.TIME, Obstacle.LANGUAGE, Obstacle.STAGE, Obstacle.ROLES, Obstacle.PAST)
"""Where several would help as much, the one that is loosened most easily is named."""
