"""What people watch, for the fake server: areas, subscriptions, destinations and alerts, kept in memory."""

from __future__ import annotations

import re
from typing import Any

from tests.web.fake_incidents import Desk
from tests.web.fake_world import DAY, NOW, World, utc

Json = dict[str, Any]
Answer = tuple[int, Any]

TRIGGERS = [
    ("anomaly-starts", "An anomaly begins inside", None),
    ("anomaly-ends", "An anomaly inside is over", None),
    ("enters", "An aircraft comes in", None),
    ("stays", "An aircraft stays inside", 10.0),
    ("service", "Skysift has something to say of itself", None),
]
KINDS = [
    {
        "id": "webhook", "title": "Webhook", "help": "A program of your own, told in JSON", "fields": [
            {"name": "url", "title": "Address", "help": "https://...", "type": "text", "required": True},
            {"name": "signing_key", "title": "Signing key", "help": "", "type": "text", "secret": True},
        ],
    },
    {
        "id": "mqtt", "title": "MQTT", "help": "A broker", "fields": [
            {"name": "host", "title": "Broker", "help": "Name or address", "type": "text", "required": True},
            {"name": "port", "title": "Port", "help": "", "type": "number", "default": 8883, "low": 1, "high": 65535},
            {"name": "tls", "title": "TLS", "help": "", "type": "flag", "default": True},
        ],
    },
]  # fmt: skip


JUDGED = {"reviewed": 24, "confirmed": 18, "dismissed": 6, "precision": 0.75, "interval": [0.55, 0.88], "too_few": None}
UNSEEN = {"reviewed": 0, "precision": None, "confidence": None, "why": "too few verdicts: 0 of 20"}
EMPTY: Json = {
    "queues": [], "reviews": [], "rules": [],
    "classes": {
        "loiter": JUDGED | {"confidence": 0.6, "why": "of 20 reviewed at or above it 2 were dismissed"},
        "ghost": UNSEEN,
    },
}  # fmt: skip


_KEY = {"id": 1, "name": "QGIS", "role": "viewer", "created": utc(NOW), "expires": None, "used": utc(NOW)}
_ACCOUNT = {"id": 7, "name": "demo", "role": "admin", "disabled": False, "keys": 1, "used": utc(NOW)}
_CHANGE = {
    "id": 1,
    "at": utc(NOW),
    "who": "demo",
    "action": "key.create",
    "subject": "key 1",
    "detail": {"name": "QGIS"},
}
HOUSE: Json = {
    "/keys": {"keys": [_KEY]}, "/audit": {"changes": [_CHANGE]},
    "/accounts": {"accounts": [_ACCOUNT, _ACCOUNT | {"id": 8, "name": "ann", "role": "viewer", "disabled": True}]},
}  # fmt: skip
"""What the page of one's account shows an admin."""


