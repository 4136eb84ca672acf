"""The search's scores once more, slowly and in plain Python, from their definitions."""

from __future__ import annotations

import math

import numpy as np

from bot.search.index import build_index, document_of, text_hash, texts_to_embed
from bot.search.tokens import words_of


def embedded(embedder, entries):
    """Return vectors by hash for an index of `entries`."""
    texts = list(dict.fromkeys(texts_to_embed(entries)))
    return {text_hash(text): vector for text, vector in zip(texts, embedder.embed(texts), strict=True)}


def indexed(embedder, entries):
    """Return an index of `entries`."""
    return build_index(entries, embedded(embedder, entries))


def slow_bm25(documents, words, k1=1.2, b=0.75):
    """Return each document's BM25 over that of one that holds every word endlessly often."""
    bags = [words_of(document) for document in documents]
    mean = sum(map(len, bags)) / len(bags)
    scores, ideal = [0.0] * len(bags), 0.0
    for word in set(words):
        held_by = sum(word in bag for bag in bags)
        idf = math.log(1 + (len(bags) - held_by + 0.5) / (held_by + 0.5))
        ideal += idf * (k1 + 1)
        for position, bag in enumerate(bags):
            times = bag.count(word)
            scores[position] += idf * times * (k1 + 1) / (times + k1 * (1 - b + b * len(bag) / mean)) if times else 0
    return [score / ideal if ideal else 0.0 for score in scores]


def slow_scores(entries, vectors, question, words):
    """Return each entry's fused score, entry by entry and phrasing by phrasing."""
    lexical = slow_bm25([document_of(entry) for entry in entries], words)
    scores = []
    for entry, words_met in zip(entries, lexical, strict=True):
        rows = [vectors[text_hash(text)].astype(float) for text in entry.texts]
        centroid = sum(rows) / math.sqrt(float(sum(rows) @ sum(rows)))
        best = max(float(row @ question) for row in rows)
        document = float(vectors[text_hash(document_of(entry))].astype(float) @ question)
        scores.append(0.35 * best + 0.35 * float(centroid @ question) + 0.3 * document + 0.5 * words_met)
    return np.array(scores)
