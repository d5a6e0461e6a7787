"""Incidents and reviews, for the fake server: the first anomalies joined by threes, and what is said of them."""

from __future__ import annotations

import re
from typing import Any

from tests.web.fake_world import NOW, World, utc

Json = dict[str, Any]
BANDS = ("alert", "review", "monitor")


class Desk:
    """Three incidents, of three anomalies each, and their reviews."""

    def __init__(self, world: World) -> None:
        newest = sorted(world.anomalies.values(), key=lambda one: one["properties"]["end"], reverse=True)
        self.incidents = {f"i-{n}": incident(f"i-{n}", newest[3 * n : 3 * n + 3], BANDS[n]) for n in range(3)}
        self.reviews: dict[str, list[Json]] = {}

    def get(self, path: str, query: dict[str, str]) -> Any:
        """The answer to a question, None where the path is none of these."""
        if path == "/collections/incidents/items":
            return {"type": "FeatureCollection", "features": list(self.incidents.values()), "links": []}
        if path == "/queues":
            return {"queues": [{"id": "navigation", "title": "Navigation"}, {"id": "security", "title": "Security"}]}
        if path == "/reviews":
            return {"reviews": self.reviews.get(f"{query['kind']} {query['subject']}", [])}
        if match := re.fullmatch(r"/incidents/([\w-]+)", path):
            return self.incidents[match[1]] | {"reviews": self.reviews.get(f"incident {match[1]}", [])}
        return None

    def change(self, path: str, body: Json) -> None:
        """A review is kept and counts; a queue is noted."""
        kind, id_, action = path.strip("/").split("/")
        kind = {"incidents": "incident", "anomalies": "anomaly"}[kind]
        if action == "queue":
            self.incidents[id_]["properties"]["queue"] = body["queue"]
            return
        said = {"who": "demo", "at": utc(NOW), **body}
        self.reviews.setdefault(f"{kind} {id_}", []).insert(0, said)
        if kind == "incident":
            self.incidents[id_]["properties"]["status"] = body["status"]


def incident(id_: str, anomalies: list[Json], band: str) -> Json:
    """The feature of anomalies that are joined: a box around them, their times, their classes."""
    told = [one["properties"] for one in anomalies]
    timeline = [
        {"time": p["start"], "anomaly": one["id"], "class": p["class"], "text": p["explanation"]}
        for one, p in zip(anomalies, told, strict=True)
    ]
    properties = {
        "classes": sorted({p["class"] for p in told}), "start": min(p["start"] for p in told),
        "end": max(p["end"] for p in told), "state": "open", "priority": "high", "raised": "two classes agree",
        "confidence": 0.91, "band": band, "status": "new", "queue": None, "anomalies": len(anomalies), "aircraft": 3,
        "members": [p["icao24"] for p in told if p["icao24"]], "timeline": timeline,
        "cleared": None, "merged_into": None,
        "summary": f"{len(anomalies)} anomalies that began together; {told[0]['explanation']}",
    }  # fmt: skip
    box = {"type": "Polygon", "coordinates": [[[-2, 50], [4, 50], [4, 53], [-2, 53], [-2, 50]]]}
    return {"type": "Feature", "id": id_, "geometry": box, "properties": properties}
