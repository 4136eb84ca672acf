"""The model as it serves: the same vectors and decisions as sentence-transformers, made by itself, and no torch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot import app
from bot.core.errors import Exit, ModelError
from bot.faq.decision import decide
from bot.search.embedder import BUNDLED_MODEL, BUNDLED_REVISION, check_bundled, open_embedder
from bot.search.export import LARGEST_DIFFERENCE, SAMPLES
from bot.search.exported import GRAPH, MANIFEST, TOKENIZER, WEIGHTS, ExportedEmbedder, exports_of, folder_of
from bot.search.models import look_at_model, open_model, run_export
from support.packs import write_small_bot
from support.terminal import ROOT, environment, lantern, told

QUESTIONS = [json.loads(line)["q"] for line in (ROOT / "data/eval/questions.jsonl").read_text("utf-8").splitlines()]
PARTS = (GRAPH, WEIGHTS, TOKENIZER)


@pytest.fixture(scope="module")
def original():
    """The same model in sentence-transformers."""
    return open_embedder(BUNDLED_MODEL)


@pytest.fixture(scope="module")
def kept(real_embedder) -> Path:
    """The folder of the shipped model's export."""
    return folder_of(Path(os.environ["LANTERN_EXPORTS"]), BUNDLED_MODEL, real_embedder.revision)


@pytest.fixture
def own_model(tmp_path) -> Path:
    """A copy of the model, as a folder of one's own."""
    return Path(shutil.copytree(check_bundled(), tmp_path / "own", ignore=shutil.ignore_patterns("*.py", "__py*")))


@pytest.fixture
def exports(tmp_path, kept) -> Path:
    """A folder of one's own with the shipped model's export in it."""
    shutil.copytree(kept, tmp_path / "exports" / kept.name)
    return tmp_path / "exports"


