"""The nouns of looking after a FAQ. Frozen, like those of `models`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from bot.core.peers import PeerSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.models import Entry, EntryId, GuildId, Topic, UserId

ChangeId = NewType("ChangeId", int)
VersionId = NewType("VersionId", int)
DraftId = NewType("DraftId", int)
ProposalId = NewType("ProposalId", int)


class Capability(StrEnum):
    """What somebody may do. Each includes those before it, but nobody meets others by looking after a FAQ."""

    ALWAYS = "always"
    """What nobody can be kept from, whatever `/setup` says and whichever roles they lost: help in a crisis, seeing and
    deleting what is stored about oneself, leaving. No role is named for it, and it holds with the database down."""
    ASK = "ask"
    MEET = "meet"
    """Opt in to be introduced to others; of the rest, only ADMINISTER includes it."""
    SUGGEST = "suggest"
    EDIT = "edit"
    PUBLISH = "publish"
    ADMINISTER = "administer"

    def includes(self, other: Capability) -> bool:
        """Tell whether who has this one also has `other`."""
        if other is Capability.MEET:
            return self in {Capability.MEET, Capability.ADMINISTER}
        if self is Capability.MEET:
            return other in {Capability.ALWAYS, Capability.ASK}
        order = list(Capability)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at one moment: a click of an hour ago says nothing about what they may do now."""

    user: UserId
    roles: frozenset[int]
    manages_messages: bool
    """Discord's Manage Messages: makes a moderator where `/setup` names no role."""
    manages_server: bool
    """Discord's Manage Server: may do everything, so that no setting locks a server out."""


class ForumMode(StrEnum):
    """What the bot does in a help forum; it is silent in those not named."""

    SHADOW = "shadow"
    """Nothing; it only notes what it would have said."""
    ON = "on"


@dataclass(frozen=True, slots=True)
class Duty:
    """Whom somebody in a crisis may ask for on a server: a role, and in its own words when they are there."""

    role: int | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What `/setup` set. Channels and roles are Discord's ids, and may have been deleted since."""

    roles: Mapping[Capability, frozenset[int]] = field(default_factory=dict)
    """Who may; without roles, everybody asks, who asks suggests, Manage Messages edits and publishes."""
    moderators_channel: int | None = None
    forums: Mapping[int, ForumMode] = field(default_factory=dict)
    digest_day: int | None = 0
    """Day of the weekly digest, 0 = Monday; None for no digest."""
    four_eyes: bool = False
    """Whether somebody else must approve what a moderator publishes."""
    language: str | None = None
    country: str | None = None
    """Two letters, ISO 3166: whose helplines are named first."""
    peers: PeerSettings = field(default_factory=PeerSettings)
    duty: Duty = field(default_factory=Duty)


class ChangeKind(StrEnum):
    """Why an entry changed."""

    SHIPPED = "shipped"
    """How the pack had it before this server first touched it."""
    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    RESTORED = "restored"
    UNDONE = "undone"
    IMPORTED = "imported"
    MERGED = "merged"
    PHRASING = "phrasing"
    """A wording was added: from the queue, or proposed by a vote."""
    VERIFIED = "verified"
    """Somebody checked that it still holds; the review clock starts anew."""
    FOLLOWED = "followed"
    """The moderators chose between their own entry and a newer one of the pack."""


def revision_of(entry: Entry | None) -> str:
    """Return what tells two states of an entry apart, 12 hex digits; empty for no entry."""
    return hashlib.sha256(repr(entry).encode()).hexdigest()[:12] if entry is not None else ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A new state of one entry; None removes it.

    `expected`: the `revision_of` the state it was made from. Where that is no longer the state, nothing is saved.
    """

    entry_id: EntryId
    expected: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Change:
    """What is saved, and undone, as one."""

    kind: ChangeKind
    by: UserId | None
    edits: tuple[Edit, ...]
    note: str = ""
    topics: tuple[Topic, ...] = ()
    """Shelves the server does not have yet."""


@dataclass(frozen=True, slots=True)
class Version:
    """A state an entry had; `entry` is None where it was removed."""

    id: VersionId
    change: ChangeId
    entry_id: EntryId
    entry: Entry | None
    kind: ChangeKind
    by: UserId | None
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """An entry as it is typed: phrasings and sources one per line. Whatever it says, it can be kept."""

    question: str = ""
    answer: str = ""
    phrasings: str = ""
    topic: str = ""
    sources: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be imported.

    `topic`: of entries that name none; `replaces`: entries that are not in it go; `at`: when it came (aware UTC),
    so that it means the same whenever somebody applies it.
    """

    by: UserId
    name: str
    content: bytes
    topic: str
    replaces: bool
    at: datetime


class DraftState(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    """Its author works on it."""
    SUBMITTED = "submitted"
    """It waits for somebody who may publish it."""
    SUGGESTED = "suggested"
    """A member proposed it."""
    PUBLISHED = "published"
    DECLINED = "declined"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed.

    `entry_id`: the entry it changes, None for a new one; `expected`: that entry's revision when it was opened;
    `origin`: what it came from, e.g. `unanswered:12` or `draft:7`, empty for nothing.
    """

    id: DraftId
    guild: GuildId
    by: UserId
    state: DraftState
    entry_id: EntryId | None
    expected: str
    form: Form
    origin: str
    note: str
    at: datetime


class ProposalKind(StrEnum):
    """What a vote says about the question an answer was shown for."""

    PHRASING = "phrasing"
    """That helped: the question is another wording of the entry."""
    NEGATIVE = "negative"
    """Not what I meant: the entry does not answer the question."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    """A moderator thinks otherwise; it is remembered, so that the same votes do not bring it back."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What votes say, until a moderator decides. `people`: how many different ones say it."""

    id: ProposalId
    guild: GuildId
    kind: ProposalKind
    entry_id: EntryId
    question: str
    state: ProposalState
    people: int


class PostState(StrEnum):
    """What became of a post in a help forum."""

    SEEN = "seen"
    """The bot had nothing to say."""
    SHADOW = "shadow"
    """It would have suggested an answer."""
    SUGGESTED = "suggested"
    """It did, and nobody has said yet whether it helped."""
    LOST = "lost"
    """Discord did not take the suggestion."""
    HELPED = "helped"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Post:
    """A post in a help forum, without a word of it or its author's name.

    `thread`, `forum`: Discord's ids; `entry_id`: what was suggested or would have been, None for nothing;
    `probability`: that it answers the post, 0..1; `at`: when the bot saw the post.
    """

    thread: int
    guild: GuildId
    forum: int
    entry_id: EntryId | None
    probability: float
    state: PostState
    at: datetime
