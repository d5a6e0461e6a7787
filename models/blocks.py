"""Blocks: features that say something together. Each has a forest of its own, since one odd feature among many hardly
shows in a forest over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geo.features import Features
from geo.schema import Array

BLOCKS: Mapping[str, Sequence[str]] = {
    "height and speed": ("alt", "gspeed", "vspeed", "height_airport"),
    "turning": ("turn_rate_deg_per_s", "gspeed", "alt"),
    "change": ("d_alt", "d_speed", "vertical_accel", "vspeed"),
    "agreement": ("speed_gap", "track_gap", "climb_gap"),
    "quality": ("nic", "nac_p", "sil", "fix_age", "geo_baro_split"),
    "place": ("lat", "lon", "alt", "heading_sin", "heading_cos"),
    "surroundings": ("dist_airport", "dist_fir", "dist_zone", "alt"),
}
"""Block: its features, as far as a model's set has them."""

OF_BLOCK = {"place": "lat", "surroundings": "dist_zone"}
"""A block that is left out where the set lacks this feature: the rest of it says nothing without."""

LEAST_KNOWN = 0.05
"""A feature that fewer rows have is not learned from: where it came later, all rows would look odd."""


def blocks_of(found: Features, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The blocks with those of their features that are among `names` and that the rows have."""
    known = {n for n in names if np.isfinite(found.values[n]).mean() >= LEAST_KNOWN}
    chosen = {
        block: tuple(n for n in some if n in known)
        for block, some in BLOCKS.items()
        if block not in OF_BLOCK or OF_BLOCK[block] in known
    }
    return {block: some for block, some in chosen.items() if some}


RATES = (
    "vspeed", "d_alt", "d_speed", "turn_rate_deg_per_s", "vertical_accel", "speed_gap", "track_gap", "climb_gap",
    "geo_baro_split",
)  # fmt: skip
"""What `widened` spreads."""


def widened(found: Features, by: float, seed: int) -> Features:
    """Rates and disagreements of each flight times a factor of its own, log-normal with deviation `by`.

    Made-up traffic is narrower than real traffic: a model of it would take ordinary variety for odd.
    """
    if by == 0:
        return found
    flights, of = np.unique(found.flight, return_inverse=True)
    rng, values = np.random.default_rng(seed), dict(found.values)
    for name in RATES:
        factor = np.exp(rng.normal(0.0, by, len(flights)))[of].astype(np.float32)
        if name in values:
            values[name] = values[name] * factor
    return replace(found, values=values)


BEYOND_SHARE, BEYOND_WIDTH = 0.05, 4.0
"""To the rows of a forest come so many more, drawn evenly from a box so many times as wide as what is usual: what lies
beyond anything seen is then set apart at once, not as late as the outermost row that was seen."""

NARROWEST = 0.05
"""Half of the usual width, in scales of a feature, that is reckoned with: a constant is rarely one for ever."""


def with_beyond(scaled: Array, seed: int) -> Array:
    """Rows (n, k) and the ones beyond, float32; the same in, the same out."""
    low, high = np.percentile(scaled, [1, 99], axis=0)
    half = np.maximum((high - low) / 2, NARROWEST)
    drawn = np.random.default_rng(seed).uniform(-1, 1, (int(len(scaled) * BEYOND_SHARE), scaled.shape[1]))
    beyond = (low + high) / 2 + drawn * half * BEYOND_WIDTH
    out: Array = np.concatenate([scaled, beyond.astype(np.float32)])
    return out
