"""A model as it serves: its graph for onnxruntime and its tokenizer, exported from its own weights. Needs no torch."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from bot.core.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

GRAPH, WEIGHTS, TOKENIZER, MANIFEST = "graph.onnx", "graph.onnx.data", "tokenizer.json", "export.json"
FORMAT = 1
"""Raised when exports of an older Lantern can no longer be read; they are then made anew."""
BATCH_SIZE = 32
"""Texts in one pass: of 256 tokens each they take 80 MB for that moment."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export is of, and the sha256 of each of its files."""

    model: str
    revision: str
    files: Mapping[str, str]
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the manifest of an export. Raises ModelError where there is none that can be read."""
        try:
            return cls(**json.loads((folder / MANIFEST).read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"{folder} holds no export of a model ({error}). Make one: lantern model export"
            ) from error

    def write(self, folder: Path) -> None:
        """Write it beside the files it tells of."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


class ExportedEmbedder:
    """Implements the port Embedder with one thread of onnxruntime."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        import onnxruntime  # noqa: PLC0415 - not needed for --help
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it keeps what the largest batch ever took: 960 MB instead of 190
        self._session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self.model_id = manifest.model
        self.revision = manifest.revision

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of unit length per text, shape (len(texts), dimensions)."""
        # A batch takes as long as its longest text, so texts of one length go together.
        order = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        rows = [self._batch([texts[position] for position in some]) for some in _batches(order)]
        vectors = np.concatenate(rows)[np.argsort(order)]
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)

    def _batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(list(texts))
        features = {
            "input_ids": [each.ids for each in encoded],
            "attention_mask": [each.attention_mask for each in encoded],
            "token_type_ids": [each.type_ids for each in encoded],
        }
        fed: dict[str, Any] = {name: np.array(features[name], np.int64) for name in self._inputs}
        return np.asarray(self._session.run(None, fed)[0], np.float32)


def _batches(order: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(order), BATCH_SIZE):
        yield order[start : start + BATCH_SIZE]


def folder_of(exports: Path, model: str, revision: str) -> Path:
    """Return where the export of a model's revision belongs."""
    return exports / f"{re.sub('[^A-Za-z0-9._]+', '-', model).strip('-')}@{revision}"


def exports_of(exports: Path, model: str) -> list[Path]:
    """Return the folders of a model's exports, the newest first, whatever their state."""
    found = []
    for path in exports.glob(f"*/{MANIFEST}"):
        try:
            manifest = Manifest.read(path.parent)
        except ModelError:
            continue
        if manifest.model == model:
            found.append(path)
    return [path.parent for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]


def check_export(folder: Path, model: str, revision: str | None = None) -> Manifest:
    """Return the manifest of a whole and undamaged export; None stands for whatever revision it is of.

    Raises ModelError saying what is wrong with it.
    """
    manifest = Manifest.read(folder)
    if manifest.model != model or (revision is not None and manifest.revision != revision):
        raise ModelError(f"{folder} is of {manifest.model}@{manifest.revision}, not of {model}@{revision}.")
    if manifest.format != FORMAT:
        raise ModelError(f"{folder} was written by another Lantern (format {manifest.format}, not {FORMAT}).")
    for name, digest in manifest.files.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"{folder / name} cannot be read ({error.strerror}).") from error
        if found != digest:
            raise ModelError(f"{folder / name} is damaged (sha256 {found[:12]}..., expected {digest[:12]}...).")
    return manifest


def open_exported(folder: Path, model: str, revision: str | None = None) -> ExportedEmbedder:
    """Open an export after looking at every byte of it. Raises ModelError, as `check_export`."""
    manifest = check_export(folder, model, revision)
    try:
        embedder = ExportedEmbedder(folder, manifest)
        embedder.embed(["warm up"])
    except Exception as error:  # onnxruntime's errors share no class, and neither do those of tokenizers
        raise ModelError(f"{folder} cannot be opened ({str(error).splitlines()[0]}).") from error
    return embedder
