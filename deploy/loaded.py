"""The image's build: imports what Lantern does of other packages, so that Python leaves the bytecode of just that."""

from __future__ import annotations

import importlib

LOADED = (
    "aiohttp.web",
    "cryptography.hazmat.primitives.ciphers.aead",
    "discord.ext",
    "dotenv",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "numpy",
    "onnxruntime",
    "prometheus_client.exposition",
    "pydantic_settings",
    "rapidfuzz.distance",
    "rich.markdown",
    "rich.progress",
    "rustworkx",
    "scipy.optimize",
    "scipy.sparse.csgraph",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "snowballstemmer",
    "sqlite_utils.migrations",
    "tokenizers",
    "yaml",
)


def main() -> None:
    """Import them; raises ImportError where what was left out of the image was needed after all."""
    for name in LOADED:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
