"""The cards of upkeep and of the digest fit into a message, whatever they are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.core.links import KnownLink, LinkReport, LinkState
from bot.core.models import EntryId, Topic, TopicId
from bot.core.moderation import ChangeId
from bot.core.upkeep import FindingKind
from bot.faq.digest import Digest, worth_telling
from bot.faq.library import Shelf
from bot.faq.statistics import rate
from bot.faq.upkeep import Finding
from bot.views.answers import Card
from bot.views.moderators.digest import QUESTIONS, digest_card
from bot.views.moderators.shown import TEXT_LENGTH, length_of
from bot.views.moderators.upkeep import EVERY_KIND, Place, finding_card, merge_card, retire_card
from support.parts import make_entry

TODAY = date(2026, 11, 24)
LONG = "a*" * 75
"""As long as a question may be; Markdown in it takes twice the room."""
ANSWER = "Some **long** answer, with a [link](https://example.org/). " * 70
ONE, OTHER = EntryId("a" * 60), EntryId("b" * 60)
ENTRIES = {one: make_entry(one, LONG, answer=ANSWER[:4000]) for one in (ONE, OTHER)}
SHELF = Shelf(ENTRIES, {TopicId("letters"): Topic(TopicId("letters"), "Letters")}, is_pack=False)
PACK = {ONE: replace(ENTRIES[ONE], answer="Something else. " * 250)}
LINK = KnownLink(
    LinkReport(f"https://example.org/{'x' * 490}", LinkState.MOVED, "m" * 90, f"https://example.org/{'y' * 2000}"),
    TODAY,
    TODAY,
)
COUNTS = dict.fromkeys(FindingKind, 99_999)


def finding(kind) -> Finding:
    """Return the longest finding of a kind."""
    is_pair = kind in {FindingKind.DUPLICATE, FindingKind.CONTRADICTION}
    return Finding(kind, ONE, "", OTHER if is_pair else None, LINK, rate(1, 99), TODAY)


def size_of(card: Card) -> int:
    """Return how many characters a card holds."""
    return length_of(card.children)


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("only", [True, False])
def test_the_longest_finding_of_each_kind_fits_after_the_longest_note(texts, kind, only):
    quoted = "a\\*" * 75
    place = Place(kind if only else None, COUNTS, 99_999, 99_999, "0123456789ab")
    note = texts("up.merged", gone=quoted, kept=quoted)

    shown = finding_card(finding(kind), place, SHELF, PACK, texts, note=note, undo=ChangeId(2**53))

    assert size_of(shown.card) <= TEXT_LENGTH
    assert shown.card.to_components()  # five buttons in a row at most, and every custom id is short enough
    assert (kind is FindingKind.PACK_CHANGED) == bool(shown.files)


def test_so_do_the_cards_that_ask_once_more(texts):
    pair = finding(FindingKind.DUPLICATE)

    for shown in (merge_card(pair, EVERY_KIND, SHELF, texts), retire_card(pair, FindingKind.MOVED_LINK, SHELF, texts)):
        assert size_of(shown.card) <= TEXT_LENGTH
        assert shown.card.to_components()


def test_an_entry_the_pack_no_longer_has_is_told_so(texts):
    place = Place(None, COUNTS, 1, 1, "")

    shown = finding_card(finding(FindingKind.PACK_CHANGED), place, SHELF, {}, texts)

    assert texts("up.why_pack_gone") in str(shown.card.to_components())


def test_a_full_digest_fits_and_names_the_first_questions_only(texts):
    waiting = tuple((f"{number} {LONG * 6}"[:1000], number) for number in range(900))
    card = digest_card(Digest(9**9, 9**9, 9**9, waiting, 999, 999, 999, COUNTS), 2**53, texts)

    assert size_of(card) <= TEXT_LENGTH
    assert QUESTIONS == str(card.to_components()).count("“")


def test_a_digest_does_not_tell_what_is_merely_not_used():
    told = worth_telling(map(finding, FindingKind))

    assert [kind for kind in FindingKind if kind is not FindingKind.UNUSED] == [each.kind for each in told]
