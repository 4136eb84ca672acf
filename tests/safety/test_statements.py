"""Every statement of the safety checklist that concerns the product is named by a test; and how that is found out."""

from __future__ import annotations

import json

import pytest

from support import statements
from support.statements import Proof, Statement, load, numbers_in, proofs_in


class TestTheChecklist:
    def test_has_every_number_once_in_words(self):
        listed = load()

        assert list(range(1, 63)) == [each.number for each in listed]
        assert all(each.words for each in listed)

    def test_every_statement_that_concerns_the_product_is_named_by_a_test(self):
        named = proofs_in()

        assert [] == [each.number for each in load() if not each.not_ours and each.number not in named]

    def test_no_test_names_a_number_that_is_not_on_it(self):
        assert set(proofs_in()) <= {each.number for each in load()}


@pytest.mark.parametrize(
    ("docstring", "numbers"),
    [
        ("Statement 12: a fact.", {12}),
        ("Statement 8.", {8}),
        ("Statement 23, where one waits.", {23}),
        ("Statements 9, 10 and 11: a fact.", {9, 10, 11}),
        ("Statement 55 and 56: a fact.", {55, 56}),
        ("Statements 16, 17, and 18.", {16, 17, 18}),
        ("Statements 22-24: a fact.", {22, 23, 24}),
        ("Statements 3, 22–24 and 30.", {3, 22, 23, 24, 30}),
        ("Statement 1 of its part. Statement 7: more.", {1, 7}),
        ("A statement of 3 words, and 12 statements.", set()),
        ("", set()),
    ],
)
def test_numbers_are_read_from_docstrings(docstring, numbers):
    assert numbers == numbers_in(docstring)


@pytest.fixture(scope="module")
def proofs(tmp_path_factory):
    """Return what came of five statements."""
    root = tmp_path_factory.mktemp("project")
    (root / "tests").mkdir()
    (root / "tests" / "test_some.py").write_text(
        'import pytest\n\n@pytest.mark.parametrize("one", [1, 2])\n'
        'def test_holds(one):\n    """Statements 1 and 2: x."""\n\n'
        'class TestMore:\n    @pytest.mark.parametrize("one", [1, 2])\n'
        '    def test_fails(self, one):\n        """Statement 2: x."""\n        assert one == 1\n\n'
        'class TestThird:\n    """Statement 3: x."""\n\n    def test_counts_by_its_class(self):\n        pass\n\n'
        '@pytest.mark.skip\ndef test_is_skipped():\n    """Statement 3: x."""\n\n'
        "def test_names_none():\n    raise AssertionError\n"
    )
    listed = [Statement(number, "words") for number in (1, 2, 3, 4)] + [Statement(5, "words", "elsewhere")]
    return statements.run(listed, proofs_in(root), root, processes="0")


class TestARun:
    """What `make safety` makes of tests that hold, fail, are skipped, or are missing."""

    def test_each_statement_gets_the_worst_of_its_tests(self, proofs):
        assert ["passed", "failed", "skipped", "no test", "not ours"] == [each.verdict for each in proofs]
        assert [2, 3, 4] == [each.statement.number for each in proofs if each.is_open]

    def test_the_table_names_each_test_and_counts_what_holds(self, proofs):
        shown = statements.table(proofs)

        assert "failed      tests/test_some.py::TestMore::test_fails" in shown
        assert "1 of 4 statements hold, proved by 4 tests." in shown

    def test_programs_can_read_it(self, proofs):
        rows = json.loads(statements.as_json(proofs))

        assert {"tests/test_some.py::test_holds": "passed"} == rows[0]["tests"]
        assert ["words", "not ours", "elsewhere"] == [rows[4][name] for name in ("words", "verdict", "not_ours")]


@pytest.mark.parametrize("outcome", ["failed", "skipped", "not run"])
def test_one_test_that_does_not_hold_is_enough(outcome):
    assert Proof(Statement(1, "words"), {"one": "passed", "other": outcome}).is_open
