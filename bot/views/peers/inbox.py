"""`/peers inbox`: what is new, what may be answered, and whom somebody was introduced to, in pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.matching import Kind
from bot.safety.text import escape
from bot.views.answers import Card, Row
from bot.views.ids import meet
from bot.views.moderators.shown import Style, button, length_of, pager
from bot.views.peers.introductions import meeting_parts, offer_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.introductions import Introduction, IntroductionId, Letter
    from bot.core.models import GuildId, UserId
    from bot.core.ports.introductions import Inbox
    from bot.core.texts import Texts
    from bot.views.peers.introductions import Met
    from bot.views.peers.words import Words

COMPONENTS, CHARACTERS = 34, 3400
"""Of the blocks on a page; what is around them fits into the rest of Discord's 40 and 4000."""
SOON = "round.soon"
"""The letter with which a round can be skipped."""
IN_THE_CARD = frozenset({"introduction.offered", "introduction.check_in"})
"""Letters that say only what the card of their introduction says as well."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose inbox it is, and what is known of those they were introduced to.

    `is_new_mentor`: they mentor, and have not yet; so they are told first what that asks of them.
    """

    user: UserId
    met: Mapping[IntroductionId, Met] = field(default_factory=dict)
    is_mentor: bool = False
    is_new_mentor: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Parts that stay together on a page, and the letters that are read with them."""

    parts: tuple[ui.Item[Any], ...]
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page, and the letters that are read once it was seen."""

    card: Card
    letters: tuple[Letter, ...]


def inbox_page(inbox: Inbox, reader: Reader, page: int, words: Words) -> InboxPage:
    """Return a page of somebody's inbox; the last one where there are not so many."""
    texts = words.texts
    pages = packed(blocks_of(inbox, reader, words))
    number = min(max(page, 0), len(pages) - 1)
    ids = [meet("inbox", turned) for turned in (number - 1, number + 1)]
    mentoring = button(texts("inbox.mentoring"), meet("mentoring"))
    shown = [part for block in pages[number] for part in block.parts]
    card = Card(
        ui.TextDisplay(texts("inbox.title" if shown else "inbox.empty")),
        *shown,
        *pager(texts, len(pages), number, ids),
        *([Row(mentoring)] if reader.is_mentor else []),
    )
    return InboxPage(card, tuple(letter for block in pages[number] for letter in block.letters))


def blocks_of(inbox: Inbox, reader: Reader, words: Words) -> list[Block]:
    """Return everything in an inbox: letters first, then what waits for an answer, then who was met."""
    texts = words.texts
    drawn = {one.id: offer_parts(one, reader.user, words) for one in inbox.offers}
    met = [one for one in inbox.current if one.id in reader.met]
    drawn |= {one.id: meeting_parts(one, reader.user, reader.met[one.id], words) for one in met}
    told = [letter for letter in inbox.letters if letter.text_key in IN_THE_CARD and letter.introduction in drawn]
    blocks = list(_letter_blocks([letter for letter in inbox.letters if letter not in told], texts))
    if reader.is_new_mentor and any(_mentors(offer, reader.user) for offer in inbox.offers):
        blocks.append(Block((ui.TextDisplay(texts("meeting.mentoring")),)))
    for number, parts in drawn.items():
        blocks.append(Block(tuple(parts), tuple(letter for letter in told if letter.introduction == number)))
    return blocks


def _letter_blocks(letters: Sequence[Letter], texts: Texts) -> Iterator[Block]:
    """Yield letters with what can be done about them; only the coming round can be skipped."""
    coming = next((letter for letter in reversed(letters) if letter.text_key == SOON), None)
    for letter in letters:
        details = {name: escape(value) for name, value in letter.details.items()}
        parts: list[ui.Item[Any]] = [ui.TextDisplay(texts(letter.text_key, **details))]
        if letter is coming:
            parts.append(Row(button(texts("inbox.skip"), meet("skip"))))
        yield Block(tuple(parts), (letter,))


def packed(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return blocks in pages that a message of Discord holds, in their order; one empty page for none."""
    pages: list[list[Block]] = [[]]
    components = characters = 0
    for block in blocks:
        more, longer = _components_of(block.parts), length_of(block.parts)
        if pages[-1] and (components + more > COMPONENTS or characters + longer > CHARACTERS):
            pages.append([])
            components = characters = 0
        pages[-1].append(block)
        components, characters = components + more, characters + longer
    return pages


def ping_card(texts: Texts, guild: GuildId, *, mention: UserId | None = None) -> Card:
    """Return the words that say that something waits: the same for every cause, and nothing of it."""
    if mention is not None:
        return Card(ui.TextDisplay(f"<@{mention}> {texts('inbox.ping')}"))
    link: ui.Button[Any] = ui.Button(label=texts("notice.server"), url=f"https://discord.com/channels/{guild}")
    return Card(ui.TextDisplay(texts("inbox.ping")), Row(link))


def hint_card(texts: Texts) -> Card:
    """Return the same words, privately, with the way into the inbox."""
    return Card(ui.TextDisplay(texts("inbox.ping")), Row(button(texts("inbox.open"), meet("inbox", 0), Style.primary)))


def _mentors(introduction: Introduction, user: UserId) -> bool:
    return introduction.kind is Kind.MENTOR and introduction.sides[1].user == user


def _components_of(parts: Iterable[ui.Item[Any]]) -> int:
    return sum(1 + len(list(part.walk_children())) if hasattr(part, "walk_children") else 1 for part in parts)
