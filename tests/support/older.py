"""A database as the Lantern before per-person keys left it: one key for all, questions in the clear."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import asdict

import numpy as np
import sqlite_utils

from bot.core.moderation import Form
from bot.core.unanswered import MODERATORS
from bot.safety.pseudonyms import Pseudonyms
from bot.storage.sealing import Sealer, derived
from support.databases import migrated_until
from support.introductions import card
from support.peers import HERE, NOOR, NOW, SAM, make_profile

OLD_KEY = bytes(range(32))
ASKED_BEFORE, ALSO, SUGGESTED_BEFORE, VOTED_BEFORE = (
    *("where is the capybara", "where is a capybara", "what of the meerkat"),
    "who vouches for the gecko",
)
OLD_CANARIES = ("capybara", "meerkat", "gecko", "because of the lemur", "bandicoot")
STORY_BEFORE = "They praised my work and then never wrote again."


def make_old(path):
    """Make the database, its key beside it; return its path."""
    path.with_name("lantern.key").write_text(OLD_KEY.hex() + "\n")
    migrated_until(path, "m010_sealing")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        db = sqlite_utils.Database(connection)
        _add_people(db, Sealer(derived(OLD_KEY, "lantern sealed")))
        _add_words(db)
        connection.commit()
    return path


def _add_people(db, sealer) -> None:
    profile = json.dumps(asdict(make_profile(story=STORY_BEFORE)), default=sorted)
    times = {"consented_at": NOW.isoformat(), "active_at": NOW.isoformat(), "why_paused": ""}
    counts = dict.fromkeys(("waited", "rests", "skips", "is_held", "silences", "introduced"), 0)
    for user in (NOOR, SAM):
        sealed = {
            "sealed": sealer.seal(profile, f"peers:{HERE}:{user}"),
            "sealed_vector": sealer.seal(b"numbers!", f"peers:{HERE}:{user}:vector"),
            "model": "words@1",
        }
        db.table("peers").insert({"guild": HERE, "user": user, "state": "active", **times, **counts, **sealed})
    cards = json.dumps({"cards": [asdict(card()), asdict(card())], "because": []})
    db.table("introductions").insert(
        {
            "id": 5,
            "guild": HERE,
            "round": 1,
            "kind": "peer",
            "state": "offered",
            "first": NOOR,
            "second": SAM,
            "first_out": 0,
            "second_out": 0,
            "is_reminded": 0,
            "check_ins": 0,
            "not_yets": 0,
            "offered_at": NOW.isoformat(),
            "told_at": NOW.isoformat(),
            "sealed": sealer.seal(cards, f"introductions:{HERE}:5"),
        }
    )
    db.table("reports").insert(
        {
            "id": 6,
            "guild": HERE,
            "introduction": 5,
            "reporter": NOOR,
            "reported": SAM,
            "reason": "money",
            "state": "open",
            "at": NOW.isoformat(),
            "sealed": sealer.seal("Asked for money.", f"reports:{HERE}:6"),
        }
    )
    names = [Pseudonyms(OLD_KEY).of(user, f"ties:{HERE}") for user in (NOOR, SAM)]
    db.table("peer_ties").insert(
        {"guild": HERE, "kind": "block", "first": names[0], "second": names[1], "at": NOW.isoformat()}
    )


def _add_words(db) -> None:
    vector, at = np.array([1.0, 0.0], np.float32).tobytes(), NOW.isoformat()
    db.table("unanswered").insert(
        {
            "id": 1,
            "guild": HERE,
            "question": ASKED_BEFORE,
            "model": "words@1",
            "vector": vector,
            "times": 2,
            "first_at": at,
            "last_at": at,
        }
    )
    db.table("wordings").insert({"unanswered": 1, "hash": "old", "question": ALSO, "vector": vector, "at": at})
    db.table("proposals").insert(
        {
            "id": 77,
            "guild": HERE,
            "kind": "phrasing",
            "entry_id": "letters",
            "hash": "old",
            "question": VOTED_BEFORE,
            "state": "open",
            "at": at,
        }
    )
    db.table("proposers").insert({"proposal": 77, "person": "somebody"})
    db.table("negatives").insert(
        {"guild": HERE, "entry_id": "visas", "hash": "old", "question": VOTED_BEFORE, "at": at}
    )
    form = json.dumps(asdict(Form(question=SUGGESTED_BEFORE)))
    db.table("drafts").insert(
        {
            "id": 3,
            "guild": HERE,
            "by": NOOR,
            "state": "suggested",
            "entry_id": None,
            "expected": "",
            "form": form,
            "origin": "",
            "note": "because of the lemur",
            "at": at,
        }
    )
    details = json.dumps({"details": {"question": "a bandicoot", "number": "1", "people": "3"}, "entry": None})
    for number, user in ((1, MODERATORS), (2, NOOR)):
        row = {"id": number, "guild": HERE, "user": user, "text_key": "queue.wanted", "details": details}
        db.table("notices").insert({**row, "state": "waiting", "at": at})
