"""What the search need not compute twice: vectors and calibrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlite_utils

    from bot.storage.database import Database

_CHUNK = 500
"""Hashes per statement; SQLite takes 32,766 variables, older ones 999."""


class SearchStore:
    """Implements the ports VectorStore and CalibrationStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, model_id: str, revision: str, hashes: Sequence[str]) -> Mapping[str, bytes]:
        """Return float32 bytes for those of `hashes` that are stored."""
        return await self._database.run(_load, model_id, revision, hashes)

    async def save(self, model_id: str, revision: str, vectors: Mapping[str, bytes]) -> None:
        """Store float32 bytes by hash."""
        rows = [
            {"model": model_id, "revision": revision, "hash": key, "vector": vector} for key, vector in vectors.items()
        ]
        await self._database.run(lambda db: db.table("vectors").insert_all(rows, replace=True))

    async def load_calibration(self, model_id: str, fingerprint: str) -> str | None:
        """Return the JSON saved for this model and data, if any."""
        sql = "SELECT calibration FROM calibrations WHERE model = ? AND fingerprint = ?"
        row = await self._database.run(lambda db: db.execute(sql, [model_id, fingerprint]).fetchone())
        return row[0] if row else None

    async def save_calibration(self, model_id: str, fingerprint: str, calibration: str) -> None:
        """Keep a calibration; those of this model for older data are dropped."""

        def job(db: sqlite_utils.Database) -> None:
            db.table("calibrations").delete_where("model = ?", [model_id])
            db.table("calibrations").insert({"model": model_id, "fingerprint": fingerprint, "calibration": calibration})

        await self._database.run(job)


def _load(db: sqlite_utils.Database, model_id: str, revision: str, hashes: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(hashes), _CHUNK):
        some = hashes[start : start + _CHUNK]
        places = ", ".join("?" * len(some))
        sql = f"SELECT hash, vector FROM vectors WHERE model = ? AND revision = ? AND hash IN ({places})"  # noqa: S608
        found.update(db.execute(sql, [model_id, revision, *some]).fetchall())
    return found
