"""Which runtime a model is served by: its export, made at the first start, else sentence-transformers."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import ModelError
from bot.search.embedder import open_embedder, revision_of
from bot.search.exported import check_export, exports_of, folder_of, open_exported

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Embedder
    from bot.search.exported import ExportedEmbedder

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "Install what opens it: pip install 'lantern-bot[model]' (or deploy/setup.sh run)"

log = logging.getLogger(__name__)


def open_model(model: str, exports: Path, report: Callable[[int, int], None]) -> Embedder:
    """Open the export of a model under `exports`, made first where there is none; `report(done, of)` counts its steps.

    Where that cannot be, sentence-transformers opens the model itself, and the log says why.
    Raises ModelError where neither can.
    """
    try:
        revision = revision_of(model)
    except ModelError:  # a hub that does not answer, a folder that is not here
        known = exports_of(exports, model)
        if not known:
            raise
        return open_exported(known[0], model)
    try:
        return _open_export(model, revision, exports, report)
    except ModelError as error:
        if not can_open_models():
            raise
        log.warning("The model is served by sentence-transformers, which takes more time and memory: %s", error)
        return open_embedder(model)


@dataclass(frozen=True, slots=True)
class ModelState:
    """What there is to serve, and what to do where it is not fine."""

    is_fine: bool
    text: str
    folder: str | None = None


def look_at_model(model: str, exports: Path) -> ModelState:
    """Look at the export of a model; changes nothing.

    Raises ModelError for a model that cannot be found and was not exported.
    """
    try:
        revision: str | None = revision_of(model)
        folders = [folder_of(exports, model, str(revision))]
    except ModelError:
        revision, folders = None, exports_of(exports, model)
        if not folders:
            raise
    folder = folders[0]
    if not folder.exists():
        text = f"{model} is not exported yet; the first start does it, or: lantern model export"
        return ModelState(is_fine=False, text=text)
    try:
        manifest = check_export(folder, model, revision)
    except ModelError as error:
        return ModelState(is_fine=False, text=f"{error} The next start makes it anew, or: lantern model export")
    text = f"{manifest.model}@{manifest.revision} is exported and undamaged."
    return ModelState(is_fine=True, text=text, folder=str(folder))


def can_open_models() -> bool:
    """Tell whether sentence-transformers is installed, without loading it."""
    return importlib.util.find_spec("sentence_transformers") is not None


def run_export(model: str, exports: Path, report: Callable[[int, int], None]) -> Path:
    """Export a model in a process of its own, so that torch ends with it, and return the folder. Raises ModelError."""
    if not can_open_models():
        raise ModelError(f"sentence-transformers, which opens a model, is not installed. {INSTALL}.")
    command = [sys.executable, "-P", "-m", "bot.search.export", model, str(exports)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as child:
        said: dict[str, str] = {}
        for line in child.stdout or ():
            said = json.loads(line)
            if "of" in said:
                report(int(said["done"]), int(said["of"]))
    if "folder" not in said:
        ended = f"The export of {model!r} ended with {child.returncode} before it was done."
        raise ModelError(said.get("error", ended))
    return Path(said["folder"])


def _open_export(model: str, revision: str, exports: Path, report: Callable[[int, int], None]) -> ExportedEmbedder:
    folder = folder_of(exports, model, revision)
    if folder.exists():
        try:
            return open_exported(folder, model, revision)
        except ModelError as error:
            log.warning("The export of the model is made anew: %s", error)
    return open_exported(run_export(model, exports, report), model, revision)
