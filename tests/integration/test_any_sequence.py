"""Whatever moderators do in whatever order: history stays complete, and the index equals one built from nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.core.errors import ConflictError, VersionGoneError, WordingTakenError
from bot.core.models import EntryId, GuildId, Phrasing, UserId
from bot.core.moderation import Change, ChangeKind, Edit, revision_of
from bot.faq.editing import Editing
from bot.faq.library import Library
from bot.search.engine import SearchEngine
from bot.search.index import build_index, text_hash, texts_to_embed
from bot.storage.database import Database
from bot.storage.drafts import DraftStore
from bot.storage.faq import GuildEntries
from bot.storage.search import SearchStore
from support.keyrings import keyring_of
from support.parts import WordEmbedder, make_entry
from support.small import small_pack

GUILD, MIKA, INES = GuildId(1), UserId(11), UserId(12)
PACK = small_pack()
SHIPPED = [entry.id for entry in PACK.entries[:4]]
ADDED = [EntryId("coffee"), EntryId("tea")]
WORDS = st.lists(
    st.sampled_from(["sun", "moon", "star", "tide", "sand", "shell", "wave", "gull"]), min_size=2, max_size=4
).map(" ".join)
people = st.sampled_from([MIKA, INES])
ids = st.sampled_from([*SHIPPED, *ADDED])


class AnySequence(RuleBasedStateMachine):
    """A model of a server's FAQ: a dictionary of entries, and for each every state it ever had."""

    loop = computed = None
    """Kept for all sequences, so that the pack is embedded and calibrated once."""

    def __init__(self):
        super().__init__()
        self.states = {}

    def do(self, work):
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self):
        async def open_parts():
            self.database = await Database.open(None)
            self.entries, store = GuildEntries(self.database), SearchStore(self.computed)
            self.library = Library(PACK, self.entries)
            self.editing = Editing(self.library, self.entries, DraftStore(self.database, keyring_of(self.database)))
            self.search = await SearchEngine.start(self.library, WordEmbedder(), store, store, lambda *_: None)

        self.do(open_parts())
        self.model = {entry.id: entry for entry in PACK.entries}

    def save(self, kind, by, *edits):
        """Apply a change the way the use cases do, and note it in the model."""
        changes = [Edit(one, revision_of(self.model.get(one)), entry) for one, entry in edits]
        try:
            self.do(self.editing.apply(GUILD, Change(kind, by, tuple(changes))))
        except WordingTakenError:
            return
        self.note(edits)

    def note(self, edits):
        for entry_id, entry in edits:
            self.states.setdefault(entry_id, [self.model.get(entry_id)]).append(entry)
            if entry is None:
                self.model.pop(entry_id, None)
            else:
                self.model[entry_id] = entry

    @rule(entry_id=ids, words=WORDS, by=people)
    def write(self, entry_id, words, by):
        old = self.model.get(entry_id)
        question = f"{entry_id} {words}"
        new = (
            replace(old, question=question, answer=words)
            if old
            else make_entry(entry_id, question, topic=PACK.topics[0].id)
        )
        self.save(ChangeKind.EDITED if old else ChangeKind.ADDED, by, (entry_id, new))

    @rule(entry_id=ids, by=people)
    def remove(self, entry_id, by):
        if entry_id in self.model:
            self.save(ChangeKind.REMOVED, by, (entry_id, None))

    @rule(kept=ids, gone=ids, by=people)
    def merge(self, kept, gone, by):
        if kept == gone or not {kept, gone} <= self.model.keys():
            return
        saved = self.do(self.editing.merge(GUILD, by, kept, gone))
        assert {text.casefold() for text in self.model[gone].texts} <= {text.casefold() for text in saved.entry.texts}
        self.note([(gone, None), (kept, saved.entry)])

    @rule(words=WORDS, chosen=st.sets(ids, min_size=2, max_size=4), by=people)
    def import_many(self, words, chosen, by):
        """One change set over several entries."""
        edits = []
        for entry_id in sorted(chosen):
            old = self.model.get(entry_id) or make_entry(entry_id, topic=PACK.topics[0].id)
            edits.append(
                (entry_id, replace(old, question=f"{entry_id} {words}", phrasings=(Phrasing(f"{words} {entry_id}"),)))
            )
        self.save(ChangeKind.IMPORTED, by, *edits)

    @rule(entry_id=ids, number=st.integers(0, 5), by=people)
    def restore(self, entry_id, number, by):
        history = self.do(self.editing.history(GUILD, entry_id))
        if history:
            version = history[number % len(history)]
            try:
                self.do(self.editing.restore(GUILD, by, version.id))
            except WordingTakenError:
                return
            self.note([(entry_id, version.entry)])

    @rule(by=people)
    def undo_own(self, by):
        try:
            _, change = self.do(self.editing.undo(GUILD, by))
        except (VersionGoneError, ConflictError, WordingTakenError):
            return
        self.note([(edit.entry_id, edit.entry) for edit in change.edits])

    @rule(entry_id=ids, words=WORDS)
    def save_over_something_else(self, entry_id, words):
        stale = make_entry(entry_id, f"stale {words}")
        change = Change(ChangeKind.EDITED, MIKA, (Edit(entry_id, revision_of(stale), stale),))
        with pytest.raises(ConflictError) as refused:
            self.do(self.editing.apply(GUILD, change))

        assert (entry_id,) == refused.value.entry_ids

    @invariant()
    def the_faq_is_what_was_saved_last(self):
        if self.states:
            assert self.model == dict(self.do(self.library.shelf(GUILD)).entries)

    @invariant()
    def no_two_entries_hold_the_same_words(self):
        held = [wording for entry in self.model.values() for wording in {text.casefold() for text in entry.texts}]

        assert len(held) == len(set(held))

    @invariant()
    def history_holds_every_state_and_ends_with_the_present_one(self):
        for entry_id, states in self.states.items():
            history = [version.entry for version in self.do(self.editing.history(GUILD, entry_id))]
            assert states == ([None, *history] if states[0] is None and history[0] is not None else history)

    @rule()
    def look_at_the_index(self):
        """It equals one built from nothing, vectors included."""

        async def both():
            kept = await self.search._ready(GUILD)
            entries = tuple((await Library(PACK, self.entries).shelf(GUILD)).entries.values())
            texts = texts_to_embed(entries)
            fresh = dict(zip(map(text_hash, texts), WordEmbedder().embed(texts), strict=True))
            return kept.reader.index, build_index(entries, fresh)

        kept, built = self.do(both())
        assert built.ids == kept.ids
        assert built.texts == kept.texts
        assert built.exact == kept.exact
        for name in ("phrasings", "documents", "starts", "owners"):
            assert np.array_equal(getattr(built, name), getattr(kept, name)), name

    def teardown(self):
        if hasattr(self, "search"):
            self.look_at_the_index()
            self.search.close()
            self.do(self.database.close())


class TestAnySequence(AnySequence.TestCase):
    settings = settings(max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))

    @classmethod
    def setUpClass(cls):
        AnySequence.loop = asyncio.new_event_loop()
        AnySequence.computed = AnySequence.loop.run_until_complete(Database.open(None))

    @classmethod
    def tearDownClass(cls):
        AnySequence.loop.run_until_complete(AnySequence.computed.close())
        AnySequence.loop.close()
