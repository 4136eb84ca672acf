"""Why two people fit, what keeps somebody from every partner, and what rounds tell."""

from __future__ import annotations

KEYS: dict[str, tuple[str, ...]] = {
    "fit.setbacks": ("topics",),
    "fit.story": (),
    "fit.outlook": ("outlook",),
    "fit.stage_same": (),
    "fit.stage_ahead": (),
    "obstacle.adult": (),
    "obstacle.nobody": (),
    "obstacle.roles": (),
    "obstacle.language": (),
    "obstacle.time": (),
    "obstacle.stage": (),
    "obstacle.fit": (),
    "obstacle.past": (),
    "obstacle.full": (),
    "round.soon": ("at",),
    "round.unmatched": ("next",),
    "wait.unknown": (),
    "wait.longer": ("seen",),
    "wait.half": ("half", "seen"),
    "wait.same": ("most",),
    "wait.most": ("half", "most"),
}
