"""What the search need not compute twice: vectors and calibrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage.database import rows_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import sqlite_utils

    from bot.storage.database import Database

KEPT = 100
"""Calibrations per model: the pack's and those of servers that edit, about 10 kB each."""
_CHUNK = 500
"""Hashes per statement; SQLite takes 32,766 variables, older ones 999."""


class SearchStore:
    """Implements the ports VectorStore and CalibrationStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, model_id: str, revision: str, hashes: Sequence[str]) -> Mapping[str, bytes]:
        """Return float32 bytes for those of `hashes` that are stored."""
        found: dict[str, bytes] = {}
        for start in range(0, len(hashes), _CHUNK):
            some = hashes[start : start + _CHUNK]
            places = ", ".join("?" * len(some))
            where = f"model = ? AND revision = ? AND hash IN ({places})"
            sql = f"SELECT hash, vector FROM vectors WHERE {where}"  # noqa: S608 - only question marks
            found.update(await self._database.read(sql, [model_id, revision, *some]))
        return found

    async def save(self, model_id: str, revision: str, vectors: Mapping[str, bytes]) -> None:
        """Store float32 bytes by hash."""
        common = {"model": model_id, "revision": revision}
        rows = [{**common, "hash": key, "vector": vector} for key, vector in vectors.items()]
        await self._database.run(lambda db: db.table("vectors").insert_all(rows, replace=True))

    async def load_calibration(self, model_id: str, fingerprint: str) -> str | None:
        """Return the JSON saved for this model and data, if any."""
        sql = "SELECT calibration FROM calibrations WHERE model = ? AND fingerprint = ?"
        rows = await self._database.read(sql, [model_id, fingerprint])
        return rows[0][0] if rows else None

    async def save_calibration(self, model_id: str, fingerprint: str, calibration: str) -> None:
        """Keep a calibration; of those of this model the latest KEPT stay."""
        row = {"model": model_id, "fingerprint": fingerprint, "calibration": calibration}
        latest = "SELECT rowid FROM calibrations WHERE model = ? ORDER BY rowid DESC LIMIT ?"

        def job(db: sqlite_utils.Database) -> None:
            db.table("calibrations").insert(row, replace=True)
            db.table("calibrations").delete_where(f"model = ? AND rowid NOT IN ({latest})", [model_id, model_id, KEPT])

        await self._database.run(job)


def models_calibrated_for(path: Path, fingerprint: str) -> frozenset[str]:
    """Return the models, `model id@revision`, that a calibration of this data is stored for in the file at `path`.

    Changes nothing. Raises StorageError.
    """
    sql = "SELECT model FROM calibrations WHERE fingerprint = ?"
    return frozenset(model for (model,) in rows_in(path, "calibrations", sql, [fingerprint]))


def models_with_vectors(path: Path) -> frozenset[str]:
    """Return the models, `model id@revision`, that there are vectors by in the file at `path`.

    Changes nothing. Raises StorageError.
    """
    sql = "SELECT DISTINCT model || '@' || revision FROM vectors"
    return frozenset(model for (model,) in rows_in(path, "vectors", sql))
