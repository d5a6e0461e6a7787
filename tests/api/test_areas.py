"""Areas, subscriptions, ignores and files of them over HTTP: whose they are, what is refused, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from typing import Any, cast

import asyncpg
import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api import areas, subscriptions
from api.area_shapes import Shape, shape_of
from geo.aircraft import MILITARY, AircraftTable
from geo.watch import WatchList
from pipeline.airframes import Airframes
from tests.api.conftest import T0

Client = TestClient[Litestar]
Keys = dict[str, dict[str, str]]
SQUARE = {"type": "Polygon", "coordinates": [[[9, 49], [11, 49], [11, 51], [9, 51], [9, 49]]]}
DEEP: list[Any] = reduce(lambda inner, _: [inner], range(300), [])
AREA = {"name": "Home", "shape": {"geometry": SQUARE}}
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>
9,49 11,49 11,51 9,51 9,49</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"""


@pytest.fixture
def area(client: Client, keys: Keys) -> Iterator[int]:
    """A square around the anomalies, of the analyst."""
    number = client.post("/areas", json=AREA, headers=keys["analyst"]).json()["id"]
    yield number
    client.delete(f"/areas/{number}", headers=keys["analyst"])


@pytest.mark.parametrize(
    "shape",
    [
        {"geometry": SQUARE}, {"wkt": "POLYGON((9 49,11 49,11 51,9 51,9 49))"}, {"kml": KML},
        {"h3": ["841fa01ffffffff", "841fa03ffffffff"]}, {"circle": {"center": [10, 50], "radius_m": 50_000}},
        {"corridor": {"line": [[9, 50], [11, 50]], "width_m": 20_000}}, {"zone": "R/1 ä"},
    ],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_an_area_is_given_in_any_form(client: Client, keys: Keys, shape: dict[str, Any]) -> None:
    answer = client.post("/areas", json=AREA | {"shape": shape}, headers=keys["analyst"])

    assert answer.status_code == 201, answer.text
    made = answer.json()
    shown = client.get(f"/areas/{made['id']}", headers=keys["analyst"]).json()
    assert shown == made and made["geometry"]["type"] == "MultiPolygon"
    client.delete(f"/areas/{made['id']}", headers=keys["analyst"])


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"shape": {"wkt": "POLYGON((0 0,2 2,2 0,0 2,0 0))"}}, "shape.wkt"), ({"shape": {"wkt": "no"}}, "shape.wkt"),
        ({"shape": {"wkt": "CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0))"}}, "shape.wkt"),
        ({"shape": {"geometry": {"type": "Polygon"}}}, "shape.geometry"), ({"shape": {"kml": "<kml/>"}}, "shape.kml"),
        ({"shape": {"kml": "<!DOCTYPE a><kml/>"}}, "shape.kml"), ({"shape": {"h3": ["x"]}}, "shape.h3"),
        ({"shape": {"h3": ["1841f91dffffffff0"]}}, "shape.h3"), ({"shape": {"h3": ["-1"]}}, "shape.h3"),
        ({"shape": {"geometry": SQUARE | {"coordinates": [[[10**30, 1], [2, 1], [2, 2]]]}}}, "shape.geometry"),
        ({"shape": {"geometry": SQUARE | {"coordinates": DEEP}}}, "shape.geometry"),
        ({"shape": {"circle": {"center": [0, 0], "radius_m": 0}}}, "shape.circle.radius_m"), ({"shape": {}}, "shape"),
        ({"shape": {"fir": "XXXX"}}, "shape.fir"), ({"shape": {"wkt": "a", "fir": "b"}}, "shape"),
        ({"floor_ft": 9_000, "ceiling_ft": 5_000}, "floor_ft"), ({"nmae": 1}, "nmae"),
        ({"name": ""}, "name"), ({"name": "a\0"}, "name"),
        ({"active": {"zone": "Mars/Base", "hours": [{"days": [0], "from": "08:00", "to": "18:00"}]}}, "active.zone"),
        ({"active": {"periods": [["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"]]}}, "active.periods[0]"),
        ({"active": {"hours": [{"days": [0], "from": "08:00\n", "to": "18:00"}]}}, "active.hours[0].from"),
        ({"active": {"hours": [{"days": [7], "from": "08:00", "to": "18:00"}]}}, "active.hours[0].days[0]"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_area_is_named(
    client: Client, keys: Keys, changed: dict[str, Any], parameter: str
) -> None:
    answer = client.post("/areas", json=AREA | changed, headers=keys["analyst"])
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter), answer.text


