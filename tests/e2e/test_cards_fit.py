"""Every card of the shipped pack keeps Discord's limits, with the longest question above it."""

from __future__ import annotations

from datetime import date

import pytest
from simcord.components import walk_components

from bot.core.models import Decision, EntryId, GuildId, Hit, Kind, Reply
from bot.views.answers import answer_card, choices_card, shared_card, topic_card, unknown_card
from bot.views.pages import pages_of
from bot.views.trail import Trail
from support.limits import faults_in

LONGEST_QUESTION = "*" * 1000
LONGEST_TRAIL = Trail(2**64 - 1, ("beef", "cafe"))
TODAY = date(2030, 1, 1)
NO_DECISION = Decision(Kind.UNKNOWN, None, 0.0, ())


@pytest.fixture
def shelf(content):
    """The pack by id and topic."""
    return {entry.id: entry for entry in content.pack.entries}


def reply_to(entry, shelf, question=LONGEST_QUESTION):
    decision = Decision(Kind.ANSWER, entry.id, 1.0, (Hit(entry.id, 1.0),))
    related = tuple(shelf[other] for other in entry.related)
    return Reply(decision, question, entry=entry, related=related, shortened=True)


def test_every_page_of_every_answer_keeps_discords_limits(content, shelf, texts):
    faults = {}
    for entry in content.pack.entries:
        reply = reply_to(entry, shelf)
        for page in range(len(pages_of(entry, texts))):
            options = {"page": page, "trail": LONGEST_TRAIL}
            cards = [
                answer_card(reply, texts, TODAY, may_share=True, **options),
                answer_card(reply, texts, TODAY, note=texts("answer.kept"), **options),
                shared_card(reply, texts, TODAY, page),
            ]
            faults[entry.id, page] = [fault for card in cards for fault in faults_in(card)]

    assert {where: what for where, what in faults.items() if what} == {}
    assert len({entry_id for entry_id, _ in faults}) == len(content.pack.entries)


def test_choices_of_any_entries_keep_discords_limits(content, texts):
    longest = sorted(content.pack.entries, key=lambda entry: -len(entry.question))[:3]
    reply = Reply(NO_DECISION, LONGEST_QUESTION, choices=tuple(longest), shortened=True)

    assert faults_in(choices_card(reply, texts, trail=LONGEST_TRAIL)) == []


def test_an_unknown_question_near_any_topics_keeps_discords_limits(content, texts):
    longest = sorted(content.pack.topics, key=lambda topic: -len(topic.title))[:3]
    reply = Reply(NO_DECISION, LONGEST_QUESTION, topics=tuple(longest), shortened=True, unanswered_id=2**63 - 1)

    assert faults_in(unknown_card(reply, texts, trail=LONGEST_TRAIL)) == []


def test_every_topics_list_keeps_discords_limits_and_shows_every_entry(content, texts):
    shown = []
    for topic in content.pack.topics:
        entries = [entry for entry in content.pack.entries if entry.topic == topic.id]
        card = topic_card(topic, entries, texts, trail=LONGEST_TRAIL)
        shown += [
            option["value"] for part in walk_components(card.to_components()) for option in part.get("options", ())
        ]

        assert faults_in(card) == []
    assert sorted(shown) == sorted(entry.id for entry in content.pack.entries)


async def test_discord_takes_every_answer_of_the_pack(world):
    """SimCord refuses what Discord refuses; every entry is asked for as a picked suggestion."""
    guild = GuildId(world.guild.id)
    world.let_anybody_be_fast()
    for entry_id in await world.lantern.asking.entry_ids(guild):
        message = await world.ask(f"id:{entry_id}")
        entry = (await world.lantern.library.shelf(guild)).entries[EntryId(entry_id)]

        assert message.ephemeral, entry_id
        assert any(entry.question in str(part.get("content")) for part in walk_components(message.components))
