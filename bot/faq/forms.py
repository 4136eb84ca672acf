"""From what is typed to an entry, and back: five fields, phrasings and sources one per line. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.errors import Fault, FormError
from bot.core.models import Entry, EntryId, Phrasing, Source, Topic, TopicId
from bot.core.moderation import Form
from bot.safety.text import clean, faults_in_answer, has_words, normalise, slug_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from bot.core.moderation import Edit
    from bot.faq.library import Shelf

QUESTION_LENGTHS = (5, 150)
ANSWER_LENGTH = 4000
PHRASING_LENGTHS = (2, 250)
LINK_LENGTH = 512
"""What a button of Discord takes."""
PHRASINGS = 100
TOPIC_LENGTHS = (3, 80)
SOURCES = 5
"""The same as a pack's file may hold (bot/content/pack_shape.py)."""
REVIEW_AFTER_DAYS = 365
"""For a new entry: most of what changes in academia changes with its year [assumed]."""

_SOURCE = re.compile(r"(?P<title>.+?) \| (?P<link>https?://[^\s<>]+)(?: \| (?P<trust>.+))?")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BULLET = re.compile(r"^[-*•]\s+")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that can be published: its entry, and the shelf it opens where there is none of that name yet."""

    entry: Entry
    new_topic: Topic | None


def form_of(entry: Entry, topics: Mapping[TopicId, Topic]) -> Form:
    """Return an entry as it is typed; `filled` makes the same entry of it."""
    topic = topics.get(entry.topic)
    return Form(
        question=entry.question,
        answer=entry.answer,
        phrasings="\n".join(phrasing.text for phrasing in entry.phrasings),
        topic=topic.title if topic else entry.topic,
        sources="\n".join(map(_source_line, entry.sources)),
    )


def filled(form: Form, shelf: Shelf, before: Entry | None, today: date) -> Filled:
    """Return the entry a form describes; `before`: the one it changes, None for a new one.

    What the form has no field for stays as it was. Raises FormError with every fault.
    """
    question, answer = clean(form.question), _paragraphs(form.answer)
    faults = [*_question_faults(question), *_answer_faults(answer)]
    phrasings = _phrasings(form.phrasings, question, before)
    faults += _wording_faults(question, phrasings, shelf, before)
    topic, new_topic = topic_of(form.topic, shelf)
    if not TOPIC_LENGTHS[0] <= len(topic.title) <= TOPIC_LENGTHS[1]:
        faults.append(Fault("fault.topic", {"least": TOPIC_LENGTHS[0], "most": TOPIC_LENGTHS[1]}))
    sources = _sources(form.sources, before)
    faults += _source_faults(sources)
    if faults:
        raise FormError(faults)
    if before is None:
        entry_id = EntryId(slug_of(question, shelf.entries.keys()))
        fresh = Entry(entry_id, topic.id, question, (), answer, (), False, (), today, REVIEW_AFTER_DAYS)  # noqa: FBT003
        before = fresh
    entry = replace(
        before,
        topic=topic.id,
        question=question,
        answer=answer,
        phrasings=tuple(phrasings),
        sources=tuple(sources),
        # Whoever rewrites an answer has looked at it today.
        reviewed_on=today if answer != before.answer else before.reviewed_on,
    )
    return Filled(entry, new_topic)


def owners_of(texts: Iterable[str], shelf: Shelf, but: EntryId | None = None) -> list[Entry]:
    """Return the entries, without `but`, that hold one of these wordings."""
    wanted = frozenset(map(normalise, texts))
    return [entry for entry in shelf.entries.values() if entry.id != but and wanted & _wordings(entry.texts)]


def shared_wordings(edits: Sequence[Edit], shelf: Shelf) -> Iterator[Fault]:
    """Yield a fault for each wording that an entry gets by these edits while another one has it, or gets it, too."""
    gained: dict[str, tuple[EntryId, str]] = {}
    for edit in edits:
        before = shelf.entries.get(edit.entry_id)
        for text in edit.entry.texts if edit.entry else ():
            if before is None or normalise(text) not in _wordings(before.texts):
                gained.setdefault(normalise(text), (edit.entry_id, text))
    after = {**shelf.entries, **{edit.entry_id: edit.entry for edit in edits}}
    for owner in after.values():
        for wording in gained.keys() & _wordings(owner.texts) if owner else ():
            entry_id, text = gained[wording]
            if owner is not None and owner.id != entry_id:
                yield Fault("fault.wording_taken", {"text": text, "question": owner.question})


def topic_of(typed: str, shelf: Shelf) -> tuple[Topic, Topic | None]:
    """Return the shelf that is meant, and the same once more where it is a new one."""
    title = clean(typed)
    for topic in shelf.topics.values():
        if normalise(title) in {normalise(topic.title), normalise(topic.id)}:
            return topic, None
    new = Topic(TopicId(slug_of(title, shelf.topics.keys())), title)
    return new, new


@lru_cache(8192)  # 7,700 wordings of the shipped pack take a third of a second, and few of them ever change
def _wordings(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normalise, texts))


def _paragraphs(text: str) -> str:
    """Return an answer as a file may hold it (bot/content/pack_shape.py): plain line feeds, no control characters."""
    return _CONTROL.sub("", "\n".join(text.splitlines())).strip()


def _lines(text: str, known: Container[str] = ()) -> Iterator[str]:
    """Yield what stands on each line; those of `known` stay letter for letter."""
    for line in text.splitlines():
        if cleaned := line if line in known else clean(_BULLET.sub("", line.strip())):
            yield cleaned


def _phrasings(text: str, question: str, before: Entry | None) -> list[Phrasing]:
    kinds = {phrasing.text: phrasing.kind for phrasing in before.phrasings} if before else {}
    seen, found = {normalise(question)}, []
    for line in _lines(text, kinds):
        # What was there twice before stays: it is not this edit's business.
        if line in kinds or normalise(line) not in seen:
            found.append(Phrasing(line, kinds.get(line, "plain")))
        seen.add(normalise(line))
    return list(dict.fromkeys(found))


def _question_faults(question: str) -> Iterator[Fault]:
    least, most = QUESTION_LENGTHS
    if not least <= len(question) <= most or not has_words(question):
        yield Fault("fault.question", {"least": least, "most": most, "length": len(question)})
    yield from _unshowable(question)


def _answer_faults(answer: str) -> Iterator[Fault]:
    if not has_words(answer):
        yield Fault("fault.answer_empty", {})
    if len(answer) > ANSWER_LENGTH:
        yield Fault("fault.answer_long", {"most": ANSWER_LENGTH, "length": len(answer)})
    yield from _unshowable(answer)


def _unshowable(text: str) -> Iterator[Fault]:
    for found in faults_in_answer(text):
        yield Fault(found.text_key, found.values)


def _wording_faults(question: str, phrasings: list[Phrasing], shelf: Shelf, before: Entry | None) -> Iterator[Fault]:
    least, most = PHRASING_LENGTHS
    if len(phrasings) > PHRASINGS:
        yield Fault("fault.phrasings", {"most": PHRASINGS, "number": len(phrasings)})
    for phrasing in phrasings:
        if not least <= len(phrasing.text) <= most or not has_words(phrasing.text):
            yield Fault("fault.phrasing", {"text": phrasing.text, "least": least, "most": most})
    texts = [question, *(phrasing.text for phrasing in phrasings)]
    for owner in owners_of(texts, shelf, before.id if before else None):
        for text in texts:
            if normalise(text) in _wordings(owner.texts):
                yield Fault("fault.wording_taken", {"text": text, "question": owner.question})


def _source_line(source: Source) -> str:
    if source.link is None:
        return source.title
    return " | ".join(part for part in (source.title, source.link, source.trust) if part)


def _sources(text: str, before: Entry | None) -> list[Source]:
    known = {_source_line(source): source for source in before.sources} if before else {}
    return [known.get(line) or _source(line) for line in dict.fromkeys(_lines(text, known))]


def _source(line: str) -> Source:
    if found := _SOURCE.fullmatch(line):
        return Source(found["title"], found["link"], found["trust"] or "")
    return Source(line)


def _source_faults(sources: list[Source]) -> Iterator[Fault]:
    least, most = PHRASING_LENGTHS
    if len(sources) > SOURCES:
        yield Fault("fault.sources", {"most": SOURCES, "number": len(sources)})
    for source in sources:
        is_page = source.link is not None or "://" in source.title
        if is_page and not (source.link and source.link.startswith("https://") and source.trust):
            yield Fault("fault.source", {"text": _source_line(source)})
        elif not all(least <= len(text) <= most for text in (source.title, source.trust or source.title)):
            yield Fault("fault.source_long", {"text": source.title, "most": most})
        elif len(source.link or "") > LINK_LENGTH:
            yield Fault("fault.source_link", {"text": source.title, "most": LINK_LENGTH})
        yield from _unshowable(source.title)
        yield from _unshowable(source.trust)
