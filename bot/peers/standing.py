"""What introductions change of how somebody stands as a member. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.peers import MemberState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.core.ports.introductions import Standing

SILENCES = 3
"""So often in a row a mentor leaves somebody without a word until they are paused, and told why (matching.md 6.3)."""


def active(now: datetime) -> Callable[[Standing], Standing]:
    """Return what an answer makes of whoever gives it."""
    return lambda standing: replace(standing, active_at=max(now, standing.active_at), silences=0)


def met(rest_after: int | None) -> Callable[[Standing], Standing]:
    """Return what an introduction makes of both: nobody waits any more, and a mentor rests after `rest_after` of them.

    None for who is not the mentor.
    """

    def after(standing: Standing) -> Standing:
        waits_no_more = replace(standing, waited=0)
        if rest_after is None:
            return waits_no_more
        if standing.introduced + 1 < rest_after:
            return replace(waits_no_more, introduced=standing.introduced + 1)
        return rested(replace(waits_no_more, introduced=0))

    return after


def rested(standing: Standing) -> Standing:
    """Let a mentor rest one round."""
    return replace(standing, rests=max(1, standing.rests))


def silent(standing: Standing) -> Standing:
    """Count that a mentor left an offer or a check-in without a word; pause who did so too often in a row."""
    if standing.silences + 1 < SILENCES or standing.state is not MemberState.ACTIVE:
        return replace(standing, silences=standing.silences + 1)
    return replace(standing, state=MemberState.PAUSED, why_paused="introduction.paused_for_silence", silences=0)
