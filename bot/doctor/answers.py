"""Findings on what answers: the model, its export, the calibration, and what people wrote into data/ and prompts/."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import app
from bot.content.helplines import load_helplines
from bot.core.errors import LanternError, ModelError
from bot.core.helplines import FRESH_DAYS
from bot.doctor.findings import Area, Finding, Level, failure, looked_at
from bot.search.calibration import fingerprint_of
from bot.search.embedder import BUNDLED_MODEL, check_bundled, revision_of
from bot.search.exported import check_export, exports_of, folder_of
from bot.search.models import INSTALL, can_open_models
from bot.storage.search import models_calibrated_for, models_with_vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.helplines import Helplines
    from bot.core.models import Pack
    from bot.settings import Settings

ANSWERS = Area.ANSWERS


def read_content(settings: Settings) -> app.Content | LanternError:
    """Return what people wrote, or what is wrong with it."""
    try:
        return app.load_content(settings)
    except LanternError as error:
        return error


def of_answers(settings: Settings, content: app.Content | LanternError) -> Iterator[Finding]:
    """Yield every finding on what answers."""
    try:
        revision = revision_at_hand(settings.model)
    except ModelError as error:
        yield failure(ANSWERS, "model", error)
    else:
        yield from looked_at(ANSWERS, "model", partial(model, settings.model, revision))
        yield export(settings, revision)
        if not isinstance(content, LanternError):
            yield from looked_at(ANSWERS, "calibration", partial(calibration, settings, revision, content.pack))
    if isinstance(content, LanternError):
        yield failure(ANSWERS, "content", content)
    else:
        text = f"{len(content.pack.entries)} entries; every sentence in prompts/{settings.locale}.yaml is there."
        yield Finding(ANSWERS, "content", Level.OK, text)
    yield from looked_at(ANSWERS, "helplines", partial(helplines, settings))


def revision_at_hand(name: str) -> str | None:
    """Return the revision of a model that is on this machine, None for one that would be fetched. Raises ModelError."""
    return revision_of(name) if name == BUNDLED_MODEL or Path(name).is_dir() else None


def model(name: str, revision: str | None) -> Iterator[Finding]:
    """Tell whether the model itself is there and undamaged; one that a hub keeps is not asked for."""
    if not can_open_models():
        text = f"What opens {name} itself is not installed; its export serves without."
    elif name == BUNDLED_MODEL:
        check_bundled()
        text = f"{name} is installed, and its weights have their hash."
    elif revision is not None:
        text = f"LANTERN_MODEL is the folder {name}, revision {revision}."
    else:
        text = f"LANTERN_MODEL is {name}, which is looked up where models are kept when Lantern starts."
    yield Finding(ANSWERS, "model", Level.OK, text)


def export(settings: Settings, revision: str | None) -> Finding:
    """Tell whether what serves is there, undamaged, and of this model."""
    name, exports = settings.model, settings.export_folder
    folders = exports_of(exports, name) if revision is None else [folder_of(exports, name, revision)]
    if not folders or not folders[0].exists():
        if can_open_models():
            return Finding(ANSWERS, "export", Level.OK, f"{name} is not exported yet; the first start does it.")
        text = f"There is no export of {name} in {exports}, and nothing that could make one."
        return Finding(ANSWERS, "export", Level.WRONG, text, f"{INSTALL}.")
    try:
        manifest = check_export(folders[0], name, revision)
    except ModelError as error:
        if can_open_models():
            mend = "The next start makes it anew, or: lantern model export"
            return Finding(ANSWERS, "export", Level.WARNING, str(error), mend)
        return Finding(ANSWERS, "export", Level.WRONG, str(error), f"{INSTALL}.")
    text = f"{manifest.model}@{manifest.revision} is exported and undamaged."
    return Finding(ANSWERS, "export", Level.OK, text)


def helplines(settings: Settings) -> Iterator[Finding]:
    """Tell how old the helplines are."""
    yield age_of(load_helplines(settings.data), datetime.now(UTC).date())


def age_of(read: Helplines, today: date) -> Finding:
    """Return how old helplines are. Old ones are still better than none, so that is no fault, only said."""
    seen = sum(country.is_seen for country in read.countries.values())
    counted = f"{len(read.countries)} countries, {seen} of them seen on a page"
    if read.is_stale(today):
        text = f"Gone through on {read.checked_on}, more than {FRESH_DAYS} days ago; {counted}."
        mend = "Look up each number at its source, correct data/helplines.yaml, and set checked_on."
        return Finding(ANSWERS, "helplines", Level.WARNING, text, mend)
    return Finding(ANSWERS, "helplines", Level.OK, f"{counted}; gone through on {read.checked_on}.")


def calibration(settings: Settings, revision: str | None, pack: Pack) -> Iterator[Finding]:
    """Tell whether the stored calibration is of this model and this FAQ. Raises StorageError."""

    def has_ours(models: Iterable[str]) -> bool:
        parted = [each.rpartition("@") for each in models]
        return any(name == settings.model and revision in {None, known} for name, _, known in parted)

    if has_ours(models_calibrated_for(settings.database, fingerprint_of(pack.entries, pack.off_topic))):
        text = f"Fits {settings.model} and the FAQ of {len(pack.entries)} entries; servers' own are looked at in use."
    elif has_ours(models_with_vectors(settings.database)):
        text = "The FAQ has changed since it was calibrated; the next start reads what is new and calibrates anew."
    else:
        text = "There is none for this model; the next start reads the whole FAQ, a minute or two on two cores."
    yield Finding(ANSWERS, "calibration", Level.OK, text)