def test_a_fault_of_ours_is_not_told_as_one_of_the_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> None:
        raise TypeError("ours")

    monkeypatch.setattr("geo.drawn.checked", broken)

    with pytest.raises(TypeError, match="ours"):
        asyncio.run(shape_of(cast("Any", None), Shape(wkt="POLYGON((9 49,11 49,11 51,9 49))")))


def test_an_area_is_its_owners_until_it_is_shared(client: Client, keys: Keys, area: int) -> None:
    def seen_by(role: str) -> tuple[int, int, int]:
        own, layer = client.get(f"/areas/{area}", headers=keys[role]), f"/collections/areas/items/{area}"
        tile = client.get("/collections/areas/tiles/WebMercatorQuad/0/0/0", headers=keys[role])
        return own.status_code, client.get(layer, headers=keys[role]).status_code, len(tile.content) > 20

    assert [seen_by(role) for role in ("analyst", "admin", "viewer")] == [(200, 200, 1), (200, 200, 1), (404, 404, 0)]
    client.put(f"/areas/{area}", json=AREA | {"shared": True}, headers=keys["analyst"])
    assert seen_by("viewer") == (200, 200, 1)
    assert client.put(f"/areas/{area}", json=AREA, headers=keys["viewer"]).status_code == 403


def test_what_is_removed_while_it_is_changed_or_named_is_no_error_of_ours(
    client: Client, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def there(*_: Any) -> None:
        """Looked just before it was removed."""

    monkeypatch.setattr(areas, "_own", there)
    monkeypatch.setattr(subscriptions, "visible", there)

    changed = client.put(f"/areas/{10**6}", json=AREA, headers=keys["analyst"])
    named = client.post("/subscriptions", json=subscription(10**6), headers=keys["analyst"])

    assert (changed.status_code, named.status_code) == (404, 409)


def subscription(area: int | None, **changes: Any) -> dict[str, Any]:
    return {"name": "mine", "area": area, "trigger": "anomaly-starts", **changes}


def test_a_subscription_is_kept_paused_muted_and_removed(client: Client, keys: Keys, area: int) -> None:
    own = keys["analyst"]
    fleet = {"icao24": ["4CA7B5"], "callsigns": ["EIN*"], "types": ["a320"]}
    made = client.post("/subscriptions", json=subscription(area, fleet=fleet, priority="high"), headers=own)
    assert made.status_code == 201, made.text
    path = f"/subscriptions/{made.json()['id']}"

    paused = client.post(f"{path}/pause", json={}, headers=own).json()
    muted = client.post(f"{path}/mute", json={"until": "2030-01-01T00:00:00Z"}, headers=own).json()
    ends = [
        client.post(f"{path}/mute", json={"until": one}, headers=own).json()["mute_until"]
        for one in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")
    ]
    client.post(f"{path}/resume", json={}, headers=own)
    changed = client.put(path, json=subscription(area, trigger="stays", minutes=20), headers=own).json()

    assert ends == ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"]
    assert (paused["paused"], muted["mute_until"], changed["paused"]) == (True, "2030-01-01T00:00:00Z", False)
    assert made.json()["fleet"]["types"] == ["A320"] and made.json()["health"]["alerts_24h"] == 0
    assert (changed["trigger"], changed["minutes"], changed["priority"]) == ("stays", 20, "low")
    assert [client.get(path, headers=keys[role]).status_code for role in ("admin", "analyst")] == [200, 200]
    assert client.delete(path, headers=own).status_code == 200
    assert client.get(path, headers=own).status_code == 404


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"trigger": "lands"}, "trigger"), ({"area": 10**6}, "area"), ({"area": None}, "area"),
        ({"trigger": "service"}, "area"), ({"classes": ["loiter", "nope"]}, "classes[1]"),
        ({"fleet": {"icao24": ["4ca7b5", "xyz"]}}, "fleet.icao24[1]"), ({"minutes": 0}, "minutes"),
        ({"minutes": 1e-60}, "minutes"), ({"destinations": [7]}, "destinations"), ({"priority": "urgent"}, "priority"),
        ({"delivery": {"budget_per_hour": 0}}, "delivery.budget_per_hour"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_subscription_is_named(
    client: Client, keys: Keys, area: int, changes: dict[str, Any], parameter: str
) -> None:
    answer = client.post("/subscriptions", json=subscription(area) | changes, headers=keys["analyst"])
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter), answer.text


