"""What upkeep finds, and what it leaves alone; when links are looked at; when the digest is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.links import KnownLink, LinkReport, LinkState, noted
from bot.core.models import EntryId, GuildId, Pair, Source
from bot.core.moderation import GuildSettings
from bot.core.upkeep import DayCount, Dismissal, FindingKind
from bot.faq.digest import DAYS, Digest, asked_in, claim_of, is_due
from bot.faq.links import REST, due_links
from bot.faq.statistics import ENOUGH_VOTES
from bot.faq.upkeep import UNUSED_DAYS, Material, findings, state_of
from support.parts import make_entry

TODAY = date(2026, 11, 24)
LONG_AGO = TODAY - timedelta(days=UNUSED_DAYS + 1)
LINK, ELSEWHERE = "https://example.org/guide", "https://example.org/elsewhere"
LETTERS, VISAS, GRADES = EntryId("letters"), EntryId("visas"), EntryId("grades")
KINDS = list(FindingKind)
DEAD, PACK, OVERDUE, CONTRADICTION, DUPLICATE, LOW, MOVED, UNUSED = KINDS
OK, GONE, WENT, REFUSED, UNSURE = LinkState


def entry(name=LETTERS, **changes):
    """Return an entry that was checked today; its link is its own."""
    own = (Source("A guide", f"https://example.org/{name}", "by people who know"),)
    return make_entry(name, f"What about {name}?", **{"reviewed_on": TODAY, "sources": own, **changes})


def material(*entries, **changes) -> Material:
    """Return a FAQ of which nothing is wrong."""
    held = {one.id: one for one in entries or (entry(), entry(VISAS), entry(GRADES))}
    fields = {
        "entries": held,
        "pairs": (),
        "outdated": (),
        "links": {},
        "votes": {},
        "used": {},
        "changed": {},
        "counting_since": None,
    }
    return Material(**{**fields, **changes})


def known(link=LINK, state=GONE, *, since=None, on=TODAY, moved_to=None) -> KnownLink:
    return KnownLink(LinkReport(link, state, "as the test wants it", moved_to), on, since)


def found(what: Material, today=TODAY):
    """Return the findings as (kind, entry, what else it is about)."""
    return [(each.kind, each.entry_id, each.about) for each in findings(what, today)]


def pair(one=LETTERS, other=VISAS, *, is_duplicate=True) -> Pair:
    return Pair(one, other, question_cosine=0.9, document_cosine=0.5, is_duplicate=is_duplicate)


class TestReviews:
    def test_a_faq_of_which_nothing_is_wrong_has_no_findings(self):
        assert [] == found(material())

    def test_the_shipped_faq_has_none_on_the_day_of_its_last_check(self, content):
        entries = content.pack.entries

        assert [] == found(material(*entries), max(one.reviewed_on for one in entries))

    def test_an_entry_is_overdue_from_the_day_after_its_review_date(self):
        due = entry(reviewed_on=TODAY - timedelta(days=30), review_after_days=30)

        assert [] == found(material(due))
        assert [(OVERDUE, LETTERS, "")] == found(material(due), TODAY + timedelta(days=1))

    def test_those_overdue_longest_come_first(self):
        late = {LETTERS: 40, VISAS: 400, GRADES: 90}
        entries = [
            entry(name, reviewed_on=TODAY - timedelta(days=days), review_after_days=30) for name, days in late.items()
        ]

        assert [VISAS, GRADES, LETTERS] == [each.entry_id for each in findings(material(*entries), TODAY)]

    def test_the_clock_runs_from_the_last_check_and_never_from_use(self):
        due = entry(reviewed_on=TODAY - timedelta(days=31), review_after_days=30)
        busy = material(due, used={LETTERS: TODAY}, votes={LETTERS: (99, 0)}, changed={LETTERS: TODAY})

        assert [(OVERDUE, LETTERS, "")] == found(busy)
        assert [] == found(replace(busy, entries={LETTERS: replace(due, reviewed_on=TODAY)}))


class TestPairs:
    def test_entries_that_say_the_same_are_duplicates_and_others_may_contradict_each_other(self):
        pairs = (pair(), pair(VISAS, GRADES, is_duplicate=False))

        assert [(CONTRADICTION, GRADES, VISAS), (DUPLICATE, LETTERS, VISAS)] == found(material(pairs=pairs))

    def test_a_pair_is_one_finding_whichever_entry_comes_first(self):
        one, other = (findings(material(pairs=[each]), TODAY)[0] for each in (pair(), pair(VISAS, LETTERS)))

        assert one == other
        assert one.key == other.key

    def test_a_pair_of_which_one_was_removed_meanwhile_is_none(self):
        assert [] == found(material(entry(), pairs=(pair(),)))


class TestVotes:
    @pytest.mark.parametrize("votes", [(0, ENOUGH_VOTES - 1), (1, 4), (2, 5), (5, 5), (50, 45), (99, 1), (0, 0)])
    def test_few_or_undecided_votes_prove_nothing(self, votes):
        assert [] == found(material(votes={LETTERS: votes}))

    @pytest.mark.parametrize("votes", [(0, ENOUGH_VOTES), (1, 9), (30, 70)])
    def test_an_entry_that_surely_helps_fewer_than_every_second_is_low_rated(self, votes):
        assert [(LOW, LETTERS, "")] == found(material(votes={LETTERS: votes, EntryId("gone"): (0, 99)}))

    def test_the_surest_ones_come_first(self):
        votes = {LETTERS: (1, 9), VISAS: (0, 99), GRADES: (0, 6)}

        assert [VISAS, GRADES, LETTERS] == [each.entry_id for each in findings(material(votes=votes), TODAY)]


class TestUse:
    def test_nobody_knows_what_is_not_used_before_half_a_year_was_counted(self):
        assert [] == found(material(counting_since=None))
        assert [] == found(material(counting_since=TODAY - timedelta(days=UNUSED_DAYS - 1)))

    def test_what_was_not_shown_for_half_a_year_is_listed_never_shown_first(self):
        used = {LETTERS: LONG_AGO, VISAS: TODAY - timedelta(days=UNUSED_DAYS)}
        what = material(counting_since=LONG_AGO, used=used)

        assert [(UNUSED, GRADES, ""), (UNUSED, LETTERS, "")] == found(what)
        assert [None, LONG_AGO] == [each.day for each in findings(what, TODAY)]

    def test_an_entry_that_was_written_or_checked_here_since_is_given_time(self):
        what = material(entry(), entry(VISAS), counting_since=LONG_AGO, changed={LETTERS: TODAY, VISAS: LONG_AGO})

        assert [(UNUSED, VISAS, "")] == found(what)


class TestLinks:
    def test_a_link_is_dead_once_it_was_gone_on_two_days(self):
        own = entry(sources=(Source("A", LINK, "t"), Source("B", LINK, "t"), Source("experience")))

        once = material(own, links={LINK: known(since=TODAY)})
        twice = material(own, links={LINK: known(since=TODAY - timedelta(days=1))})

        assert [] == found(once)
        assert [(DEAD, LETTERS, LINK)] == found(twice)

    @pytest.mark.parametrize("state", [OK, REFUSED, UNSURE])
    def test_no_other_state_is_a_reason_to_look(self, state):
        own = entry(sources=(Source("A", LINK, "t"),))

        assert [] == found(material(own, links={LINK: known(state=state, since=LONG_AGO)}))

    def test_a_moved_link_is_told_at_once_and_for_each_entry_that_rests_on_it(self):
        own = (Source("A", LINK, "t"),)
        moved = known(state=WENT, moved_to=ELSEWHERE)

        what = material(entry(sources=own), entry(VISAS, sources=own), links={LINK: moved})

        assert [(MOVED, LETTERS, LINK), (MOVED, VISAS, LINK)] == found(what)

    def test_what_is_gone_twice_is_dead_even_if_a_check_between_was_unsure(self):
        states, link = (GONE, UNSURE, GONE), None
        dead = []
        for week, state in enumerate(states):
            link = noted(LinkReport(LINK, state, ""), link, TODAY + week * REST)
            dead.append(link.is_dead)

        assert [False, False, True] == dead

    @pytest.mark.parametrize("back", [OK, WENT])
    def test_a_page_that_was_back_between_is_not_dead(self, back):
        link = None
        for week, state in enumerate((GONE, back, GONE)):
            link = noted(LinkReport(LINK, state, ""), link, TODAY + week * REST)

        assert not link.is_dead
        assert link.gone_since == TODAY + 2 * REST

    def test_two_checks_on_one_day_are_one(self):
        once = noted(LinkReport(LINK, GONE, ""), None, TODAY)

        assert not noted(LinkReport(LINK, GONE, ""), once, TODAY).is_dead

    @given(st.lists(st.sampled_from(LinkState), max_size=8))
    def test_a_link_is_dead_only_if_it_was_gone_twice_and_not_back_between(self, states):
        link = None
        for day, state in enumerate(states):
            link = noted(LinkReport(LINK, state, ""), link, TODAY + timedelta(days=day))
        since_back = states[max((at + 1 for at, one in enumerate(states) if one in {OK, WENT}), default=0) :]

        is_dead = bool(states) and states[-1] is GONE and since_back.count(GONE) >= 2
        assert is_dead == (link is not None and link.is_dead)

    def test_each_link_is_looked_at_once_a_week_new_ones_first_then_those_of_longest_ago(self):
        days = {"a": 6, "b": 7, "c": 30}
        checked = {link: known(link, OK, on=TODAY - timedelta(days=ago)) for link, ago in days.items()}

        assert ["new", "c", "b"] == due_links(["a", "b", "c", "new"], checked, TODAY)


class TestOrder:
    def test_what_is_planted_is_all_listed_the_most_urgent_kind_first(self):
        own = (Source("A", LINK, "t"), Source("B", ELSEWHERE, "t"))
        old = entry(reviewed_on=TODAY - timedelta(days=400), sources=own)
        what = material(
            old,
            entry(VISAS),
            entry(GRADES),
            pairs=(pair(), pair(VISAS, GRADES, is_duplicate=False)),
            outdated=[VISAS, EntryId("removed-here")],
            links={LINK: known(since=LONG_AGO), ELSEWHERE: known(ELSEWHERE, WENT, moved_to=LINK)},
            votes={GRADES: (0, 20)},
            used={LETTERS: TODAY, GRADES: TODAY},
            counting_since=LONG_AGO,
        )

        assert KINDS == [each.kind for each in findings(what, TODAY)]
        assert len(KINDS) == len({each.key for each in findings(what, TODAY)})


class TestWhatIsFine:
    def test_it_does_not_come_again_until_one_of_its_entries_says_something_else(self):
        what = material(pairs=(pair(),))
        (finding,) = findings(what, TODAY)
        fine = Dismissal(finding.kind, finding.entry_id, finding.about, finding.states)
        what = replace(what, dismissals=[fine])
        checked = {**what.entries, VISAS: replace(what.entries[VISAS], reviewed_on=LONG_AGO)}
        edited = {**what.entries, VISAS: replace(what.entries[VISAS], answer="Something else.")}

        assert [] == found(what)
        assert [] == found(replace(what, entries=checked))
        assert [(DUPLICATE, LETTERS, VISAS)] == found(replace(what, entries=edited))

    def test_only_that_kind_of_finding_is_fine(self):
        what = material(pairs=(pair(),), votes={LETTERS: (0, 20)})
        fine = Dismissal(LOW, LETTERS, "", state_of(what.entries[LETTERS]))

        assert [(DUPLICATE, LETTERS, VISAS)] == found(replace(what, dismissals=[fine]))

    def test_a_key_names_a_finding_as_long_as_its_entries_say_the_same(self):
        before = material(pairs=(pair(),))
        after = replace(before, entries={**before.entries, LETTERS: entry(answer="Something else.")})

        keys = {findings(each, TODAY)[0].key for each in (before, before, after)}
        assert len(keys) == 2


class TestDigest:
    MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("after", "is_so"),
        [({"seconds": -1}, False), ({}, True), ({"hours": 14}, True), ({"hours": 15}, False), ({"days": 1}, False)],
    )
    def test_it_is_due_on_its_day_from_nine_oclock_on(self, after, is_so):
        settings = GuildSettings(moderators_channel=1, digest_day=0)

        assert is_so == is_due(self.MONDAY + timedelta(**after), settings)

    def test_it_is_due_on_the_day_the_server_chose_once_it_has_a_place(self):
        days = [self.MONDAY + timedelta(days=day) for day in range(7)]

        for chosen in range(7):
            settings = GuildSettings(moderators_channel=1, digest_day=chosen)
            assert [day == chosen for day in range(7)] == [is_due(now, settings) for now in days]
        for nowhere in (GuildSettings(digest_day=0), GuildSettings(moderators_channel=1, digest_day=None)):
            assert not any(is_due(now, nowhere) for now in days)

    @given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    def test_a_claim_is_the_same_all_week_and_another_the_week_after(self, now):
        monday = now - timedelta(days=now.weekday())
        here = {claim_of(GuildId(1), monday + timedelta(days=day)) for day in range(7)}
        others = {claim_of(GuildId(1), monday + timedelta(days=7)), claim_of(GuildId(2), now)}

        assert 1 == len(here)
        assert 2 == len(others - here)

    def test_it_counts_the_seven_days_before_today(self):
        counts = [
            DayCount(TODAY - timedelta(days=ago), what, None, 1)
            for ago in range(9)
            for what in ("answer", "choices", "unknown", "shown")
        ]

        assert (7, 7, 7) == asked_in(counts, TODAY)
        assert (0, 0, 0) == asked_in(counts, TODAY + DAYS + DAYS)

    def test_a_week_is_quiet_when_there_is_nothing_to_do(self):
        quiet = Digest(5, 1, 2, (), 0, 0, 0, {})

        assert quiet.is_quiet
        assert 8 == quiet.asked
        for something in ({"waiting": (("why", 1),)}, {"proposals": 1}, {"suggestions": 1}, {"drafts": 1}):
            assert not replace(quiet, **something).is_quiet
        assert not replace(quiet, findings={OVERDUE: 1}).is_quiet
