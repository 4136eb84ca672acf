"""One tree of errors. Each is a sentence with an owner, and knows its exit code.

A `LanternError`'s message is for the operator, in the terminal and the log.
`text_key` names the sentence in prompts/ that a person in Discord gets instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.core.peers import Member, Profile


class Exit(IntEnum):
    """The exit codes of `lantern`; the figures above 2 follow sysexits.h."""

    OK = 0
    PROBLEMS = 1
    """A check found problems."""
    USAGE = 2
    DATA = 65
    """A file of ours is wrong: the pack, the prompts, a batch file."""
    UNAVAILABLE = 69
    """Something needed cannot be reached or used now; trying again later may help."""
    BUG = 70
    STORAGE = 74
    """The database cannot be read or written."""
    CONFIGURATION = 78
    """A setting is wrong; a restart will not help, so systemd must not try."""
    STOPPED = 130
    """Ctrl-C, as shells count it."""


class LanternError(Exception):
    """The root. Its message says what is wrong and what to do."""

    exit_code: ClassVar[Exit] = Exit.BUG
    text_key: ClassVar[str] = "error.unexpected"


class ConfigurationError(LanternError):
    """A setting is missing or wrong."""

    exit_code = Exit.CONFIGURATION


class ModelError(ConfigurationError):
    """The embedding model cannot be had or is damaged."""


class UnavailableError(LanternError):
    """An outside part cannot be reached."""

    exit_code = Exit.UNAVAILABLE


class SessionsSpentError(UnavailableError):
    """Discord lets a bot begin only so many sessions a day, and resets the token of one that begins more."""

    def __init__(self, message: str, pause_seconds: float) -> None:
        """`pause_seconds`: until the next one may begin."""
        self.pause_seconds = pause_seconds
        super().__init__(message)


class UsageError(LanternError):
    """A file or value given on the command line cannot be used."""

    exit_code = Exit.DATA


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a file people write: where it is, what is wrong, and how to mend it."""

    path: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.key}: {self.message}"


class ContentError(LanternError):
    """Files people write have faults; all of them are told at once."""

    exit_code = Exit.DATA

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        many = f"{len(self.problems)} problems" if len(self.problems) != 1 else "1 problem"
        super().__init__("\n".join([f"{many} to mend:", *map(str, self.problems)]))


class SmallPackError(LanternError):
    """The FAQ holds too little to learn from how sure an answer is."""

    exit_code = Exit.DATA


class StorageError(LanternError):
    """The database cannot be used; nothing that was stored is lost."""

    exit_code = Exit.STORAGE
    text_key = "error.storage"


class DatabaseLockedError(StorageError):
    """Another process holds the database."""

    text_key = "error.storage_busy"


class DatabaseReadOnlyError(StorageError):
    """The file or its folder cannot be written."""

    text_key = "error.storage_read_only"


class DatabaseCorruptError(StorageError):
    """The file is damaged, or not a database."""

    text_key = "error.storage_corrupt"


class DatabaseNewerError(StorageError):
    """The file was written by a newer Lantern."""


class DiskFullError(StorageError):
    """There is no room left."""

    text_key = "error.storage_full"


class KeyFileError(StorageError):
    """The file with the key to people's pseudonyms is damaged or out of reach."""


class QuestionError(LanternError):
    """A question that cannot be searched; the person is told which and why."""

    exit_code = Exit.DATA


class BlankQuestionError(QuestionError):
    """Nothing is left of the question once invisible characters are gone."""

    text_key = "error.question_blank"


class WordlessQuestionError(QuestionError):
    """No letter and no digit: emoji or punctuation only."""

    text_key = "error.question_wordless"


class EntryGoneError(LanternError):
    """The entry a button or a suggestion points to is no longer in this guild's FAQ."""

    text_key = "error.entry_gone"


class NotAllowedError(LanternError):
    """Somebody lacks the role for what they asked for, or lost it since."""

    text_key = "error.not_allowed"


