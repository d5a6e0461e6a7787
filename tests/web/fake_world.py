"""A small deterministic sky: where every aircraft is at any time, and the anomalies of a day, as the API gives them."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from typing import Any

from tests.web.fake_classes import CLASS_IDS, PRIORITIES, SENTENCES, SHAPES, nine

Json = dict[str, Any]
NOW = int(datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000

_PLACES = """
London -0.46 51.47, Paris 2.55 49.01, Madrid -3.56 40.47, Rome 12.25 41.80, Berlin 13.50 52.36, Warsaw 20.97 52.17,
Stockholm 17.92 59.65, Athens 23.94 37.94, Istanbul 28.75 41.28, Larnaca 33.62 34.88, Cairo 31.41 30.12,
Dubai 55.36 25.25, Lisbon -9.13 38.77, Dublin -6.27 53.42, Vienna 16.57 48.11, Oslo 11.10 60.19, Zurich 8.55 47.46,
Budapest 19.26 47.44, Boston -71.00 42.36, Denver -104.67 39.86, Seattle -122.31 47.45, Tokyo 139.78 35.55,
Singapore 103.99 1.36, Delhi 77.10 28.57, Sydney 151.18 -33.95, Lima -77.11 -12.02, Johannesburg 28.24 -26.14
"""
PLACES = [(name, float(lon), float(lat)) for name, lon, lat in (p.split() for p in _PLACES.split(","))]
TYPES = ("A320", "B738", "A21N", "A359", "B77W", "E190", "C172", "EC35", "PC12", "A388")
AIRLINES = ("BAW", "AFR", "DLH", "THY", "UAE", "SAS", "IBE", "LOT", "AUA", "EZY")
COLUMNS = ["icao24", "lat", "lon", "track", "baro_altitude", "ground_speed", "callsign", "on_ground"]


def utc(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Flight:
    """One aircraft that shuttles between two places along a great circle."""

    def __init__(self, number: int, rng: random.Random) -> None:
        pool = PLACES[:18] if rng.random() < 0.75 else PLACES
        (_, lon0, lat0), (_, lon1, lat1) = rng.sample(pool, 2)
        jitter = [rng.uniform(-0.8, 0.8) for _ in range(4)]
        self.a = _unit(lon0 + jitter[0], lat0 + jitter[1])
        self.b = _unit(lon1 + jitter[2], lat1 + jitter[3])
        self.angle = math.acos(max(-1, min(1, sum(p * q for p, q in zip(self.a, self.b, strict=True)))))
        self.speed = rng.uniform(380, 490)
        self.seconds = self.angle * 6_371_000 / (self.speed * 0.5144)
        self.phase = rng.random()
        self.cruise = rng.choice((29, 31, 33, 35, 36, 37, 38, 39, 41)) * 1000
        self.icao24 = f"{0x400000 + number * 613:06x}"
        self.callsign = f"{rng.choice(AIRLINES)}{rng.randrange(10, 9999)}"
        self.type_code = rng.choice(TYPES)
        self.source = "adsb_icao"
        self.registration = ""
        self.rssi = -20.0

    def at(self, ms: float) -> tuple[float, float, float, float, float]:
        """Longitude, latitude, track, altitude in ft, speed in kt."""
        leg = (ms / 1000 / self.seconds + self.phase) % 2
        f, back = (leg, False) if leg < 1 else (2 - leg, True)
        lon, lat = self._point(f)
        lon1, lat1 = self._point(max(0.0, f - 0.001) if back else min(1.0, f + 0.001))
        dx, dy = (lon1 - lon + 540) % 360 - 180, lat1 - lat
        track = math.degrees(math.atan2(dx * math.cos(math.radians(lat)), dy)) % 360
        edge = min(f, 1 - f) * self.seconds / 1100
        return lon, lat, track, self.cruise * min(1.0, 0.04 + edge), 140 + (self.speed - 140) * min(1.0, edge)

    def _point(self, f: float) -> tuple[float, float]:
        s = math.sin(self.angle) or 1.0
        p, q = math.sin((1 - f) * self.angle) / s, math.sin(f * self.angle) / s
        x, y, z = (p * u + q * v for u, v in zip(self.a, self.b, strict=True))
        return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


class World:
    """Everything the fake server answers from. Tests change `classes` and `anomalies` in place."""

    def __init__(self, aircraft: int = 300, per_class: int = 9, seed: int = 7) -> None:
        rng = random.Random(seed)
        self.flights = [Flight(i, rng) for i in range(aircraft)]
        self.classes = nine()
        self.receiver: Json | None = None
        self.receivers: list[Json] = []
        self.anomalies: dict[str, Json] = {}
        for id_ in CLASS_IDS:
            for _ in range(per_class if id_ != "ghost" else 0):
                one = self.episode(id_, rng)
                self.anomalies[one["id"]] = one
        self.cleared = [
            self.episode("loiter", rng, state="cleared", cleared="holding pattern of an airport") for _ in range(3)
        ]

    def row(self, flight: Flight, ms: float) -> list[Any]:
        lon, lat, track, alt, speed = flight.at(ms)
        return [
            flight.icao24,
            round(lat, 5),
            round(lon, 5),
            round(track, 1),
            round(alt),
            round(speed),
            flight.callsign,
            0,
        ]

    def aircraft(self, ms: float) -> list[Json]:
        features = []
        for flight in self.flights:
            row = dict(zip(COLUMNS, self.row(flight, ms), strict=True))
            point = {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]}
            row |= {
                "squawk": "1000",
                "vertical_rate": 0,
                "type_code": flight.type_code,
                "registration": None,
                "source": "adsb_icao",
            }
            row |= {
                "time": utc(ms),
                "position_time": utc(ms),
                "nic": 8,
                "nac_p": 9,
                "emergency": "none",
                "on_ground": False,
            }
            features.append({"type": "Feature", "id": flight.icao24, "geometry": point, "properties": row})
        return features

    def positions(self, icao24: str, start: float, end: float) -> list[Json]:
        flight = next((f for f in self.flights if f.icao24 == icao24), None)
        features = []
        for ms in range(int(start), int(end), 15_000) if flight else ():
            lon, lat, track, alt, speed = flight.at(ms)
            props = {
                "icao24": icao24,
                "time": utc(ms),
                "baro_altitude": round(alt),
                "ground_speed": round(speed),
                "track": round(track),
            }
            features.append(
                {
                    "type": "Feature",
                    "id": str(ms),
                    "geometry": {"type": "Point", "coordinates": [lon, lat]},
                    "properties": props,
                }
            )
        return features

    def episode(self, class_id: str, rng: random.Random, **changes: Any) -> Json:
        """One believable anomaly of a class, on a real flight of this world."""
        flight, other = rng.sample(self.flights, 2)
        minutes = rng.randrange(4, 40)
        age = int(rng.paretovariate(0.7) * 300_000) % DAY
        end = NOW - (0 if age < 900_000 else age)
        lon, lat, *_ = flight.at(end)
        if class_id == "gps-jamming":
            lon, lat = rng.uniform(32.5, 37.5), rng.uniform(32.8, 36.2)
        near = min(PLACES, key=lambda p: math.hypot(p[1] - lon, p[2] - lat))[0]
        cell_scope = SHAPES[class_id] == "cell"
        props = {
            "class": class_id,
            "icao24": None if cell_scope else flight.icao24,
            "members": [other.icao24] if SHAPES[class_id] == "pair" else [],
            "callsign": None if cell_scope else flight.callsign,
            "start": utc(end - minutes * 60_000),
            "end": utc(end),
            "state": "open" if end == NOW else "closed",
            "priority": _priority(class_id, rng),
            "confidence": round(rng.uniform(0.45, 0.98), 2),
            "explanation": SENTENCES[class_id].format(place=near, n=minutes),
            "cleared": None,
            "h3": "841f91dffffffff",
            "evidence": _evidence(minutes, end, lon, lat),
        }
        geometry = _geometry(SHAPES[class_id], flight, end, minutes, (lon, lat))
        return {
            "type": "Feature",
            "id": f"{rng.getrandbits(48):012x}",
            "geometry": geometry,
            "properties": props | changes,
        }


def _priority(class_id: str, rng: random.Random) -> str:
    return "critical" if rng.random() < 0.06 else "low" if rng.random() < 0.2 else PRIORITIES[class_id]


def _evidence(minutes: int, end: float, lon: float, lat: float) -> Json:
    samples = [
        {
            "time": utc(end - i * 20_000),
            "lat": round(lat, 4),
            "lon": round(lon + i / 100, 4),
            "baro_altitude": 31_000 - 900 * i,
        }
        for i in range(5)
    ]
    return {
        "parameters": {"hold": 10, "rate": -3000},
        "values": {"held": minutes * 60, "rate": -4300.0, "turns": 3.2},
        "samples": samples,
        "context": _context(end, lon, lat),
    }


def _context(end: float, lon: float, lat: float) -> Json:
    """As the engine's enrichment gives it."""
    near = min(PLACES, key=lambda p: math.hypot(p[1] - lon, p[2] - lat))[0]
    away = {"distance_nmi": 12.4, "bearing_deg": 44}
    notam = {"id": "A0596/26", "q_code": "QGWAU", "text": "POSS INTRP TO AIRBORNE GNSS EQPT.", "until": utc(end + 9e6)}
    return {
        "position": {"lat": round(lat, 4), "lon": round(lon, 4), "altitude_ft": 31_000, "time": utc(end)},
        "place": {"name": near, "country": "GB", **away},
        "country": {"code": "GB", "name": "United Kingdom"},
        "airport": {"code": "EGLL", "iata": "LHR", "name": "Heathrow", "distance_nmi": 3.7, "bearing_deg": 225},
        "fir": {"id": "EGTT", "name": "London"},
        "aircraft": {
            "registration": "G-ABCD", "type_code": "A320", "manufacturer": "Airbus", "model": "A320-214",
            "operator": "British Airways", "flags": ["limited display"],
            "state": {"code": "GB", "name": "United Kingdom", "military": False},
        },
        "metar": {
            "station": "EGLL", "time": utc(end), "text": "METAR EGLL 201150Z 22004G15KT 9999 FEW024 28/23 Q1009",
            "wind_deg": 220, "wind_kt": 4, "gust_kt": 15, "visibility_m": 10_000, "temperature_c": 28, "qnh_hpa": 1009,
        },
        "notams": [notam], "notams_in_force": 3,
    }  # fmt: skip


def _geometry(shape: str, flight: Flight, end: float, minutes: int, centre: tuple[float, float]) -> Json:
    lon, lat = centre
    if shape == "path":
        return {
            "type": "LineString",
            "coordinates": [list(flight.at(end - i * 20_000)[:2]) for i in range(minutes * 3, -1, -1)],
        }
    if shape == "pair":
        return {"type": "MultiPoint", "coordinates": [[lon, lat], [lon + 0.2, lat + 0.15]]}
    if shape in ("area", "cell"):
        size, sides = (0.28, 6) if shape == "cell" else (0.12, 24)
        ring = [
            [
                lon + size * math.cos(i * math.tau / sides) / math.cos(math.radians(lat)),
                lat + size * math.sin(i * math.tau / sides),
            ]
            for i in range(sides)
        ]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Point", "coordinates": [lon, lat]}


def _unit(lon: float, lat: float) -> tuple[float, float, float]:
    a, b = math.radians(lon), math.radians(lat)
    return math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)
