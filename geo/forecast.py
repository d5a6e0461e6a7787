"""How many anomalies an hour of the week should bring to a cell: counts of past hours in, means and intervals out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.schema import Array

WEEK_H, DAY_H = 168, 24
_MONDAY_H = 72
"""The epoch began on a Thursday, 72 hours after a Monday began."""

TRUST_H = 4.0
"""An hour of the week outweighs what hours like it say once it was heard in more weeks than this."""

_CAP_SDS = 6.0
_PASSES = 3
"""Counts further than six standard deviations (Poisson) above the mean are taken as that: what was a surge once must
not become what is expected. Each pass starts from the means of the one before."""

_LEAST_SIZE = 1e-6


@dataclass(frozen=True)
class Expected:
    """Of each question (n,): the mean, the ends of the interval, and the chance of that count or more (NaN: none)."""

    mean: Array
    low: Array
    high: Array
    chance: Array


@dataclass(frozen=True)
class HourModel:
    """Means and what is known of them.

    Cells (c,) in order; the mean (c + 1, 168) by hour of the week, last that of a cell that is not known; how sure it
    is, as the shape of its gamma distribution; how much counts vary beyond Poisson, 0 for not at all.
    """

    cells: Array
    mean: Array
    shape: Array
    spread: float

    def expected(self, cell: Array, hour: Array, count: Array, level: float) -> Expected:
        """For cells and hours since the epoch (n,), with what was counted (NaN: not yet) and the interval's level.

        The negative binomial distribution: counts vary by themselves, and the mean is not known exactly.
        """
        row = np.searchsorted(self.cells, cell)
        known = row < len(self.cells)
        known &= self.cells[np.minimum(row, max(len(self.cells) - 1, 0))] == cell if len(self.cells) else False
        at = np.where(known, row, len(self.cells)), slot_of(hour)
        mean, size = self.mean[at], 1 / (self.spread + 1 / self.shape[at])
        tail = (1 - level) / 2
        low, high = _quantile(tail, size, mean), _quantile(1 - tail, size, mean)
        return Expected(mean, low, high, _chance(count, size, mean))


def slot_of(hour: Array) -> Array:
    """The hour of the week, 0 for Monday 00:00 UTC, of hours since the epoch."""
    return (np.asarray(hour) + _MONDAY_H) % WEEK_H


def learn(cell: Array, hour: Array, count: Array, heard: Array) -> HourModel:
    """From counts (n,) of cells by hour since the epoch, none twice, in the hours (h,) in which anything was heard.

    A mean is drawn towards what is known from more: a cell's hour of the week towards the cell's mean times what that
    hour is like over all cells, that towards the hour of the day, and that towards all hours. (Gamma-Poisson: the mean
    of what was counted and what was believed before, each weighted by its hours.)
    """
    inside = np.isin(hour, heard)
    cell, hour, count = cell[inside], hour[inside], count[inside].astype(np.float64)
    cells, row = np.unique(cell, return_inverse=True)
    hours = np.bincount(slot_of(heard), minlength=WEEK_H).astype(np.float64)
    at, capped = (row, slot_of(hour)), count
    for _ in range(_PASSES):
        mean, shape = _means(len(cells), at, capped, hours)
        capped = np.minimum(count, mean[at] + _CAP_SDS * np.sqrt(mean[at] + 1))
    mean, shape = _means(len(cells), at, capped, hours)
    return HourModel(cells, mean, shape, _spread(mean[:-1], at, capped, hours))


def _means(n: int, at: tuple[Array, Array], count: Array, hours: Array) -> tuple[Array, Array]:
    """Means per hour and their shapes (n + 1, 168)."""
    counts = np.zeros((n, WEEK_H))
    np.add.at(counts, at, count)
    whole = max(float(hours.sum()), 1.0)
    like = _profile(counts.sum(axis=0), hours)
    # Half a count more than there was (Jeffreys): a cell where nothing was yet is not one where nothing can be.
    own = (np.append(counts.sum(axis=1), 0.0) + 0.5) / whole
    before = own[:, None] * like
    counts = np.vstack([counts, np.zeros(WEEK_H)])
    shape = counts + TRUST_H * before
    return shape / (hours + TRUST_H), np.maximum(shape, _LEAST_SIZE)


def _profile(counts: Array, hours: Array) -> Array:
    """How each hour of the week (168,) compares with the mean of all; 1 where nothing is known of any."""
    if not counts.sum():
        return np.ones(WEEK_H)
    rate = counts.sum() / hours.sum()
    by_day = (_by_day(counts) + TRUST_H * rate) / (_by_day(hours) + TRUST_H)
    by_week = (counts + TRUST_H * np.tile(by_day, WEEK_H // DAY_H)) / (hours + TRUST_H)
    return np.asarray(by_week / rate)


def _by_day(values: Array) -> Array:
    return np.asarray(values.reshape(-1, DAY_H).sum(axis=0))


def _spread(mean: Array, at: tuple[Array, Array], count: Array, hours: Array) -> float:
    """By how much the variance exceeds the mean, in squares of the mean (method of moments over all cells and hours,
    those without any among them)."""
    squares = float((mean**2 * hours).sum())
    if not squares:
        return 0.0
    missed = float((count**2).sum() - 2 * (count * mean[at]).sum()) + squares
    return max(0.0, (missed - float((mean * hours).sum())) / squares)


def _chance(count: Array, size: Array, mean: Array) -> Array:
    """P(X >= count) of the negative binomial of this size and mean."""
    from scipy.special import betainc

    some = np.maximum(count, 1)
    return np.where(count > 0, betainc(some, size, mean / (mean + size)), np.where(np.isnan(count), np.nan, 1.0))


def _quantile(share: float, size: Array, mean: Array) -> Array:
    """The least count that at most `1 - share` is above."""
    from scipy.special import betaincc, nbdtrik

    guess = np.maximum(np.ceil(nbdtrik(share, size, size / (size + mean))), 0)
    guess = np.where(np.isfinite(guess), guess, 0.0)
    # What is found between two whole counts may be one too many, or through rounding one too few.
    below = np.maximum(guess - 1, 0)
    for count in (below, below + 1):
        enough = betaincc(count + 1, size, mean / (mean + size)) >= share
        guess = np.where(enough & (count < guess), count, guess)
    return guess