class NotHereError(LanternError):
    """Something of a server was asked for in direct messages."""

    text_key = "error.not_here"


class ConflictError(LanternError):
    """Entries changed between opening and saving; nothing was saved."""

    text_key = "error.conflict"

    def __init__(self, entry_ids: Sequence[str]) -> None:
        self.entry_ids = tuple(entry_ids)
        super().__init__(f"Changed by somebody else meanwhile: {', '.join(entry_ids)}. Look again, then save.")


class VersionGoneError(LanternError):
    """There is no such version, change or draft on this server, or it was dealt with."""

    text_key = "error.version_gone"


class OldButtonError(LanternError):
    """A custom id says what no button or form of this version says."""

    text_key = "error.button_old"


class TooManySuggestionsError(LanternError):
    """As many suggestions of one member wait as a server keeps."""

    text_key = "suggest.full"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what somebody typed: a sentence of prompts/, and its values."""

    text_key: str
    values: Mapping[str, object]


class FileTooLargeError(LanternError):
    """A file is larger than what is read."""

    text_key = "error.file_too_large"


class FormError(LanternError):
    """What somebody typed cannot become an entry yet; every fault is told at once."""

    text_key = "error.form"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"An entry has {len(self.faults)} faults: {', '.join(fault.text_key for fault in faults)}.")


class WordingTakenError(FormError):
    """A change would let two entries hold the same words; nothing was saved. Its message, for the log, holds none."""

    exit_code = Exit.DATA
    text_key = "error.wording_taken"

    @property
    def told(self) -> str:
        """Which words, and whose they are, for the terminal."""
        taken = (f"{fault.values['text']!r} (of {fault.values['question']!r})" for fault in self.faults)
        return f"Another entry holds these words by now, and only one answer can be right for them: {', '.join(taken)}."


class SealBrokenError(StorageError):
    """Something encrypted does not open: another key, or damage. All that is not encrypted goes on."""

    text_key = "error.sealed"


class RingLockedError(SealBrokenError):
    """The key to everything encrypted is not there, or is another one."""


class NotMemberError(LanternError):
    """Somebody who has not opted in to be introduced asked for what only those can have."""

    text_key = "error.not_member"


class NotAdultError(LanternError):
    """Somebody is under 18, or does not say; nothing was stored."""

    text_key = "error.not_adult"


class FreshAccountError(LanternError):
    """An account, or its time on the server, is too new for mentoring; everything else they chose was saved."""

    text_key = "error.fresh_account"


class CardFaultsError(FormError):
    """Something typed into a profile cannot be used as it is; everything else was saved.

    `typed`: the profile as it was typed, so that a form can be filled with it again; `member`: as it was saved.
    """

    text_key = "error.card"

    def __init__(self, faults: Sequence[Fault], *, typed: Profile, member: Member) -> None:
        self.typed = typed
        self.member = member
        super().__init__(faults)


class UnfinishedProfileError(FormError):
    """A profile lacks what is needed to find somebody; each fault is one thing it lacks."""

    text_key = "error.unfinished"


class SetbackFaultsError(FormError):
    """A topic that moderators add cannot be one."""

    text_key = "error.setback"


class LimitError(LanternError):
    """Somebody did something too often in too short a time; nothing was done."""

    text_key = "peers.too_often"


class TooFastError(LanternError):
    """Somebody, or everybody on a server together, did more than the bot takes in; nothing was done."""

    text_key = "rates.too_fast"

    def __init__(self, message: str, again_at: datetime) -> None:
        """`again_at`: when it is possible again."""
        self.again_at = again_at
        super().__init__(message)


class NoSuchIntroductionError(LanternError):
    """An introduction that is not this person's, or is over for them; they are not told which."""

    text_key = "error.no_such_introduction"


class RoundTakenError(LanternError):
    """Another process held this round meanwhile; nothing was written."""


class MeetingOffError(LanternError):
    """A server did not turn introductions on, or turned them off again."""

    text_key = "peers.off"
