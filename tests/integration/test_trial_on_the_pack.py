"""What moderators ask the search keeps the event loop free, with the real model and the shipped pack."""

from __future__ import annotations

import dataclasses

from bot.core.models import GuildId, Phrasing
from support.loop import blocking

HERE = GuildId(1)


async def test_no_callback_blocks_the_loop(lantern, content):
    search, (first, *others) = lantern.search, content.pack.entries
    questions = [f"honestly, {entry.question}" for entry in others[:50]]
    recorded = list(zip(questions, await search.vectors(questions), strict=True))
    edited = dataclasses.replace(first, phrasings=(*first.phrasings, Phrasing("one more way to ask it")))

    async def scenario():
        await search.impact(HERE, (edited, *others), recorded)
        await search.alike(HERE)
        await search.nearest(HERE, questions[:9], frozenset())
        await search.explain(HERE, questions[0])
        await search.evidence_for(HERE, *recorded[1])

    assert await blocking(scenario) == []
