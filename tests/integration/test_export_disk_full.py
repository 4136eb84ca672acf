"""There is no room for an export: the model itself serves, and no half export is taken for a whole one."""

from __future__ import annotations

from bot import app
from bot.search.embedder import BUNDLED_MODEL
from bot.search.exported import ExportedEmbedder, exports_of
from bot.search.models import open_model
from support.small_disk import small_disk


def test_a_disk_that_fills_up_half_way_leaves_no_half_export(tmp_path, caplog):
    """The weights alone are larger than the disk."""
    with small_disk(tmp_path / "disk") as disk:
        embedder = open_model(BUNDLED_MODEL, disk / "models", app.no_progress)
        exports = exports_of(disk / "models", BUNDLED_MODEL)
        left = sum(path.stat().st_size for path in disk.rglob("*"))

    assert not isinstance(embedder, ExportedEmbedder)
    assert "served by sentence-transformers" in caplog.text
    assert not exports
    assert left < 1_000_000, "what was begun is taken away again"
