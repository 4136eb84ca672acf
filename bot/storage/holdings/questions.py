"""What members did with the FAQ: asked, voted, waited."""

from __future__ import annotations

from bot.storage.holdings.declared import ENTRY, MOMENT, NUMBER, OWN, SERVER, Fate, Holding, Owner, Trace
from bot.storage.holdings.faq import MODERATORS

HASHED = "a keyed hash that tells people apart and names nobody"
OF_QUESTION = "(SELECT guild FROM unanswered AS whole WHERE whole.id = unanswered)"
BY_ME = "person = pseudonym(:user, 'author:' || guild)"
AUTHOR = "whose words it is, as a keyed hash that names nobody"
AS_ASKED = """
    SELECT pseudonym(:user, 'unanswered:' || part.id) FROM unanswered AS part
    WHERE part.id = askers.unanswered OR part.merged_into = askers.unanswered
"""
"""Somebody's hashes in a question: it is bound to the question they asked, which may be part of another by now."""

QUESTIONS = (
    Holding(
        table="unanswered",
        name="questions without an answer",
        owner=Owner.PERSON,
        why="so that moderators can answer them, and whoever asked can be told",
        kept="{questions} days after it was asked last; whose words they are, {authors} days",
        seen=f"{MODERATORS}, without who asked",
        columns={
            "id": NUMBER,
            "guild": SERVER,
            "question": "the question, in the words of who asked it first",
            "model": "the model that read it",
            "vector": "numbers that stand for the question",
            "times": "how often it was asked",
            "first_at": "when it was asked first",
            "last_at": "when it was asked last",
            "state": "what became of it",
            "entry_id": "the entry that answers it",
            "closed_at": "when it was dealt with",
            "closed_by": "the moderator who dealt with it, by Discord's id",
            "merged_into": "the question it is part of",
            "refused": "answers that were found not to be meant",
            "person": AUTHOR,
        },
        sealed={"question": "unanswered:{id}", "vector": "unanswered:{id}:vector"},
        traces=(
            Trace(
                BY_ME,
                {"question": "you asked", "first_at": "when", "state": "state", "vector": "numbers that stand for it"},
                Fate.OWN_STEP,
            ),
            Trace(
                "closed_by = :user",
                {"id": "question you dealt with", "state": "state", "closed_at": "when"},
                Fate.UNNAMED,
                {"closed_by": None},
            ),
        ),
        left="a question that others asked too, in their words",
    ),
    Holding(
        table="wordings",
        name="further wordings of questions without an answer",
        owner=Owner.PERSON,
        why="so that the FAQ learns how people put it",
        kept="as long as the question; whose words they are, {authors} days",
        seen=f"{MODERATORS}, without who asked",
        columns={
            "unanswered": "which question",
            "hash": "a keyed hash of the wording",
            "question": "the wording",
            "vector": "numbers that stand for it",
            "at": MOMENT,
            "person": AUTHOR,
        },
        sealed={"question": "wordings:{unanswered}:{hash}", "vector": "wordings:{unanswered}:{hash}:vector"},
        traces=(
            Trace(
                f"person = pseudonym(:user, 'author:' || {OF_QUESTION})",
                {"question": "you asked", "at": "when", "vector": "numbers that stand for it"},
                Fate.OWN_STEP,
            ),
        ),
        guild=OF_QUESTION,
    ),
    Holding(
        table="askers",
        name="how many different people asked a question",
        owner=Owner.PERSON,
        why="a question of many comes first",
        kept="as long as the question",
        seen=f"{MODERATORS} see how many",
        columns={"unanswered": "which question", "person": HASHED},
        traces=(Trace(f"person IN ({AS_ASKED})", {"unanswered": "question you asked"}),),
        guild=OF_QUESTION,
    ),
    Holding(
        table="waiters",
        name="who wants to be told when a question is answered",
        owner=Owner.PERSON,
        why="they asked for it",
        kept="until they are told, or as long as the question",
        seen=f"{MODERATORS} see how many",
        columns={"unanswered": "which question", "user": OWN, "at": MOMENT},
        traces=(Trace("user = :user", {"unanswered": "question you wait for", "at": "when"}),),
        guild=OF_QUESTION,
    ),
    Holding(
        table="votes",
        name="votes on answers",
        owner=Owner.PERSON,
        why="a second vote replaces the first; counts show which answers do not help",
        kept="until they are deleted with `/mydata delete`, or the bot leaves the server",
        seen=f"{MODERATORS} see counts",
        columns={
            "guild": SERVER,
            "entry_id": ENTRY,
            "user": OWN,
            "helped": "whether it helped",
            "at": MOMENT,
        },
        traces=(Trace("user = :user", {"entry_id": "entry", "helped": "helped", "at": "when"}),),
    ),
    Holding(
        table="proposals",
        name="questions that an entry should, or should not, answer",
        owner=Owner.SERVER,
        why="votes propose them, and moderators decide",
        kept="open ones {drafts} days; what was decided as long as the bot is on the server",
        seen=f"{MODERATORS}, without who asked",
        columns={
            "id": NUMBER,
            "guild": SERVER,
            "kind": "whether the entry answers it",
            "entry_id": ENTRY,
            "hash": "a keyed hash of the question",
            "question": "the question",
            "state": "what moderators decided",
            "at": MOMENT,
            "person": AUTHOR,
        },
        sealed={"question": "proposals:{id}"},
        traces=(
            Trace(
                BY_ME,
                {"question": "your question", "kind": "voted", "entry_id": "entry", "state": "state", "at": "when"},
                Fate.OWN_STEP,
            ),
        ),
        left="a question that others proposed too, or that moderators decided on: it is in the FAQ then, or kept out",
    ),
    Holding(
        table="proposers",
        name="who proposed that",
        owner=Owner.PERSON,
        why="several people are needed, and nobody counts twice",
        kept="as long as the proposal",
        seen=f"{MODERATORS} see how many",
        columns={"proposal": "which proposal", "person": HASHED},
        traces=(
            Trace(
                "person = pseudonym(:user, 'proposal:' || proposal)",
                {"proposal": "proposal you support"},
                Fate.OWN_STEP,
            ),
        ),
        guild="(SELECT guild FROM proposals WHERE id = proposal)",
    ),
    Holding(
        table="negatives",
        name="questions that an entry does not answer",
        owner=Owner.SERVER,
        why="moderators confirmed it, so that the wrong answer is not given again",
        kept="as long as the bot is on the server",
        seen=MODERATORS,
        columns={
            "guild": SERVER,
            "entry_id": ENTRY,
            "hash": "a keyed hash of the question",
            "question": "the question",
            "at": MOMENT,
            "person": AUTHOR,
        },
        sealed={"question": "negatives:{guild}:{entry_id}:{hash}"},
        traces=(Trace(BY_ME, {"question": "your question", "entry_id": "entry", "at": "when"}, Fate.OWN_STEP),),
        left="the question, as nobody's words: moderators made it part of how the FAQ answers",
    ),
    Holding(
        table="notices",
        name="what somebody is to be told once",
        owner=Owner.PERSON,
        why="so that it is told though Discord, or they, cannot be reached now",
        kept="until it is told, {notices} days at most",
        seen="the person",
        columns={
            "id": NUMBER,
            "guild": SERVER,
            "user": OWN,
            "text_key": "which sentence",
            "details": "what the sentence is about",
            "state": "whether it was sent",
            "at": MOMENT,
            "person": "in whose words, as a keyed hash that names nobody",
        },
        sealed={"details": "notices:{id}"},
        traces=(
            Trace("user = :user", {"text_key": "sentence", "details": "about", "state": "state", "at": "when"}),
            Trace(f"user <> :user AND {BY_ME}", {"text_key": "sentence to others", "details": "in your words"}),
        ),
    ),
    Holding(
        table="posts",
        name="posts in help forums that the bot looked at",
        owner=Owner.SERVER,
        why="so that the bot neither speaks twice nor too often",
        kept="the last 1,000 of a server; whose they were, a day",
        seen=f"{MODERATORS} see counts",
        columns={
            "thread": "the post, by Discord's id",
            "guild": SERVER,
            "forum": "the forum, by Discord's id",
            "entry_id": "what was suggested",
            "probability": "how sure the bot was",
            "state": "what became of it",
            "person": HASHED,
            "at": MOMENT,
        },
        traces=(
            Trace(
                "person = pseudonym(:user, 'forum:' || forum)",
                {"thread": "post", "entry_id": "suggested entry", "state": "state", "at": "when"},
                Fate.UNNAMED,
                {"person": None},
            ),
        ),
        left="that there was a post, which is Discord's, and nobody's name",
    ),
    Holding(
        table="quiet",
        name="who wants no suggestions under their posts",
        owner=Owner.PERSON,
        why="they asked for it",
        kept="until they want them again",
        seen="nobody",
        columns={"guild": SERVER, "person": HASHED},
        traces=(Trace("person = pseudonym(:user, 'quiet:' || guild)", {"guild": "no suggestions on this server"}),),
    ),
)