class Watchers:
    """One account's things. `me` is who is at the page; `refuse` makes the next change fail with that problem."""

    def __init__(self, world: World, signed_in: bool = False) -> None:
        self.world = world
        self.signed_in = signed_in
        self.demo = True
        self.refuse: Json | None = None
        self.sent: list[tuple[str, str, Any]] = []
        self.areas: dict[int, Json] = {}
        self.subscriptions: dict[int, Json] = {}
        self.destinations: dict[int, Json] = {}
        self.ignores: dict[int, Json] = {}
        self.alerts: list[Json] = []
        self.desk: Desk | None = None
        self.number = 0

    def me(self) -> Json:
        who = {"account": 7, "name": "demo", "role": "admin"} if self.signed_in else {"account": None, "name": "nobody"}
        return {"role": "public", "may_demo": self.demo, "open_reading": True} | who

    def alert(self, subscription: int, **properties: Any) -> Json:
        """One more alert, with its number in the order of the readers."""
        seq = len(self.alerts) + 1
        one = next(iter(self.world.anomalies.values()))
        told = {
            "subscription": subscription, "trigger": "anomaly-starts", "seq": seq,
            "time": utc(NOW - 60_000 * (20 - seq)),
            "text": f"BAW{100 + seq} (4008e{seq % 10}): circled over London for {10 + seq} min", "anomaly": one["id"],
            "incident": None, "icao24": "400000", "callsign": f"BAW{100 + seq}", "priority": "high", "confidence": 0.9,
        } | properties  # fmt: skip
        place = {"type": "Point", "coordinates": [-0.4 + seq / 10, 51.4]}
        feature = {"type": "Feature", "id": f"alert-{seq}", "geometry": place, "properties": told}
        self.alerts.append(feature)
        return feature

    def get(self, path: str, query: dict[str, str]) -> Any:
        """The answer to a question, None where the path is none of these."""
        whole: dict[str, Any] = {
            "/me": self.me(),
            "/triggers": {
                "triggers": [{"id": i, "title": t, "minutes": m, "area": i != "service"} for i, t, m in TRIGGERS]
            },
            "/destination-kinds": {"kinds": KINDS},
            "/areas": {"type": "FeatureCollection", "features": list(self.areas.values())},
            "/subscriptions": {"subscriptions": list(self.subscriptions.values())},
            "/destinations": {"destinations": list(self.destinations.values())},
            "/ignores": {"ignores": list(self.ignores.values())},
            "/alerts": {"next": len(self.alerts), "numberReturned": len(self.alerts), "features": self.alerts},
            "/sharing": {"areas": [], "subscriptions": []},
            **HOUSE,
        }
        if re.fullmatch(r"/destinations/\d+/deliveries", path):
            states = (("sent", 84), ("dead", None), ("held", None))
            return {"deliveries": [
                {"id": i, "state": state, "attempts": 1 + i, "latency_ms": ms, "sent": utc(NOW), "created": utc(NOW)}
                for i, (state, ms) in enumerate(states)
            ]}  # fmt: skip
        if path in whole:
            return whole[path]
        nothing = EMPTY if path in ("/queues", "/reviews", "/rules", "/precision", "/proposals") else None
        joined = self.desk.get(path, query) if self.desk else None
        return nothing if joined is None else joined

    def change(self, method: str, path: str, body: Any) -> Answer:
        """What a POST, PUT or DELETE does, and its answer."""
        self.sent.append((method, path, body))
        if self.refuse:
            problem, self.refuse = self.refuse, None
            return 400, {"title": "Bad request", "status": 400} | problem
        if path in ("/login/demo", "/logout"):
            self.signed_in = path == "/login/demo"
            return 200, self.me()
        if (method, path) == ("POST", "/keys"):
            return 201, {"key": "sky_" + "0123456789abcdef" * 3, "id": 2}
        if path == "/backtest":
            return 200, self.backtest(body)
        if match := re.fullmatch(r"/(areas|subscriptions|destinations|ignores)(?:/(\d+))?(?:/(\w+))?", path):
            part, number, action = match.groups()
            return self._kept(method, part, int(number) if number else None, action, body)
        return 200, {}

    def _kept(self, method: str, part: str, number: int | None, action: str | None, body: Any) -> Answer:
        kept: dict[int, Json] = getattr(self, part)
        if action == "test":
            one = {"ok": True, "status": "200 OK", "latency_ms": 84, "destination": number}
            results = {"results": [one | {"destination": id_} for id_ in kept[number or 0].get("destinations", ())]}
            return 200, one if part == "destinations" else results
        if action in ("pause", "resume", "mute"):
            kept[number or 0] |= {"mute_until": body["until"]} if action == "mute" else {"paused": action == "pause"}
            return 200, kept[number or 0]
        if method == "DELETE":
            kept.pop(number or 0)
            return 204, None
        if number is None:
            self.number += 1
            number = self.number
        kept[number] = kept.get(number, {}) | _made(part, number, body)
        return 201, kept[number]

    def backtest(self, asked: Json) -> Json:
        """A week in which the class and the confidence that was asked for are told twice a day."""
        sure = asked["subscription"].get("confidence", 0)
        days = {utc(NOW - DAY * i)[:10]: max(0, round((1 - sure) * (3 + i % 4))) for i in range(7)}
        told = sum(days.values())
        features = [self.alert(0) for _ in range(min(told, 20))]
        del self.alerts[-len(features) :]
        return {
            "alerts": told, "alerts_a_day": told / 7, "by_day": days, "by_trigger": {"anomaly-starts": told},
            "confidence_for_budget": 0.6 if asked.get("budget_a_day") else None,
            "truncated": False, "end": asked["end"],
            "features": {"type": "FeatureCollection", "features": features},
        }  # fmt: skip


def _made(part: str, number: int, body: Json) -> Json:
    if part == "areas":
        shape = body["shape"]
        ring = [[-1, 51], [0.5, 51], [0.5, 52], [-1, 52], [-1, 51]]
        geometry = shape.get("geometry") or {"type": "MultiPolygon", "coordinates": [[ring]]}
        properties = {name: value for name, value in body.items() if name != "shape"} | {"source": shape, "owner": 7}
        return {"type": "Feature", "id": number, "geometry": geometry, "properties": properties}
    health: Json = {"alerts_24h": 4, "last_alert": utc(NOW - 600_000), "held_24h": 1}
    made: Json = {"id": number, "owner": 7, "paused": False, "mute_until": None, "health": health}
    if part == "ignores":
        return {"id": number, "owner": 7, "value": None, "area": None, "created": utc(NOW)} | body
    if part == "destinations":
        health = {"failures": 0, "last_error": None, "last_sent": None, "waiting": 0, "held": 0}
        made = {"id": number, "shown": "https://example.net/...", "paused": False, "readable": True, "health": health}
    return made | body
