"""Features in words, for sentences that say what in them was odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geo.schema import Array

WORDS: Mapping[str, str] = {
    "alt": "height", "gspeed": "speed", "vspeed": "climb or descent", "vspeed_abs": "climb or descent",
    "d_alt": "changes of height", "d_speed": "changes of speed", "turn_rate_deg_per_s": "turns",
    "heading_sin": "direction", "heading_cos": "direction", "d_lat": "movement", "d_lon": "movement",
    "step_m": "movement", "vertical_accel": "changes of vertical rate",
    "speed_gap": "a speed that does not match the distance flown", "track_gap": "a track that does not match the way flown",
    "climb_gap": "a climb that does not match the altitudes", "dist_airport": "distance to an aerodrome",
    "height_airport": "height above the aerodrome nearby", "dist_fir": "distance to a border",
    "dist_zone": "distance to a zone", "fix_age": "age of the position", "nic": "integrity of the position",
    "nac_p": "accuracy of the position", "sil": "integrity of the source", "lat": "place", "lon": "place",
    "geo_baro_split": "geometric and pressure altitude apart", "phase_climb": "phase of flight",
    "phase_cruise": "phase of flight", "phase_descent": "phase of flight", "phase_approach": "phase of flight",
    "phase_pattern": "phase of flight",
}  # fmt: skip


def worst(names: Sequence[str], blame: Array, most: int = 3, least: float = 0.15) -> list[str]:
    """Words for the features (k,) with the largest share of the blame, each once: the first, and others of at least
    this share."""
    share = blame / max(float(blame.sum()), 1e-12)
    order = np.argsort(-share, kind="stable")
    told = [WORDS[names[i]] for rank, i in enumerate(order.tolist()) if rank == 0 or share[i] >= least]
    return list(dict.fromkeys(told))[:most]