def test_triggers_are_listed_for_a_form(client: Client) -> None:
    found = {one["id"]: one for one in client.get("/triggers").json()["triggers"]}
    assert found["stays"]["minutes"] == 10 and not found["service"]["area"] and found["anomaly-ends"]["anomalies"]


def test_ignores_are_ones_own_unless_an_admin_says(client: Client, keys: Keys) -> None:
    one = {"kind": "callsign", "value": "TEST*", "reason": "ours"}
    mine = client.post("/ignores", json=one, headers=keys["analyst"]).json()["id"]
    assert client.post("/ignores", json=one | {"everyone": True}, headers=keys["analyst"]).status_code == 403
    everyones = client.post("/ignores", json=one | {"everyone": True}, headers=keys["admin"]).json()["id"]

    seen = [each["id"] for each in client.get("/ignores", headers=keys["analyst"]).json()["ignores"]]
    assert seen == [mine, everyones]
    gone = [client.delete(f"/ignores/{k}", headers=keys["analyst"]).status_code for k in (mine, everyones)]
    assert client.delete(f"/ignores/{everyones}", headers=keys["admin"]).status_code == 200
    assert gone == [200, 404]


def test_areas_and_subscriptions_travel_as_a_file(client: Client, keys: Keys, area: int) -> None:
    client.post("/subscriptions", json=subscription(area, classes=["loiter"]), headers=keys["analyst"])
    file = client.get("/sharing", headers=keys["analyst"]).json()

    made = client.post("/sharing", json=file, headers=keys["admin"])

    assert made.status_code == 201, made.text
    number = made.json()["subscriptions"][0]
    copy = client.get(f"/subscriptions/{number}", headers=keys["admin"]).json()
    assert copy["classes"] == ["loiter"] and copy["paused"] and copy["area"] == made.json()["areas"][0] != area


def backtest(client: Client, keys: Keys, area: Any, trigger: str, **more: Any) -> Any:
    draft = {"area": area, "subscription": {"trigger": trigger}, "start": "2023-11-14T22:00:00Z",
             "end": "2023-11-15T00:00:00Z", **more}  # fmt: skip
    return client.post("/backtest", json=draft, headers=keys["analyst"])


def test_what_many_others_share_does_not_push_ones_own_out_of_the_file(
    client: Client, keys: Keys, seeded_url: str
) -> None:
    async def said(sql: str) -> None:
        connection = await asyncpg.connect(seeded_url)
        await connection.execute(sql)
        await connection.close()

    others = (
        "SELECT id, 'many', ST_Multi(ST_MakeEnvelope(0, 0, 1, 1, 4326)), true FROM accounts, generate_series(1, 1000)"
    )
    asyncio.run(said(f"INSERT INTO areas (owner, name, geom, shared) {others} WHERE accounts.name = 'the-admin'"))
    number = client.post("/areas", json=AREA, headers=keys["analyst"]).json()["id"]

    file = client.get("/sharing", headers=keys["analyst"]).json()

    client.delete(f"/areas/{number}", headers=keys["analyst"])
    asyncio.run(said("DELETE FROM areas WHERE name = 'many'"))
    assert number in {area["id"] for area in file["areas"]}


def test_a_draft_is_run_over_stored_anomalies(client: Client, keys: Keys, area: int) -> None:
    found = backtest(client, keys, area, "anomaly-starts", budget_a_day=100).json()

    assert (found["alerts"], found["by_trigger"]) == (
        12,
        {"anomaly-starts": 12},
    )  # none cleared, none far
    assert len(found["features"]["features"]) == 12 and not found["truncated"]


def test_alerts_a_day_are_of_the_days_that_anything_is_stored_of(client: Client, keys: Keys, area: int) -> None:
    near = backtest(client, keys, area, "anomaly-starts").json()
    far = backtest(client, keys, area, "anomaly-starts", start="2023-10-14T22:00:00Z").json()

    assert far["alerts_a_day"] == near["alerts_a_day"] > 0 and far["start"] == near["start"] > "2023-11-14T22:00"


