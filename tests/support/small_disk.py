"""A real disk of a few megabytes, that can be filled."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress

import pytest

MEGABYTES = 16
FILLER = "filler"


@contextmanager
def small_disk(folder):
    """Mount a file system of MEGABYTES in a folder; skip the test where nobody may."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(disk):
    """Leave not one byte free on a disk."""
    filler = os.open(disk / FILLER, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(filler, bytes(4096)):
            pass
    os.close(filler)
    try:
        yield
    finally:
        (disk / FILLER).unlink()
