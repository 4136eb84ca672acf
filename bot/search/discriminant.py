"""Nearness to an entry as a whole, in the metric in which the phrasings of one entry lie close together.

Directions in which phrasings of one entry differ anyway (tired or formal, terse or long) count less than those
that tell entries apart: within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006). It is made
from the FAQ's own phrasings in closed form, so an edit costs milliseconds and nothing is trained or shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

PRIOR = 3.0
"""Weight of the plain metric, as so much scatter in each dimension. From .3 to 30 recall@1 changed by less than .01
on every set tried; few phrasings leave the plain cosine, many leave the FAQ's own metric."""

BLOCK = 1024
"""Rows that are looked at together: 3 MB in double precision."""


@dataclass(frozen=True, slots=True)
class Discriminant:
    """The FAQ's metric; a dot product of two projected unit vectors is a cosine in it."""

    projection: NDArray[np.float32]
    """Shape (d, d)."""
    centres: NDArray[np.float32]
    """Shape (E, d): the mean of each entry's phrasings, projected, of unit length."""

    @classmethod
    def of(cls, phrasings: NDArray[np.float32], owners: NDArray[np.intp]) -> Discriminant:
        """Make it from phrasings, shape (P, d), and the position of the entry that each belongs to, shape (P,)."""
        metric, means = _metric_and_means(phrasings, owners)
        projection = np.linalg.cholesky(metric)
        centres = means @ projection
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
        return cls(projection.astype(np.float32), centres.astype(np.float32))

    def cosines(self, question: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosines of a question, shape (d,), with every entry, shape (E,); of n, shape (n, d), (n, E)."""
        projected = question @ self.projection
        lengths = np.maximum(np.linalg.norm(projected, axis=-1, keepdims=True), 1e-12)
        return np.asarray(projected @ self.centres.T / lengths, np.float32)


def left_out_cosines(
    phrasings: NDArray[np.float32], owners: NDArray[np.intp], blocks: Iterable[NDArray[np.intp]]
) -> Iterator[NDArray[np.float32]]:
    """Yield for each block of rows the phrasings' cosines with every entry, shape (rows, E).

    Each is what it would be had that phrasing never been in the FAQ.

    Leaving a phrasing x of n out takes n / (n - 1) r r' from the scatter, where r is x less its entry's mean, so the
    inverse follows from Sherman and Morrison (1950) without another inversion. The only phrasing of its entry is
    left in: an entry without phrasings is none.
    """
    vectors = phrasings.astype(np.float64)
    metric, means = _metric_and_means(phrasings, owners)
    counts = np.bincount(owners)
    seen_means = means @ metric
    between = seen_means @ means.T
    for rows in blocks:
        yield _block(vectors[rows], owners[rows], counts=counts, means=means, metric=metric, between=between)


def _metric_and_means(
    phrasings: NDArray[np.float32], owners: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the inverse of scatter within entries plus PRIOR, shape (d, d), and the entries' means, (E, d).

    In double precision, BLOCK rows at a time: all at once would take six times the memory of the phrasings.
    """
    if np.any(np.diff(owners) < 0):
        order = np.argsort(owners, kind="stable")
        phrasings, owners = phrasings[order], owners[order]
    counts = np.bincount(owners)
    begins = np.cumsum([0, *counts[:-1]])
    means = np.add.reduceat(phrasings, begins, axis=0, dtype=np.float64) / counts[:, None]
    scatter = PRIOR * np.eye(phrasings.shape[1])
    for begin in range(0, len(phrasings), BLOCK):
        rows = slice(begin, begin + BLOCK)
        residuals = phrasings[rows] - means[owners[rows]]
        scatter += residuals.T @ residuals
    return np.asarray(np.linalg.inv(scatter), np.float64), means


def _block(
    x: NDArray[np.float64],
    owners: NDArray[np.intp],
    *,
    counts: NDArray[np.intp],
    means: NDArray[np.float64],
    metric: NDArray[np.float64],
    between: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return left_out_cosines of some phrasings, shape (rows, E); `between`: the means' products in the metric."""
    row = np.arange(len(x))
    n = counts[owners].astype(np.float64)
    n[n == 1] = np.inf  # the only phrasing of its entry takes nothing away
    seen = x @ metric
    products = seen @ means.T
    x_x = np.einsum("ij,ij->i", seen, x)
    x_own = products[row, owners]
    own_own = between[owners, owners]
    r_m = products - between[owners]
    r_x = x_x - x_own
    r_r = x_x - 2 * x_own + own_own
    grown = 1 + 1 / (n - 1)
    factor = grown / (1 - grown * r_r)
    x_m = products + (factor * r_x)[:, None] * r_m
    m_m = np.diag(between)[None, :] + factor[:, None] * r_m**2
    # Its own entry's mean moves as well: by r / (n - 1) away from it.
    step = 1 / (n - 1)
    r_own = r_m[row, owners]
    x_r, own_r, rest_r = (value + factor * value * r_r for value in (r_x, r_own, r_r))
    m_m[row, owners] += -2 * step * own_r + step**2 * rest_r
    x_m[row, owners] -= step * x_r
    lengths = np.sqrt(np.maximum(x_x + factor * r_x**2, 1e-24))[:, None] * np.sqrt(np.maximum(m_m, 1e-24))
    return np.asarray(x_m / lengths, np.float32)
