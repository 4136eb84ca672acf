"""Writes a model's graph and tokenizer for serving, and shows that they give the model's own vectors.

`python -m bot.search.export MODEL FOLDER` does it in a process of its own, so that torch ends with it: each line it
prints is JSON, {"done", "of"} for each step, and {"folder"} or {"error"} at the end.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.core.errors import ModelError
from bot.search.embedder import SentenceEmbedder, open_embedder
from bot.search.exported import GRAPH, TOKENIZER, WEIGHTS, Manifest, check_export, folder_of, open_exported

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 4
LARGEST_DIFFERENCE = 1e-4
"""Between any two numbers of a vector of the model and of its export."""
SAMPLES = (
    "how do I get into a PhD without publications",
    "GHOSTED by a recruiter!!! what now???",
    "J'ai été refusée douze fois, que faire après ?",
    "Ich habe keine Empfehlungsschreiben bekommen: was nun?",
    "研究者になりたいのですが、論文がありません。",
    "Как найти научного руководителя?",
    "no",
    "",
    "🙂",
    "a\tb\nc   d",
    "rejected again " * 200,
)
"""What tokenizers differ on: case, accents, scripts, nothing at all, symbols, and more than a model reads."""


def export(model: str, exports: Path, report: Callable[[int, int], None]) -> Path:
    """Write the export of a model under `exports` and return its folder; `report(done, of)` counts steps.

    Raises ModelError where the model cannot be loaded or cannot be exported as it is.
    """
    report(0, STEPS)
    embedder = open_embedder(model)
    report(1, STEPS)
    target = folder_of(exports, model, embedder.revision)
    try:
        exports.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".being-made-", dir=exports) as made:
            folder = Path(made) / target.name
            folder.mkdir()
            _write(embedder, folder)
            report(2, STEPS)
            _compare(embedder, folder)
            report(3, STEPS)
            _put(folder, target)
    except OSError as error:
        raise ModelError(f"The export cannot be written to {exports} ({error.strerror}).") from error
    report(STEPS, STEPS)
    return target


def _write(embedder: SentenceEmbedder, folder: Path) -> None:
    """Write graph, weights, tokenizer and manifest of a model into a folder."""
    try:
        _write_tokenizer(embedder, folder / TOKENIZER)
        _write_graph(embedder, folder)
    except Exception as error:  # whatever torch, onnx or a model's own code raise
        raise ModelError(f"The model {embedder.model_id!r} cannot be exported ({_reason(error)}).") from error
    for name in (GRAPH, WEIGHTS, TOKENIZER):
        (folder / name).chmod(0o644)  # made by one user, served by another
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (GRAPH, WEIGHTS, TOKENIZER)}
    Manifest(embedder.model_id, embedder.revision, digests).write(folder)


def _write_graph(embedder: SentenceEmbedder, folder: Path) -> None:
    """Write all modules of the model, pooling and all, as one graph; its weights apart, so that they are mapped."""
    import onnx  # noqa: PLC0415 - with torch, in the process that exports
    import torch  # noqa: PLC0415

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = embedder.model

        def forward(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
            found: torch.Tensor = self.model(dict(features))["sentence_embedding"]
            return found

    features: dict[str, Any] = embedder.features(["two texts", "of a different length each"])
    tensors = {name: value for name, value in features.items() if isinstance(value, torch.Tensor)}
    # Not 1 of anything in the example, for the exporter takes a 1 for a size that never changes.
    sizes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):
        program = torch.onnx.export(
            Whole(),
            kwargs={"features": tensors},
            dynamo=True,
            verbose=False,
            input_names=list(tensors),
            output_names=["sentence_embedding"],
            dynamic_shapes={"features": dict.fromkeys(tensors, sizes)},
        )
    if program is None:
        raise ModelError("torch gave no graph")
    onnx.save_model(
        program.model_proto,
        folder / GRAPH,
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS,
    )


def _write_tokenizer(embedder: SentenceEmbedder, path: Path) -> None:
    """Write the tokenizer as it is used: cut at the model's length, padded to a batch's longest text."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    theirs = embedder.model.tokenizer
    tokenizer = Tokenizer.from_str(theirs.backend_tokenizer.to_str())
    tokenizer.enable_truncation(embedder.model.max_seq_length)
    tokenizer.enable_padding(
        direction=theirs.padding_side,
        pad_id=theirs.pad_token_id,
        pad_type_id=theirs.pad_token_type_id,
        pad_token=theirs.pad_token,
    )
    tokenizer.save(str(path))


def _compare(embedder: SentenceEmbedder, folder: Path) -> None:
    """Raise ModelError unless the export gives the vectors of the model itself."""
    exported = open_exported(folder, embedder.model_id, embedder.revision)
    difference = float(np.abs(exported.embed(SAMPLES) - embedder.embed(SAMPLES)).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ModelError(
            f"The export of {embedder.model_id!r} gives other vectors than the model (by up to {difference:.2g})."
        )


def _put(folder: Path, target: Path) -> None:
    """Put a whole export where it belongs; one that is sound there already, of another process, stays."""
    if target.exists():
        try:
            found = Manifest.read(folder)
            check_export(target, found.model, found.revision)
        except ModelError:
            shutil.rmtree(target)
        else:
            return
    folder.rename(target)


def _reason(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def main() -> None:
    """Export the model named first on the command line into the folder named second."""
    model, folder = sys.argv[1:]
    out = sys.stdout

    def say(**row: object) -> None:
        print(json.dumps(row), file=out, flush=True)

    try:
        with redirect_stdout(sys.stderr):  # exporters print
            made = export(model, Path(folder), lambda done, of: say(done=done, of=of))
    except ModelError as error:
        say(error=str(error))
    else:
        say(folder=str(made))


if __name__ == "__main__":
    main()
