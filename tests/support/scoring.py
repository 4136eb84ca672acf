"""The search's views and scores once more, slowly and from their definitions; and FAQs to compute them of."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from hypothesis import strategies as st

from bot.search.discriminant import PRIOR
from bot.search.index import build_index, document_of, text_hash, texts_to_embed
from bot.search.tokens import terms_of
from support.parts import make_entry

VOCABULARY = ["visa", "letter", "letters", "phd", "money", "reviewed", "reviews", "my"]
"""Two of them share a stem with another."""
wordings = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=5).map(" ".join)
faqs = st.lists(st.tuples(wordings, st.lists(wordings, max_size=4), wordings), min_size=1, max_size=6).map(
    lambda rows: tuple(
        make_entry(f"entry-{number}", question, *phrasings, answer=answer)
        for number, (question, phrasings, answer) in enumerate(rows)
    )
)
seeds = st.integers(0, 2**32 - 1)


def unit_rows(random, count, dimensions):
    """Return vectors of unit length in directions drawn at random, shape (count, dimensions)."""
    drawn = random.normal(size=(count, dimensions)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def with_random_vectors(entries, seed, dimensions=5):
    """Return vectors by hash for an index of `entries`, and one of a question: directions drawn at random."""
    hashes = sorted({text_hash(text) for text in texts_to_embed(entries)})
    *rows, question = unit_rows(np.random.default_rng(seed), len(hashes) + 1, dimensions)
    return dict(zip(hashes, rows, strict=True)), question


def embedded(embedder, entries):
    """Return vectors by hash for an index of `entries`."""
    texts = list(dict.fromkeys(texts_to_embed(entries)))
    return {text_hash(text): vector for text, vector in zip(texts, embedder.embed(texts), strict=True)}


def indexed(embedder, entries):
    """Return an index of `entries`."""
    return build_index(entries, embedded(embedder, entries))


def without_phrasing(entries, owner, number):
    """Return the entries as if the one at `owner` had never had its phrasing `number`, which counts from 0."""
    kept = [phrasing for place, phrasing in enumerate(entries[owner].phrasings) if place != number]
    poorer = dataclasses.replace(entries[owner], phrasings=tuple(kept))
    return (*entries[:owner], poorer, *entries[owner + 1 :])


def terms_in(parts):
    """Return the terms of a document in parts: those of each part."""
    return [term for part in parts for term in terms_of(part)]


def slow_bm25(documents, terms, k1=1.2, b=0.75):
    """Return the BM25 of each document in parts over that of one that holds every term endlessly often.

    Documents are at least a term long in the mean, whatever they hold.
    """
    bags = [terms_in(parts) for parts in documents]
    mean = max(sum(map(len, bags)) / len(bags), 1)
    scores, ideal = [0.0] * len(bags), 0.0
    for term in set(terms):
        held_by = sum(term in bag for bag in bags)
        idf = math.log(1 + (len(bags) - held_by + 0.5) / (held_by + 0.5))
        ideal += idf * (k1 + 1)
        for position, bag in enumerate(bags):
            times = bag.count(term)
            scores[position] += idf * times * (k1 + 1) / (times + k1 * (1 - b + b * len(bag) / mean)) if times else 0
    return [score / ideal if ideal else 0.0 for score in scores]


def slow_discriminant(groups, question):
    """Return the question's cosine with the mean of each group of rows, in the metric of all groups' scatter."""
    groups = [np.array(rows, float) for rows in groups]
    means = [sum(rows) / len(rows) for rows in groups]
    scatter = PRIOR * np.eye(len(question))
    for rows, mean in zip(groups, means, strict=True):
        for row in rows:
            scatter += np.outer(row - mean, row - mean)
    metric = np.linalg.inv(scatter)
    return [
        float(mean @ metric @ question) / math.sqrt((mean @ metric @ mean) * (question @ metric @ question))
        for mean in means
    ]


def slow_views(entries, vectors, question, terms):
    """Return what each view says of each entry, one list per view, entry by entry and phrasing by phrasing."""
    question = question.astype(float)
    groups = [[vectors[text_hash(text)].astype(float) for text in entry.texts] for entry in entries]
    return [
        [max(float(row @ question) for row in rows) for rows in groups],
        slow_discriminant(groups, question),
        [float(vectors[text_hash(document_of(entry))].astype(float) @ question) for entry in entries],
        slow_bm25([[*entry.texts, entry.answer] for entry in entries], terms),
    ]


def slow_scores(entries, vectors, question, terms, weights):
    """Return each entry's fused score: the weighted mean of what the views say."""
    views = slow_views(entries, vectors, question, terms)
    return [
        sum(weight * view[position] for weight, view in zip(weights, views, strict=True)) / sum(weights)
        for position in range(len(entries))
    ]
