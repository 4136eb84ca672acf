"""The nouns of questions that wait for an answer, and of telling people about it. Frozen, like those of `models`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.errors import LanternError
from bot.core.models import UserId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.models import EntryId, GuildId

MODERATORS = UserId(0)
"""Stands as the reader of a notice that is for the moderators' channel."""


NOT_KEPT_YET = datetime.max.replace(tzinfo=UTC)


class QuestionState(StrEnum):
    """What became of a question that had no answer."""

    WAITING = "waiting"
    RESOLVED = "resolved"
    """An entry answers it."""
    DISMISSED = "dismissed"
    """Moderators decided that this FAQ does not cover it."""
    MERGED = "merged"
    """It goes on as part of another one."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What several people asked in their own words, and the FAQ did not know.

    `question`: the wording that was asked first; `others`: further ones; `askers`: how many different people asked;
    `times`: how often; `waiters`: how many want to be told; `closed_by`: the moderator who dealt with it,
    None where nobody did, or where an edited entry came to answer it by itself.
    """

    id: int
    guild: GuildId
    state: QuestionState
    question: str
    others: tuple[str, ...]
    askers: int
    times: int
    waiters: int
    first_at: datetime
    last_at: datetime
    entry_id: EntryId | None
    closed_by: UserId | None

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every wording that is kept, the first one first."""
        return (self.question, *self.others)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A wording with its float32 vector, made by `model` (`id@revision`), and the id of the question it belongs to.

    `refused`: states of entries (`id@revision`) that those who asked found not to be meant.
    """

    id: int
    question: str
    vector: bytes
    model: str
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Noted:
    """Where an unanswered question was noted. `is_new_asker`: this person had not asked it before."""

    id: int
    state: QuestionState
    askers: int
    is_new_asker: bool


class Wish(StrEnum):
    """How somebody stands on the list of those to be told."""

    ON = "on"
    OFF = "off"
    ANSWERED = "answered"
    """There is an answer already, so there is nothing to wait for."""
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one person, once.

    `text_key`: a sentence of prompts/; `details`: its values; `entry_id`: the entry whose answer goes with it;
    `at`: since when it waits, once it is kept.
    """

    id: int
    guild: GuildId
    user: UserId
    text_key: str
    details: Mapping[str, str]
    entry_id: EntryId | None
    at: datetime = NOT_KEPT_YET


class NoticeState(StrEnum):
    """Where a notice stands. One that was sent is deleted: nobody's name stays longer than it is needed."""

    WAITING = "waiting"
    SENDING = "sending"
    """Somebody took it. After a crash nobody knows whether it arrived, and it is not sent again."""
    CLOSED = "closed"
    """The person takes no direct messages; it is shown at their next question."""


class DealtWithError(LanternError):
    """Somebody, or an edited entry, dealt with a question meanwhile."""

    text_key = "error.version_gone"

    def __init__(self, question: Unanswered) -> None:
        self.question = question
        super().__init__(f"Question {question.id} is {question.state} already.")
