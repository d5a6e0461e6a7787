"""ADSBao's fixtures: one aircraft heard through several aggregators, each fix with its receive and position time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from feeds._columns import Col, Layout, batch_of
from feeds._given import Given
from feeds._json import items, tolerant
from feeds._registry import format_
from feeds._table import record_columns
from geo.batch import Batch

TABLE = Layout(
    {
        "time": Col(("receivetime",)),
        "position_time": Col(("positiontime",)),
        "icao24": Col(("hex",)),
        "callsign": Col(("callsign",)),
        "lat": Col(("lat",)),
        "lon": Col(("lon",)),
        "ground_speed": Col(("gs",)),
        "track": Col(("track",)),
        "on_ground": Col(("gnd",)),
    }
)


def _sniff(given: Given) -> bool:
    return {"receiveTime", "positionTime"} <= given.shape.at("fixes[]")


@format_(
    id="adsbao", title="ADSBao fixes with receive and position time", units="kt", identity="icao24", sniff=_sniff,
    example='{"hex": "a085a4", "callsign": "UAL1195", "fixes": [{"receiveTime": 1782619506015, "lat": 33.9}]}',
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Fixes in file order."""
    bad = Counter[str]()
    document = tolerant(given, given.read())
    if not isinstance(document, dict):
        raise given.error("no object with a list `fixes`")
    fixes = items(given, document.get("fixes"), "`fixes`")
    same = {"hex": document.get("hex"), "callsign": document.get("callsign")}
    rows = [{key.lower(): value for key, value in fix.items()} | same for fix in fixes]
    yield batch_of(given, record_columns(rows, sorted(TABLE.wanted)), TABLE, bad)
