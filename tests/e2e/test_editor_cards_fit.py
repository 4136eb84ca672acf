"""Every card of the editor keeps Discord's limits, whatever stands in the entry."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import pytest

from bot.core.errors import Fault
from bot.core.models import (
    Candidate,
    EntryId,
    Evidence,
    Explanation,
    Hit,
    Nearness,
    Phrasing,
    Source,
    Thresholds,
    TopicId,
)
from bot.core.moderation import (
    Change,
    ChangeId,
    ChangeKind,
    Draft,
    DraftId,
    DraftState,
    Edit,
    Form,
    Version,
    VersionId,
)
from bot.faq.differences import changed, differences
from bot.faq.forms import Filled, form_of
from bot.views.moderators.editor import (
    conflict_card,
    discarded_card,
    done_card,
    draft_actions,
    entry_modal,
    faults_card,
    given_back,
    long_card,
    preview_card,
    remove_card,
)
from bot.views.moderators.history import VERSIONS, audit_card, change_card, history_card, restore_card
from bot.views.moderators.impact import impact_lines, near_lines
from bot.views.moderators.reviews import dealt_with_card, drafts_card, handed_in_card, reason_modal
from bot.views.moderators.shown import paged
from bot.views.moderators.try_out import try_card
from support.limits import faults_in
from support.parts import make_entry

TODAY = date(2030, 1, 1)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
LONG_ID, USER, LAST = EntryId("e" * 60), 2**63 - 1, 2**40
NASTY = "*_`~|@>"
"""Each of these is two characters once it is shown as it was typed."""


def text(length, of=NASTY) -> str:
    return (of * length)[:length]


def longest(seed="*", entry_id=LONG_ID):
    """Return the longest entry that can be published."""
    return make_entry(
        entry_id,
        text(150, f"{seed}{NASTY}"),
        topic=TopicId("t"),
        answer=text(4000, f"{seed}a. {NASTY} ```\n"),
        phrasings=tuple(Phrasing(f"{number}{seed}{text(240)}") for number in range(100)),
        sources=tuple(Source(text(250), f"https://example.org/{seed * 400}{n}", text(250)) for n in range(5)),
    )


ENTRY, OTHER = longest(), longest("#")
FORM = form_of(ENTRY, {})
DRAFT = Draft(DraftId(LAST), 1, USER, DraftState.OPEN, LONG_ID, "f" * 12, FORM, "message:1.2", text(1000), NOW)
ENTRIES = {ENTRY.id: ENTRY, EntryId("o" * 60): OTHER}


def version(number, entry, kind=ChangeKind.EDITED):
    return Version(VersionId(LAST + number), ChangeId(LAST), LONG_ID, entry, kind, USER, NOW, text(4000))


def check(card, files=()):
    """Return what Discord would refuse, and every file that is shown but not sent, or sent but not shown."""
    shown = {part.media.url.removeprefix("attachment://") for part in card.walk_children() if hasattr(part, "media")}
    return faults_in(card) + sorted(shown ^ {file.filename for file in files})


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("page", [0, 1, 2])
def test_the_preview_with_everything_that_can_be_known(texts, alone, page):
    wide = Evidence((Hit(LONG_ID, 1.0),), 1.0, Thresholds(0.5, 0.2))
    none = Evidence((), 0.0, Thresholds(0.5, 0.2))
    near = [Nearness(each, text(250), 1.0, text(150)) for each in ENTRIES]
    findings = near_lines(near, ENTRIES, texts, is_new=True)
    findings += impact_lines([(text(1000), none, wide)] * 99, ENTRIES, texts)
    shown = preview_card(
        texts,
        DRAFT,
        Filled(ENTRY, None),
        TODAY,
        page=page,
        findings=findings,
        nearest=[(each, text(150)) for each in ENTRIES],
        actions=draft_actions(texts, DRAFT, alone=alone),
    )

    assert [] == check(shown.card, shown.files)


def test_the_impact_names_eight_and_counts_the_rest(texts):
    wide = Evidence((Hit(LONG_ID, 1.0),), 1.0, Thresholds(0.5, 0.2))
    none = Evidence((), 0.0, Thresholds(0.5, 0.2))
    lines = impact_lines([("a", none, wide)] * 20 + [("b", wide, wide)] * 5, ENTRIES, texts)

    assert [texts("editor.impact", number=20), texts("editor.more", number=12)] == [lines[0], lines[-1]]
    assert 10 == len(lines)


@pytest.mark.parametrize("faults", [1, 200])
def test_faults(texts, faults):
    form = replace(FORM, answer=text(9000), question=text(300))
    shown = faults_card(texts, replace(DRAFT, form=form), [Fault("fault.source", {"text": text(5000)})] * faults)

    assert [] == check(shown.card, shown.files)
    assert ["question.txt", "answer.txt", "phrasings.txt", "sources.txt"] == [file.filename for file in shown.files]


def test_what_is_given_back(texts):
    shown = given_back(texts, texts("error.storage_full"), asdict(FORM), f"faq:redo:{LONG_ID}:{'f' * 12}:-")

    assert [] == check(shown.card, shown.files)


@pytest.mark.parametrize("form", [Form(), FORM, Form(*["x" * 5000] * 5)], ids=["empty", "longest", "too long"])
@pytest.mark.parametrize("is_new", [True, False])
def test_the_form(texts, form, is_new):
    custom_id = f"faq:save:{LONG_ID}:{'f' * 12}:draft-12345"
    modal = entry_modal(texts, custom_id, form, is_new=is_new).to_dict()
    labels = modal["components"]

    assert len(modal["title"]) <= 45
    assert len(modal["custom_id"]) <= 100
    assert 5 == len(labels)
    assert all(len(one["label"]) <= 45 and len(one["description"]) <= 100 for one in labels)
    assert all(len(one["component"].get("value", "")) <= one["component"].get("max_length", 0) for one in labels)
    assert len(reason_modal(texts, DRAFT).to_dict()["custom_id"]) <= 100


def test_what_comes_before_a_form_that_is_too_small(texts):
    shown = long_card(texts, FORM, LONG_ID)

    assert [] == check(shown.card, shown.files)


@pytest.mark.parametrize("after", [OTHER, None], ids=["changed", "removed"])
def test_a_conflict(texts, after):
    before = asdict(form_of(after, {})) if after else {}
    found = differences(before, asdict(FORM))
    shown = conflict_card(texts, DRAFT, found, "f" * 12, is_removed=after is None, mine=True)

    assert [] == check(shown.card, shown.files)
    assert ["changes.txt"] == [file.filename for file in shown.files], "what does not fit is in a file"


@pytest.mark.parametrize("page", [0, 2])
def test_asking_whether_to_remove_or_restore(texts, page):
    note = texts("error.conflict") + "\n\n"
    card = restore_card(texts, version(0, ENTRY), "f" * 12, TODAY, [OTHER] * 5, page=page)

    assert [] == check(remove_card(texts, ENTRY, "f" * 12, TODAY, page=page, note=note))
    assert [] == check(card)
    assert [] == check(restore_card(texts, version(0, None), "", TODAY, [], page=0))


def test_what_was_done(texts):
    text_of = texts("editor.published", question=text(240))
    link = f"https://discord.com/channels/{USER}/{USER}/{USER}"

    assert [] == check(done_card(texts, text_of, LAST))
    assert [] == check(done_card(texts, text_of, LAST, link=link))
    assert [] == check(discarded_card(texts, DRAFT))


def test_the_history(texts):
    states = [ENTRY, OTHER, None, ENTRY, OTHER, ENTRY, OTHER]
    kinds = [*ChangeKind][: len(states)]
    versions = [version(number, entry, kind) for number, (entry, kind) in enumerate(zip(states, kinds, strict=True))]
    found = [changed(*pair, {}) for pair in zip(versions, [None, *versions[:-1]], strict=True)][::-1]

    for page in range(3):
        shown, number, pages = paged(found, page, VERSIONS)
        assert [] == check(history_card(texts, LONG_ID, ENTRY.question, shown, page=number, pages=pages))
    for each in found:
        shown = change_card(texts, [each])

        assert [] == check(shown.card, shown.files)
    many = change_card(texts, found * 60)

    assert [] == check(many.card, many.files)


def test_the_audit_line(texts):
    states = [(version(number, ENTRY), version(number, OTHER)) for number in range(600)]
    for kind in ChangeKind:
        for some in (states[:1], states):
            change = Change(kind, USER, (Edit(LONG_ID, "", ENTRY),))

            assert [] == check(audit_card(texts, ChangeId(LAST), change, some))


def test_drafts_and_what_was_handed_in(texts):
    states = [DraftState.OPEN, DraftState.SUBMITTED] * 6
    drafts = [replace(DRAFT, id=DraftId(LAST + n), by=n % 3 and USER, state=state) for n, state in enumerate(states)]

    for page in range(3):
        assert [] == check(drafts_card(texts, drafts, USER, page))
    assert [] == check(drafts_card(texts, [], USER, 0))
    assert [] == check(handed_in_card(texts, DRAFT, ENTRY, TODAY))
    assert [] == check(dealt_with_card(texts, "editor.sent_back", USER, text(9000), text(1000)))


def test_a_trial(texts):
    views = dict.fromkeys(("best", "discriminant", "document", "lexical"), -0.123456)
    candidates = tuple(Candidate(each, -0.5, views, text(250), -0.25) for each in [*ENTRIES] * 3)[:5]
    why = Explanation(candidates, 1.0, Thresholds(0.5, 0.2), LONG_ID, (LONG_ID,) * 9, text(500), 0.5)

    assert [] == check(try_card(texts, text(1000), why, ENTRIES))
