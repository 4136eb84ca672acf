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
from bot.storage.search import models_calibrated_for, vectors_of_models

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    yield from looked_at(ANSWERS, "model", partial(model, settings))
    yield from looked_at(ANSWERS, "export", partial(export, settings))
    if isinstance(content, LanternError):
        yield failure(ANSWERS, "content", content)
    else:
        text = f"{len(content.pack.entries)} entries; every sentence in prompts/{settings.locale}.yaml is there."
        yield Finding(ANSWERS, "content", Level.OK, text)
        yield from looked_at(ANSWERS, "calibration", partial(calibration, settings, content.pack))
    yield from looked_at(ANSWERS, "helplines", partial(helplines, settings))


def model(settings: Settings) -> Iterator[Finding]:
    """Tell whether the model itself is there and undamaged; one that a hub keeps is not asked for."""
    if not can_open_models():
        text = f"What opens {settings.model} itself is not installed; its export serves without."
        yield Finding(ANSWERS, "model", Level.OK, text)
    elif settings.model == BUNDLED_MODEL:
        check_bundled()
        yield Finding(ANSWERS, "model", Level.OK, f"{BUNDLED_MODEL} is installed, and its weights have their hash.")
    elif (revision := revision_at_hand(settings)) is not None:
        yield Finding(ANSWERS, "model", Level.OK, f"LANTERN_MODEL is the folder {settings.model}, revision {revision}.")
    else:
        text = f"LANTERN_MODEL is {settings.model}, which is looked up where models are kept when Lantern starts."
        yield Finding(ANSWERS, "model", Level.OK, text)


def export(settings: Settings) -> Iterator[Finding]:
    """Tell whether what serves is there, undamaged, and of this model."""
    folder = export_of(settings)
    try:
        if folder is not None:
            manifest = check_export(folder, settings.model, revision_at_hand(settings))
            text = f"{manifest.model}@{manifest.revision} is exported and undamaged."
            yield Finding(ANSWERS, "export", Level.OK, text)
            return
    except ModelError as error:
        made_anew = "The next start makes it anew, or: lantern model export"
        yield (
            Finding(ANSWERS, "export", Level.WARNING, str(error), made_anew)
            if can_open_models()
            else Finding(ANSWERS, "export", Level.WRONG, str(error), f"{INSTALL}.")
        )
        return
    if can_open_models():
        text = f"{settings.model} is not exported yet; the first start does it."
        yield Finding(ANSWERS, "export", Level.OK, text)
    else:
        text = f"There is no export of {settings.model} in {settings.export_folder}, and nothing that could make one."
        yield Finding(ANSWERS, "export", Level.WRONG, text, f"{INSTALL}.")


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


def calibration(settings: Settings, pack: Pack) -> Iterator[Finding]:
    """Tell whether the stored calibration is of this model and this FAQ."""
    ours = partial(is_ours, settings)
    calibrated = models_calibrated_for(settings.database, fingerprint_of(pack.entries, pack.off_topic))
    if any(map(ours, calibrated)):
        text = f"Fits {settings.model} and the FAQ of {len(pack.entries)} entries; servers' own are looked at in use."
        yield Finding(ANSWERS, "calibration", Level.OK, text)
        return
    if any(map(ours, vectors_of_models(settings.database))):
        text = "The FAQ has changed since it was calibrated; the next start reads what is new and calibrates anew."
    else:
        text = "There is none for this model; the next start reads the whole FAQ, a minute or two on two cores."
    yield Finding(ANSWERS, "calibration", Level.OK, text)


def revision_at_hand(settings: Settings) -> str | None:
    """Return the revision of a model that is on this machine, None for one that would be fetched."""
    is_here = settings.model == BUNDLED_MODEL or Path(settings.model).is_dir()
    return revision_of(settings.model) if is_here else None


def export_of(settings: Settings) -> Path | None:
    """Return the folder of the export that a start would open, None where there is none."""
    revision = revision_at_hand(settings)
    if revision is None:
        return next(iter(exports_of(settings.export_folder, settings.model)), None)
    folder = folder_of(settings.export_folder, settings.model, revision)
    return folder if folder.exists() else None


def is_ours(settings: Settings, model: str) -> bool:
    """Tell whether a `model id@revision` is the model of the settings, at the revision that is here."""
    model_id, _, revision = model.rpartition("@")
    return model_id == settings.model and revision_at_hand(settings) in {None, revision}