def test_a_draft_is_run_over_stored_positions(client: Client, keys: Keys) -> None:
    drawn = {"wkt": "POLYGON((-5.9 52.5,-5.8 52.5,-5.8 53.5,-5.9 53.5,-5.9 52.5))"}
    found = backtest(client, keys, drawn, "crosses").json()

    assert T0 and found["alerts"] == 2, found  # one of an address, one of an identity that is none
    assert found["features"]["features"][0]["properties"]["callsign"].startswith("EIN")


@pytest.mark.parametrize(
    ("limits", "alerts"),
    [({"floor_ft": 30_000}, 2), ({"ceiling_ft": 30_000}, 0),
     ({"active": {"periods": [["2023-11-14T23:00:00Z", None]]}}, 0)],
)  # fmt: skip
def test_a_drawn_area_counts_within_its_heights_and_times(
    client: Client, keys: Keys, limits: dict[str, Any], alerts: int
) -> None:
    drawn = {"wkt": "POLYGON((-5.9 52.5,-5.8 52.5,-5.8 53.5,-5.9 53.5,-5.9 52.5))"}
    assert backtest(client, keys, drawn, "crosses", **limits).json()["alerts"] == alerts


@pytest.mark.parametrize(
    ("trigger", "more", "parameter"),
    [("anomaly-changes", {}, "subscription.trigger"), ("enters", {"end": "2020-01-01T00:00:00Z"}, "end"),
     ("enters", {"start": "yesterday"}, "start"), ("enters", {"floor_ft": 0}, "area"),
     ("enters", {"floor_ft": 9, "ceiling_ft": 8}, "floor_ft")],
)  # fmt: skip
def test_what_cannot_be_tested_is_said(
    client: Client, keys: Keys, area: int, trigger: str, more: dict[str, Any], parameter: str
) -> None:
    answer = backtest(client, keys, area, trigger, **more)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


DRAWN = {"wkt": "POLYGON((-5.9 52.5,-5.8 52.5,-5.8 53.5,-5.9 53.5,-5.9 52.5))"}


def crossing(client: Client, keys: Keys, **fleet: Any) -> Any:
    return backtest(client, keys, DRAWN, "crosses", subscription={"trigger": "crosses", "fleet": fleet})


@pytest.fixture
def knowing(client: Client) -> Iterator[Any]:
    """The service knows of aircraft what is given to it."""

    def know(known: Airframes) -> None:
        client.app.state.airframes = known

    yield know
    client.app.state.airframes = None


def test_a_draft_knows_operators_flags_and_watched_aircraft_as_the_engine_does(
    client: Client, keys: Keys, knowing: Any
) -> None:
    flown = backtest(client, keys, DRAWN, "crosses").json()["features"]["features"]
    hexes = [one["properties"]["icao24"] for one in flown if one["properties"]["icao24"]]
    number = np.array([int(next(h for h in hexes if h.isalnum()), 16)])
    blank = AircraftTable.empty().lookup(number)
    table = replace(blank, operator=np.array([b"Aer Lingus"], "S32"), flags=np.array([MILITARY], np.uint8))
    knowing(Airframes(table, WatchList.of([(int(number[0]), {})])))

    found = [
        crossing(client, keys, **one).json()["alerts"]
        for one in (
            {"operators": ["aer*"]},
            {"operators": ["ba*"]},
            {"military": True},
            {"military": False},
            {"watched": True},
        )
    ]

    assert found == [1, 0, 1, 1, 1]


@pytest.mark.parametrize("fleet", [{"operators": ["aer*"]}, {"military": False}, {"watched": True}])
def test_what_was_never_imported_is_said_and_not_answered_with_nobody(
    client: Client, keys: Keys, knowing: Any, fleet: dict[str, Any]
) -> None:
    knowing(Airframes())
    answer = crossing(client, keys, **fleet)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "subscription.fleet")


def test_what_is_ignored_is_not_in_a_look_back_either(client: Client, keys: Keys) -> None:
    made = client.post("/ignores", json={"kind": "callsign", "value": "EIN*"}, headers=keys["analyst"]).json()
    quiet = backtest(client, keys, DRAWN, "crosses").json()["alerts"]
    client.delete(f"/ignores/{made['id']}", headers=keys["analyst"])
    assert quiet < backtest(client, keys, DRAWN, "crosses").json()["alerts"] == 2
