"""Embeddings, the index, its scores, the calibration, and autocomplete."""