class TestTheSame:
    """What serves is the model, in another runtime."""

    def test_every_vector_of_a_thousand_texts_is_the_models_own(self, original, real_embedder, content):
        wordings = [text for entry in content.pack.entries for text in entry.texts]
        texts = [*QUESTIONS, *wordings[:: len(wordings) // 100], *SAMPLES][:1000]
        theirs = original.model.encode(texts, show_progress_bar=False)

        assert len(texts) == 1000
        assert isinstance(real_embedder, ExportedEmbedder)
        assert np.abs(real_embedder.embed(texts) - theirs).max() <= LARGEST_DIFFERENCE
        assert (original.model_id, original.revision) == (real_embedder.model_id, real_embedder.revision)

    async def test_every_decision_on_our_questions_is_the_same(self, original, real_embedder, start_lantern):
        async with start_lantern() as running:
            reader = running.search._pack.reader
            served, theirs = (
                [(found.kind, found.entry, found.candidates and found.candidates[0].entry_id)
                 for found in map(decide, reader.evidence_of_all(QUESTIONS, embedder.embed(QUESTIONS)))]
                for embedder in (real_embedder, original)
            )  # fmt: skip

        assert theirs == served
        assert len({kind for kind, _, _ in served}) == 3


class TestMadeByItself:
    """Nobody needs to know that there is an export."""

    def test_the_first_start_exports_the_model_and_the_next_finds_it(self, tmp_path, own_model):
        steps = []
        first = open_model(str(own_model), tmp_path / "new", lambda *step: steps.append(step))
        made = list(steps)
        again = open_model(str(own_model), tmp_path / "new", lambda *step: steps.append(step))

        assert isinstance(first, ExportedEmbedder)
        assert isinstance(again, ExportedEmbedder)
        assert (4, 4) == made[-1]
        assert made == steps
        assert [folder_of(tmp_path / "new", str(own_model), first.revision)] == list((tmp_path / "new").iterdir())

    def test_a_changed_model_is_exported_again(self, tmp_path, own_model):
        first = open_model(str(own_model), tmp_path / "new", app.no_progress)
        config = json.loads((own_model / "config.json").read_text())
        (own_model / "config.json").write_text(json.dumps({**config, "note": "trained again"}))
        changed = open_model(str(own_model), tmp_path / "new", app.no_progress)

        assert first.revision != changed.revision
        assert 2 == len(exports_of(tmp_path / "new", str(own_model)))

    def test_a_model_that_went_away_is_served_from_its_export(self, tmp_path, own_model):
        first = open_model(str(own_model), tmp_path / "new", app.no_progress)
        shutil.rmtree(own_model)
        again = open_model(str(own_model), tmp_path / "new", app.no_progress)

        assert first.revision == again.revision
        assert look_at_model(str(own_model), tmp_path / "new").is_fine

    @pytest.mark.parametrize("part", [*PARTS, MANIFEST])
    def test_a_damaged_export_is_noticed_and_made_anew(self, exports, part, caplog):
        (folder,) = exports.iterdir()
        whole = (folder / part).read_bytes()
        (folder / part).write_bytes(whole[: len(whole) // 2])
        before = look_at_model(BUNDLED_MODEL, exports)
        embedder = open_model(BUNDLED_MODEL, exports, app.no_progress)

        assert not before.is_fine
        assert "lantern model export" in before.text
        assert isinstance(embedder, ExportedEmbedder)
        assert "made anew" in caplog.text
        assert look_at_model(BUNDLED_MODEL, exports).is_fine

    def test_where_nothing_can_be_written_the_model_itself_serves_and_the_log_says_so(self, tmp_path, caplog):
        (tmp_path / "a file").write_text("in the way")
        embedder = open_model(BUNDLED_MODEL, tmp_path / "a file" / "models", app.no_progress)

        assert not isinstance(embedder, ExportedEmbedder)
        assert "served by sentence-transformers" in caplog.text
        assert "cannot be written" in caplog.text

    def test_an_export_that_was_cut_off_leaves_nothing_that_looks_whole(self, tmp_path, own_model):
        def cut_off(done, _of):
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run_export(str(own_model), tmp_path / "new", cut_off)

        assert not exports_of(tmp_path / "new", str(own_model))


SERVE_WITHOUT_TORCH = """
import asyncio, sys
sys.modules["sentence_transformers"] = None  # as where it is not installed
from bot import app
from bot.settings import Settings
settings = Settings(_env_file=None)
async def ask():
    async with app.lantern(app.load_content(settings), settings.database, settings.database, app.model_opener(settings)) as it:
        from bot.cogs.client import LanternClient
        LanternClient(it)
        print((await it.asking.ask(1, "will anybody help me with a visa")).decision.kind)
asyncio.run(ask())
heavy = {"torch", "transformers", "onnx", "onnxscript", "scipy", "sklearn", "rustworkx", "matplotlib"}
print(sorted(heavy & set(sys.modules)))
"""


class TestWithoutTorch:
    """What serves needs neither torch nor anything else that is heavy."""

    def test_nothing_heavy_is_loaded_while_serving(self, tmp_path):
        """At a start that finds its FAQ embedded and calibrated, as any but the first."""
        settings = write_small_bot(tmp_path)
        lantern(tmp_path, "ask", "hello", **settings)
        done = subprocess.run(
            [sys.executable, "-c", SERVE_WITHOUT_TORCH],
            cwd=tmp_path, env=environment(tmp_path, **settings), capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert "[]" == done.stdout.splitlines()[-1], done.stdout + done.stderr

    def test_without_an_export_and_without_what_makes_one_a_sentence_says_what_to_install(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "sentence_transformers", None)
        with pytest.raises(ModelError, match=r"lantern-bot\[model\]") as caught:
            open_model(BUNDLED_MODEL, tmp_path, app.no_progress)

        assert Exit.CONFIGURATION == caught.value.exit_code


class TestTheCommands:
    """`lantern model export` and `status`."""

    def test_status_tells_what_is_there(self, tmp_path, exports):
        fine = lantern(tmp_path, "model", "status", "--json", exports=exports)
        shutil.rmtree(exports)
        none = lantern(tmp_path, "model", "status", exports=exports)

        assert (Exit.OK, True) == (fine.returncode, json.loads(fine.stdout)["is_fine"])
        assert BUNDLED_REVISION in json.loads(fine.stdout)["text"]
        assert Exit.PROBLEMS == none.returncode
        assert "lantern model export" in none.stdout

    def test_export_writes_where_it_is_told_to(self, tmp_path):
        done = lantern(tmp_path, "model", "export", "--to", tmp_path / "here", "--json")

        assert Exit.OK == done.returncode, done.stderr
        assert folder_of(tmp_path / "here", BUNDLED_MODEL, BUNDLED_REVISION) == Path(json.loads(done.stdout)["folder"])
        assert {*PARTS, MANIFEST} == {path.name for path in Path(json.loads(done.stdout)["folder"]).iterdir()}

    def test_a_model_that_is_none_is_named(self, tmp_path):
        result = lantern(tmp_path, "model", "export", model=tmp_path)

        assert Exit.CONFIGURATION == result.returncode
        assert "neither modules.json nor config.json" in told(result)
