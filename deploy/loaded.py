"""The image's build: imports what Lantern loads of other packages, so that Python leaves the bytecode of just that."""

from __future__ import annotations

import importlib
import sys

AT_START = (
    "aiohttp.web",
    "cryptography.hazmat.primitives.ciphers.aead",
    "discord.ext",
    "dotenv",
    "numpy",
    "onnxruntime",
    "prometheus_client.exposition",
    "pydantic_settings",
    "rapidfuzz.distance",
    "rich.markdown",
    "rich.progress",
    "rustworkx",
    "snowballstemmer",
    "sqlite_utils.migrations",
    "tokenizers",
    "yaml",
)
NOW_AND_THEN = (
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "matplotlib.ticker",
    "scipy.optimize",
    "scipy.sparse.csgraph",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
)
"""For statistics, a round, a FAQ that changed: 25 MB of bytecode that spare a second or two are not worth it."""


def main() -> None:
    """Import it all; raises ImportError where what was left out of the image was needed after all."""
    for name in AT_START:
        importlib.import_module(name)
    sys.dont_write_bytecode = True
    for name in NOW_AND_THEN:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
