"""Zones as arrays become rows: limits that are no number are NULL, and doubled ids are told apart."""

from __future__ import annotations

import numpy as np
import shapely

from geo.zones import Zones
from store.places import ZONE_COLUMNS
from store.zones import zone_rows


def test_rows_have_every_column_and_ids_of_their_own() -> None:
    text = np.array(["R1", "R1"])
    area = np.array([shapely.box(0, 0, 1, 1)] * 2, dtype=object)
    zones = Zones(
        text, text, text, text, np.array([0.0, np.nan]), np.array([np.inf, 5000.0]), text, text, area, np.zeros(2)
    )
    first, second = zone_rows(zones)
    assert set(first) == set(ZONE_COLUMNS)
    assert (first["id"], second["id"]) == ("R1", "R1#2")
    assert (first["ceiling_ft"], second["floor_ft"], second["ceiling_ft"]) == (None, None, 5000.0)
