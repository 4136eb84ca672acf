"""The nouns that cross borders. Frozen, so that nobody changes what somebody else holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

EntryId = NewType("EntryId", str)
"""A slug that never changes, at most 60 characters."""
TopicId = NewType("TopicId", str)
GuildId = NewType("GuildId", int)
"""A Discord guild; `NO_GUILD` in direct messages and in the terminal."""
UserId = NewType("UserId", int)
NO_GUILD = GuildId(0)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from: a page with the reason to trust it, or openly somebody's experience."""

    title: str
    link: str | None = None
    trust: str = ""

    @property
    def is_experience(self) -> bool:
        """Whether this is experience, kept apart from fact."""
        return self.link is None


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way people put a question. `kind` tells whose way (formal, tired, terse, typo, story, ...)."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Entry:
    """One curated question with its answer (Markdown)."""

    id: EntryId
    topic: TopicId
    question: str
    phrasings: tuple[Phrasing, ...]
    answer: str
    setbacks: tuple[str, ...]
    lived_experience: bool
    sources: tuple[Source, ...]
    reviewed_on: date
    review_after_days: int
    related: tuple[EntryId, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every wording people may ask it in, the canonical question first."""
        return (self.question, *(phrasing.text for phrasing in self.phrasings))


@dataclass(frozen=True, slots=True)
class Topic:
    """A shelf of the FAQ; `title` is what members read."""

    id: TopicId
    title: str


@dataclass(frozen=True, slots=True)
class Pack:
    """The shipped FAQ: topics, entries, and questions it must not answer."""

    topics: tuple[Topic, ...]
    entries: tuple[Entry, ...]
    off_topic: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A FAQ on its way in or out. `topics`: those whose title is known, in the order of their entries."""

    topics: tuple[Topic, ...]
    entries: tuple[Entry, ...]


class Format(StrEnum):
    """How a FAQ is written in a file. The value is the ending of its name; questions and answers are only read."""

    YAML = "yaml"
    CSV = "csv"
    JSONL = "jsonl"
    QA = "txt"


@dataclass(frozen=True, slots=True)
class Hit:
    """How well an entry fits a question. `score`: fused similarity, at most 1, higher is nearer."""

    entry_id: EntryId
    score: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which the bot answers, offers choices, or speaks unasked (in a help forum).

    0 <= choices <= answer <= unasked <= 1.
    """

    answer: float
    choices: float
    unasked: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the search found: the best entries, best first, P(the first one answers), and what to make of it.

    `is_heavy`: the question's meaning is near to that of people who think of ending their life.
    """

    hits: tuple[Hit, ...]
    probability: float
    thresholds: Thresholds
    is_heavy: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that was looked at.

    `score`: as in Hit; `views`: what each view says of it, by name; `phrasing`: its wording nearest to the question,
    with their cosine.
    """

    entry_id: EntryId
    score: float
    views: Mapping[str, float]
    phrasing: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a question is answered as it is.

    `candidates`: best first; `probability`: that the first one answers it, 1 where the question is a wording that
    stands in the entry `exact`; `left_out`: entries that moderators confirmed not to answer this question;
    `off_topic`: the nearest question of the bank that the FAQ must not answer, with its cosine.
    """

    candidates: tuple[Candidate, ...]
    probability: float
    thresholds: Thresholds
    exact: EntryId | None
    left_out: tuple[EntryId, ...]
    off_topic: str
    off_topic_cosine: float


@dataclass(frozen=True, slots=True)
class Nearness:
    """The wording of another entry that is nearest to `text`; `cosine` at most 1, higher is nearer."""

    entry_id: EntryId
    phrasing: str
    cosine: float
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that ask the same.

    `question_cosine`: of each wording with the nearest of the other entry, in the mean; `document_cosine`: of what
    the two answers say beyond their questions; `is_duplicate`: whether the answers say the same as well. Where they
    do not, they may contradict each other.
    """

    first: EntryId
    second: EntryId
    question_cosine: float
    document_cosine: float
    is_duplicate: bool


class Kind(StrEnum):
    """What the bot does with a question."""

    ANSWER = "answer"
    CHOICES = "choices"
    UNKNOWN = "unknown"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Decision:
    """A question's fate. `entry` is set for ANSWER; `candidates` are the nearest entries, best first."""

    kind: Kind
    entry: EntryId | None
    probability: float
    candidates: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything a view needs to show what became of a question.

    `question`: the cleaned text that was searched; `shortened`: only its beginning was;
    `help_first`: words of crisis were found, so the help text comes before anything else;
    `related`: entries near the answer; `choices`: the entries offered for CHOICES;
    `topics`: the nearest shelves for UNKNOWN;
    `unanswered_id`: the row in the queue of unanswered questions for UNKNOWN;
    `is_dismissed`: moderators decided that this FAQ does not cover it;
    `is_personal`: it is not in that queue, because words of crisis are never kept, whoever wrote them.
    """

    decision: Decision
    question: str
    entry: Entry | None = None
    related: tuple[Entry, ...] = ()
    choices: tuple[Entry, ...] = ()
    topics: tuple[Topic, ...] = ()
    shortened: bool = False
    help_first: bool = False
    unanswered_id: int | None = None
    is_dismissed: bool = False
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One autocomplete row: `label` at most 100 characters, `value` = `id:<entry id>`."""

    label: str
    value: str
