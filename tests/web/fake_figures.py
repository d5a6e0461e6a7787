"""What the fake server says of itself in numbers: anomalies by hour, key figures, rates; all from its World."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.web.fake_world import PLACES, World, utc

Json = dict[str, Any]
HOUR = 3_600_000


def stats(world: World, now: int, hours: int) -> Json:
    """As `/stats` gives them."""
    end = (now // HOUR + 1) * HOUR
    starts = [utc(end - (hours - i) * HOUR) for i in range(hours)]
    began = Counter(
        (one["properties"]["class"], f"{one['properties']['start'][:13]}:00:00Z") for one in world.anomalies.values()
    )
    return {"hours": starts, "classes": {one["id"]: [began[one["id"], s] for s in starts] for one in world.classes}}


def rates(world: World, by: str) -> Json:
    """As `/statistics` gives them, by cell or by aircraft."""
    if by == "cell":
        groups = [
            _group(f"824{i:03x}7fffffff", 9 - i, 120.5 * (i + 1))
            | {"lat": lat, "lon": lon, "near": {"name": name, "country": "GB", "distance_nmi": 12.0 * i}}
            for i, (name, lon, lat) in enumerate(PLACES[:6])
        ]
    else:
        seen = Counter(
            str(one["properties"]["icao24"]) for one in world.anomalies.values() if one["properties"]["icao24"]
        )
        groups = [_group(key, n, 2.5) for key, n in seen.most_common(8)]
    return {"by": by, "flight_hours": 700.0, "count": sum(one["count"] for one in groups), "groups": groups}


def _group(key: str, count: int, hours: float) -> Json:
    rate = round(count / hours * 1000, 3)
    return {"key": key, "count": count, "flight_hours": hours, "rate": rate, "low": rate / 2, "high": rate * 2}


def hotspots(world: World) -> Json:
    """As `/statistics/hotspots` gives them: two, the larger one at the first place."""
    features = [
        {"type": "Feature", "id": str(i + 1), "geometry": {"type": "Polygon", "coordinates": [
            [[lon - 1, lat - 1], [lon + 1, lat - 1], [lon + 1, lat + 1], [lon - 1, lat + 1], [lon - 1, lat - 1]]]},
         "properties": {
            "rank": i + 1, "count": 30 - 20 * i, "aircraft": 7, "classes": {world.classes[0]["id"]: 9}, "lat": lat,
            "lon": lon, "reach_nmi": 31.5, "region": None,
            "near": {"name": name, "country": "GB", "distance_nmi": 12.0 * i}}}
        for i, (name, lon, lat) in enumerate(PLACES[:2])
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def forecast(now: int) -> Json:
    """As `/statistics/forecast` gives it: a surge in the hour before this one, and a day to come."""
    start = now // HOUR * HOUR - 23 * HOUR
    hours = [
        {"start": utc(start + i * HOUR), "count": (40 if i == 22 else 3) if i < 24 else None, "expected": 3.25,
         "low": 0, "high": 11, "surge": i == 22}
        for i in range(48)
    ]  # fmt: skip
    near = {"name": PLACES[0][0], "country": "GB", "distance_nmi": 3.0}
    surge = {**hours[22], "cell": "824987fffffffff", "lat": 51.47, "lon": -0.46, "near": near, "chance": 0.0001}
    return {"hours": hours, "surges": [surge], "ahead": [], "learned_hours": 1344, "level": 0.999}


def drift() -> Json:
    """As `/statistics/drift` gives it: one feature of another population, one that is stable."""
    features = [
        {"id": "turn_rate_deg_per_s", "unit": "deg/s", "index": 0.41, "level": "shifted"},
        {"id": "gspeed", "unit": "kt", "index": 0.02, "level": "stable"},
    ]
    model = {"kind": "sequence", "net": "gru", "hash": "0" * 16}
    return {"model": model, "rows": 12_345, "enough": True, "level": "shifted", "features": features}


def kpis(world: World, now: int) -> Json:
    """As `/kpis` gives them: nobody has reviewed anything, and a few messages were refused."""
    heard = len(world.flights)
    return {
        "interval": [utc(now - 24 * HOUR), utc(now)],
        "latency": {"pipeline_s": 2.0, "detection_median_s": 15.0, "classes_measured": 9},
        "coverage": {"aircraft": heard, "analysed": heard - 2, "share": round((heard - 2) / heard, 4)},
        "completeness": {"callsign": 0.98, "baro_altitude": 0.991, "nic": 0.72, "nac_p": None},
        "uptime": {"since": utc(now - 24 * HOUR), "slots": 144, "heard": 143, "share": 0.9931},
        "messages": {"rows": 1_204_331, "duplicate": 12, "late": 3, "dropped": 0, "rejected": 3,
                     "reasons": {"lat out of range": 3}, "valid_share": 0.9999975},
        "anomalies": {"count": len(world.anomalies), "cleared": 3, "per_hour": 1.1, "budget_per_hour": 100},
        "diversity": {"classes": 8, "active": 8, "known": 9},
        "precision": {"reviews": 0, "confirmed": 0, "share": None},
        "storage": {"positions_per_s": 71.2, "bytes": 188_546_407},
    }  # fmt: skip
