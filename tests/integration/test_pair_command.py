"""`lantern pair`, as people run it: what it reads, what it writes, and what it says of files that cannot be used."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from support.terminal import ROOT, environment, lantern

ADA = {
    "id": "ada",
    "roles": ["peer"],
    "setbacks": ["rejection", "ghosting"],
    "outlook": ["listening"],
    "stage": 1,
    "languages": ["en"],
    "utc_offset": 1,
    "hours": [[18, 22]],
    "adult": True,
}
BOB = {
    **ADA,
    "id": "bob",
    "roles": ["peer", "seeker"],
    "setbacks": ["rejection"],
    "utc_offset": 0,
    "languages": ["de", "EN"],
}
CID = {**ADA, "id": "cid", "roles": ["mentor"], "capacity": 2, "setbacks": ["no-letters"], "stage": "early"}
DAN = {**CID, "id": "dan", "roles": ["seeker"], "stage": 1, "hours": [[23, 3]], "utc_offset": 6, "waited_rounds": 4}


def written(folder, rows, name="people.jsonl"):
    """Write rows as JSON Lines and return the file."""
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def paired(folder, *rows, edges=None, options=()):
    """Return what `lantern pair --json` makes of people."""
    more = ["--edges", written(folder, edges, "edges.jsonl")] if edges is not None else []
    done = lantern(folder, "pair", written(folder, rows), *more, "--json", *options)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def names(result):
    """Return the pairs of a result by ids and kind."""
    return [(pair["a"], pair["b"], pair["kind"]) for pair in result["pairs"]]


def test_peers_and_a_mentor_are_paired_with_the_reasons_in_words(tmp_path):
    result = paired(tmp_path, ADA, BOB, CID, DAN)

    assert [("ada", "bob", "peer"), ("dan", "cid", "mentor")] == names(result)
    assert "You both named: Rejected, again." in result["pairs"][0]["because"]
    assert {"pairs", "matched", "upper_bound", "gap", "unmatched", "solver", "seconds"} == result.keys()
    assert (4, 4, 0, []) == (result["matched"], result["upper_bound"], result["gap"], result["unmatched"])


def test_stories_are_compared_by_meaning(tmp_path):
    """Nobody shares a word of `setbacks` here; the bundled model reads the stories."""
    stories = {
        "ada": "My supervisor stopped answering my e-mails for half a year.",
        "bob": "For six months I have had no reply from my supervisor to any message.",
        "cid": "The visa office lost my documents and the semester began without me.",
    }
    people = [{**ADA, "id": name, "setbacks": [name], "story": story} for name, story in stories.items()]
    result = paired(tmp_path, *people)

    assert [("ada", "bob", "peer")] == names(result)
    assert "What you wrote of what happened is alike." in result["pairs"][0]["because"]


def test_whoever_cannot_be_matched_learns_which_constraint_binds(tmp_path):
    """Statement 24."""
    result = paired(tmp_path, {**ADA, "languages": ["es"]}, BOB)

    assert [] == result["pairs"]
    assert ["ada", "bob"] == [each["id"] for each in result["unmatched"]]
    assert all("Nobody who takes part speaks a language of yours." in each["reason"] for each in result["unmatched"])


def test_the_order_of_lines_changes_nothing(tmp_path):
    """Statement 27."""
    people = [{**ADA, "id": f"p{number}", "stage": number % 2, "waited_rounds": number % 5} for number in range(30)]
    results = []
    for seed in range(2):
        random.Random(seed).shuffle(people)
        results.append(paired(tmp_path, *people))

    assert results[0]["pairs"] == results[1]["pairs"]


class TestEdges:
    def test_ready_edges_take_the_place_of_stories_and_rules(self, tmp_path):
        people = [{"id": name} for name in ("a", "b", "c", 4)]
        edges = [{"a": "a", "b": "b", "fit": 0.9}, {"a": "b", "b": "c", "fit": 0.1}, {"a": 4, "b": "a", "fit": 0.2}]
        result = paired(tmp_path, *people, edges=edges)

        assert [("4", "a", "peer"), ("b", "c", "peer")] == sorted(names(result))
        assert [0.2, 0.1] == [pair["fit"] for pair in sorted(result["pairs"], key=lambda pair: pair["a"])]

    def test_roles_and_places_decide_what_an_edge_is(self, tmp_path):
        people = [{"id": name, "roles": ["seeker"]} for name in "abc"] + [
            {"id": "m", "roles": ["mentor"], "capacity": 2}
        ]
        edges = [{"a": "m", "b": name, "fit": fit} for name, fit in (("a", 0.9), ("b", 0.5), ("c", 0.7))]
        edges.append({"a": "a", "b": "b", "fit": 1.0})
        result = paired(tmp_path, *people, edges=edges)

        assert [("a", "m", "mentor"), ("c", "m", "mentor")] == names(result)
        assert ["b"] == [each["id"] for each in result["unmatched"]]
        assert (3, 3) == (result["matched"], result["upper_bound"])

    def test_two_who_are_everything_to_each_other_are_one_pair(self, tmp_path):
        people = [{"id": name, "roles": ["peer", "seeker", "mentor"], "capacity": 3} for name in "ab"]
        edges = [{"a": "a", "b": "b", "fit": 0.5}, {"a": "b", "b": "a", "fit": 0.7}]
        result = paired(tmp_path, *people, edges=edges)

        assert [0.7] == [pair["fit"] for pair in result["pairs"]]

    def test_whoever_waited_longest_comes_first_after_the_grace(self, tmp_path):
        people = [{"id": "a"}, {"id": "b", "waited_rounds": 9}, {"id": "c"}]
        edges = [{"a": "a", "b": "c", "fit": 0.9}, {"a": "a", "b": "b", "fit": 0.1}]

        assert [("a", "b", "peer")] == names(paired(tmp_path, *people, edges=edges))
        assert [("a", "c", "peer")] == names(paired(tmp_path, *people, edges=edges, options=["--grace", 9]))

    def test_the_model_is_not_loaded(self, tmp_path):
        people, edges = written(tmp_path, [{"id": 1}, {"id": 2}]), written(tmp_path, [], "edges.jsonl")
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "bot", "pair", str(people), "--edges", str(edges)],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )

        assert "bot.pairing.rounds" in done.stderr
        assert " torch\n" not in done.stderr


class TestTime:
    """Statement 28: what takes too long gives way to the next solver, which is said."""

    def test_past_its_time_a_faster_solver_takes_over_and_says_so(self, tmp_path):
        people = [{"id": name} for name in "abcd"]
        edges = [{"a": "a", "b": "b", "fit": 0.5}, {"a": "c", "b": "d", "fit": 0.5}]
        path, ready = written(tmp_path, people), written(tmp_path, edges, "edges.jsonl")
        done = lantern(tmp_path, "pair", path, "--edges", ready, "--json", "--budget", 0.001)
        result = json.loads(done.stdout)

        assert "best edge first" == result["solver"]
        assert 4 == result["matched"] <= result["upper_bound"]
        for given_up in ("exact (rustworkx)", "double cover (SciPy)"):
            assert f"{given_up} took longer than 0.001 s" in done.stderr


class TestFaults:
    def test_every_fault_is_told_at_once_with_its_line_key_and_mend(self, tmp_path):
        path = tmp_path / "people.jsonl"
        lines = [
            '{"id": "a", "role": ["peer"], "stage": "dean"}',
            "neither JSON nor anything",
            '{"roles": ["pear"], "utc_offset": 1e999, "hours": [[1]], "languages": "en"}',
            '{"id": "b", "capacity": -1, "adult": "perhaps", "setbacks": [""]}',
            '{"id": "b"}',
            "[]",
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        done = lantern(tmp_path, "pair", path)

        assert 65 == done.returncode
        assert "Traceback" not in done.stderr
        for place in ("1: role:", "1: stage:", "2: line:", "3: id:", "3: roles.0:", "3: utc_offset:", "3: hours.0.1:"):
            assert f"people.jsonl:{place}" in done.stderr
        for place in ("3: languages:", "4: capacity:", "4: adult:", "4: setbacks.0:", "6: line:"):
            assert f"people.jsonl:{place}" in done.stderr
        assert "is the id of line" not in done.stderr  # line 4 has other faults, so nobody is in it

    def test_an_id_used_twice_names_the_line_of_the_first(self, tmp_path):
        done = lantern(tmp_path, "pair", written(tmp_path, [{"id": "a"}, {"id": "b"}, {"id": "a"}]))

        assert "people.jsonl:3: id: is the id of line 1 too" in done.stderr

    def test_edges_between_people_who_are_not_there_or_one_alone_are_named(self, tmp_path):
        edges = [{"a": "a", "b": "x", "fit": 0.5}, {"a": "b", "b": "b", "fit": 0.5}, {"a": "a", "b": "b", "fit": 2}]
        people = written(tmp_path, [{"id": "a"}, {"id": "b"}])
        done = lantern(tmp_path, "pair", people, "--edges", written(tmp_path, edges, "edges.jsonl"))

        assert 65 == done.returncode
        for place in ("1: b: 'x' is nobody", "2: b: must be somebody else", "3: fit:"):
            assert f"edges.jsonl:{place}" in done.stderr

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b'{"id": "\\ud800"}'])
    def test_a_file_without_anybody_is_one_sentence(self, tmp_path, content):
        path = tmp_path / "people.jsonl"
        path.write_bytes(content)
        done = lantern(tmp_path, "pair", path)

        assert 65 == done.returncode
        assert "people.jsonl" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_folder_and_a_file_that_is_not_there_are_one_sentence(self, tmp_path):
        for path in (tmp_path, tmp_path / "nowhere.jsonl"):
            done = lantern(tmp_path, "pair", path)

            assert 65 == done.returncode
            assert "cannot be read" in done.stderr


def test_in_the_terminal_it_is_a_table_with_the_bound(tmp_path):
    done = lantern(tmp_path, "pair", written(tmp_path, [ADA, BOB, {**ADA, "id": "eve", "adult": False}]))

    assert "You both named: Rejected, again." in done.stdout
    assert "eve: Introductions are for adults" in done.stdout
    assert "2 people in 1 pair, at most 2 possible (gap 0.00 %)" in done.stdout


def test_help_shows_both_formats(tmp_path):
    shown = lantern(tmp_path, "pair", "--help").stdout

    for word in ("utc_offset", "waited_rounds", '{"a": "ada", "b": "bob", "fit": 0.7}', "upper_bound", "because"):
        assert word in shown
    assert str(ROOT) not in shown
