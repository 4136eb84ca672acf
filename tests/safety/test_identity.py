"""Identity and story, statements 9 to 15: where other tests prove a part of one, these prove the whole of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from discord import MessageType
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import SetbackFaultsError
from bot.core.introductions import Card
from bot.core.matching import Kind
from bot.core.peers import Contact, Help, Stage
from bot.peers.taxonomy import new_setback
from bot.safety.cards import faults_in_sentence
from bot.views.peers.introductions import card_text
from bot.views.peers.words import Words
from support.journey import REPORTED, live_through, story_of
from support.meeting import SECRET, YES, Meeting, messages_in, payloads, thread_of, traces_of
from support.worlds import texts_in

FORBIDDEN = re.compile(
    r"""[\w.+-]+@[\w-]+\.\w+            # an e-mail address
    | https?:// | www\. | \w+\.(?:com|org|net|edu)\b   # a link
    | @\w                               # a handle
    | \d{4}-\d{4}-\d{4}-\d{3}[\dXx]     # an ORCID
    | (?:19|20)\d\d                     # a year
    | \d(?:[\s.-]?\d){2,}               # a number, or a phone number, of more than two digits""",
    re.VERBOSE,
)
"""What statement 14 names, written apart from the lint, and plainer."""
HARMLESS = ["after", "my paper", "was", "turned down", "I", "waited", "for", "months", "and", "nobody", "wrote back"]
SNEAKY = [
    *("noor@example.org", "https://example.org/me", "www.example.org", "example.com", "@noor", "0000-0002-1825-0097"),
    *("2019", "1999.", "555 1234", "+49 30 901820", "12345", "room 404", "a.b@c.de", "lab.edu"),
]
sentences = st.lists(st.sampled_from(HARMLESS) | st.sampled_from(SNEAKY), min_size=2, max_size=9).map(" ".join)


@settings(deadline=None)
@given(sentences)
def test_whatever_passes_the_lint_holds_nothing_of_what_a_card_may_not_hold(sentence):
    """Statement 14: the lint against a plainer list of the same; and what is harmless is not kept off."""
    faults = [fault for fault in faults_in_sentence(sentence) if fault.text_key != "card.short"]

    assert bool(FORBIDDEN.search(sentence)) <= bool(faults)
    assert any(word in sentence for word in SNEAKY) or not faults


@pytest.mark.parametrize(
    "label",
    [
        *("Turned down by noor@example.org", "See https://example.org", "Ask @noor", "Rejected in 2019"),
        *("Call 030 901820", "ORCID 0000-0002-1825-0097", "Room 12345", "See example.com"),
    ],
)
def test_no_topic_a_moderator_adds_brings_onto_a_card_what_it_may_not_hold(content, label):
    """Statement 14: a card shows topics, too."""
    with pytest.raises(SetbackFaultsError):
        new_setback(label, {each.id: each for each in content.setbacks}, is_sensitive=False)


def test_with_all_that_can_be_chosen_a_card_holds_nothing_it_may_not_hold(content):
    """Statement 14: every topic, language, help and stage there is, in words."""
    taxonomy = {each.id: each for each in content.setbacks}
    words = Words(content.texts, taxonomy)
    for stage in Stage:
        everything = Card(Kind.MENTOR, True, tuple(taxonomy), ("en", "de", "es"), tuple(Help), "", stage, hours=12)  # noqa: FBT003
        for card in (everything, replace(everything, kind=Kind.PEER, is_mentor=False)):
            assert not FORBIDDEN.search(card_text(card, words))


class TestAWholeLife:
    """From opting in to leaving, with everything between: what others could see of it."""

    async def test_no_word_of_a_story_or_a_report_reaches_anybody_it_is_not_for(self, small_world):
        """Statements 10, 15, 60 and 61: stories reach nobody, words of a report moderators only, nothing is public."""
        meeting = await Meeting(small_world).turn_on()
        await live_through(meeting)
        people = (small_world.noor, small_world.sam, small_world.ines)
        sent = payloads(small_world)
        story_words = [story_of(member).split()[4] for member in people]

        assert len(sent) > 60
        assert [] == [(reader, word) for reader, text in sent for word in story_words if word in text]
        assert {small_world.mika.id} == {reader for reader, text in sent if REPORTED.split()[2] in text}
        assert [] == [*small_world.public_messages(), *filter(_is_written, meeting.channel.history())]

    async def test_the_scan_of_it_would_find_a_story(self, small_world):
        """A story that is shown to who wrote it is in the payloads; so one that reached somebody else would be."""
        meeting = await Meeting(small_world).turn_on()
        noor = small_world.noor
        await meeting.opt_in(noor, story=story_of(noor))
        panel = (await noor.slash(small_world.channel, "peers edit")).response
        await noor.click(panel, label="2 · What happened")
        form = await noor.click(panel, label="Write")

        assert story_of(noor) in json.dumps(form.modal)


def _is_written(message):
    """Tell whether somebody wrote a message, rather than Discord, which notes that a thread was opened."""
    return message.type is MessageType.default


async def test_the_name_of_a_thread_and_its_first_message_lead_to_nobody_but_the_two(small_world):
    """Statement 9: a thread is made after both agreed, and its name, which others may read, says nothing."""
    meeting = await Meeting(small_world).turn_on()
    noor, sam = small_world.noor, small_world.sam
    await meeting.opt_in(noor, sam, contact=Contact.THREAD)
    await meeting.offer(noor, sam)
    made_before = small_world.requests("POST", "/threads")
    await meeting.press(noor, YES)
    await meeting.press(sam, YES)
    await meeting.tick(hours=1)
    await meeting.tick(hours=1)
    number = await thread_of(meeting, noor)
    name = small_world.env.backend.channels[number].name
    (first,) = messages_in(small_world, number)

    assert [] == made_before
    assert not [trace for member in (noor, sam) for trace in traces_of(member) if trace in name]
    assert SECRET not in texts_in(first)
