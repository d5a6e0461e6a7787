"""The fake world's aircraft as columns, in the server's own encoding."""

from __future__ import annotations

import numpy as np

from api.sky import MOVING, PARTS, Sky
from tests.web.fake_world import COLUMNS, World


def sky(world: World, ms: float, whole: bool) -> Sky:
    """All aircraft of that moment; the moving columns alone unless it is the whole sky."""
    rows = [dict(zip(COLUMNS, world.row(flight, ms), strict=True)) for flight in world.flights]
    own = ("type_code", "source", "registration", "rssi")
    lasting = [{"nic": 8, "nac_p": 9} | {name: getattr(flight, name) for name in own} for flight in world.flights]
    shared = {"position_time": int(ms), "sub": 0, "squawk": "1000", "vertical_rate": 0, "emergency": "none"}
    values = [shared | row | last for row, last in zip(rows, lasting, strict=True)]
    for one in values:
        one["icao24"] = int(str(one["icao24"]), 16)
    parts = PARTS if whole else MOVING
    return Sky({part.name: np.array([one[part.name] for one in values], part.dtype) for part in parts}, int(ms), whole)
