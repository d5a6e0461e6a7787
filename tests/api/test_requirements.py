"""OGC API - Features by its requirements: parts 1, 2 and 3, a check for each id of those classes.

`test_conformance.py` holds all classes that are declared; here is what the first of them are made of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]
Check = Callable[[Client], None]

REQUIREMENTS = {
    "core": "root-op root-success api-definition-op api-definition-success conformance-op conformance-success http"
    " query-param-unknown query-param-invalid crs84 fc-md-op fc-md-success fc-md-links fc-md-items fc-md-items-links"
    " fc-md-extent fc-md-extent-multi sfc-md-op sfc-md-success fc-op fc-limit-definition fc-limit-response-1"
    " fc-bbox-definition fc-bbox-response fc-time-definition fc-time-response fc-response fc-links fc-rel-type"
    " fc-timeStamp fc-numberMatched fc-numberReturned f-op f-success f-links",
    "geojson": "definition content",
    "oas30": "oas-definition-1 oas-definition-2 oas-impl completeness exceptions-codes security",
    "html": "definition content",
    "crs": "crs-uri fc-md-crs-list fc-md-storageCrs fc-md-storageCrs-valid-value fc-md-crs-list-global"
    " fc-crs-definition fc-crs-valid-value fc-crs-default-value fc-crs-action fc-bbox-crs-definition"
    " fc-bbox-crs-valid-value fc-bbox-crs-default-value fc-bbox-crs-action geojson ogc-crs-header"
    " ogc-crs-header-value",
    "filter": "filter-param filter-lang-param filter-crs-wgs84 filter-crs-param mixing-expressions response",
    "features-filter": "filter-param filter-lang-param filter-crs-param response get-queryables-op queryables-link",
    "queryables": "get-queryables-op get-queryables-response queryables-link expression-construction",
}
"""Requirements class: its requirements, as the standards name them (`/req/core/root-op`)."""

CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
FAR = "18924313,-1118889,20037508,1118889"
"""A box of Mercator's metres around the one squawk, at 179.5 degrees east on the equator."""

OWN, ITEMS = "/collections/anomalies", "/collections/anomalies/items"
PAGE = f"{ITEMS}?limit=2"
LINKED = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
CHECKS: dict[str, Check] = {}


def shows(own: str, *names: str) -> Callable[[Check], Check]:
    """Notes a check under the requirements of a class that it shows."""

    def noted(check: Check) -> Check:
        CHECKS.update({f"{own}/{name}": check for name in names})
        return check

    return noted


def got(client: Client, path: str, status: int = 200, **query: str) -> Any:
    answer = asked(client, path, **query)
    assert answer.status_code == status, answer.text
    return answer.json()


def asked(client: Client, path: str, **query: str) -> Response:
    """Names of parameters with an underscore for a hyphen, and one behind a word of Python."""
    text = urlencode({name.strip("_").replace("_", "-"): value for name, value in query.items()})
    return client.get(f"{path}?{text}" if text else path)


def ids(client: Client, **query: str) -> list[str]:
    return [one["id"] for one in got(client, ITEMS, 200, **query)["features"]]


def links(document: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for one in document["links"]:
        found.setdefault(one["rel"], []).append(one)
    return found


def refused(client: Client, parameter: str, **query: str) -> None:
    problem = got(client, ITEMS, 400, **query)
    assert (problem["status"], problem["parameter"]) == (400, parameter)


def declared(client: Client, name: str, path: str = ITEMS) -> dict[str, Any]:
    """A query parameter as the service's own OpenAPI document has it."""
    document = got(client, "/api")
    for one in document["paths"][path]["get"]["parameters"]:
        whole = document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
        if (whole["name"], whole["in"]) == (name, "query"):
            found: dict[str, Any] = whole
            return found
    raise AssertionError(f"{path} takes no {name}")


def is_query(parameter: dict[str, Any]) -> bool:
    return (parameter["required"], parameter["style"], parameter["explode"]) == (False, "form", False)


def collections(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = got(client, "/collections")["collections"]
    return found


def test_every_requirement_has_its_check() -> None:
    assert set(CHECKS) == {f"{own}/{name}" for own, names in REQUIREMENTS.items() for name in names.split()}


@pytest.mark.parametrize("one", [f"{own}/{name}" for own, names in REQUIREMENTS.items() for name in names.split()])
def test_each_requirement_is_met(client: Client, one: str) -> None:
    CHECKS[one](client)


@shows("core", "root-op", "root-success")
def _(client: Client) -> None:
    found = links(got(client, "/"))
    assert found["conformance"] and found["data"] and found["service-desc"] and found["service-doc"]


@shows("core", "api-definition-op", "api-definition-success")
def _(client: Client) -> None:
    for one in (one for rel in ("service-desc", "service-doc") for one in links(got(client, "/"))[rel]):
        answer = client.get(one["href"])
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(one["type"].split(";")[0])


@shows("core", "conformance-op", "conformance-success")
def _(client: Client) -> None:
    claimed = got(client, "/conformance")["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in claimed


@shows("core", "http")
def _(client: Client) -> None:
    assert client.head(PAGE).status_code == 200 and client.get("/collections/nothing").status_code == 404
    assert client.delete(ITEMS).status_code == 405
    assert client.get(ITEMS, headers={"accept": "image/png"}).status_code == 406


@shows("core", "query-param-unknown")
def _(client: Client) -> None:
    refused(client, "unheard", unheard="1")
    for path in ("/", "/conformance", "/collections", OWN, f"{ITEMS}/s1"):
        assert asked(client, path, unheard="1").status_code == 400


@shows("core", "query-param-invalid")
def _(client: Client) -> None:
    for parameter, value in {"limit": "unlimited", "bbox": "1,2,3", "datetime": "yesterday"}.items():
        refused(client, parameter, **{parameter: value})


@shows("core", "crs84")
def _(client: Client) -> None:
    (squawk,) = got(client, ITEMS, class_="squawk")["features"]
    assert squawk["geometry"]["coordinates"] == [179.5, 0]


@shows("core", "fc-md-op", "fc-md-success", "fc-md-links")
def _(client: Client) -> None:
    assert {"anomalies", "loiter"} <= {one["id"] for one in collections(client)}
    found = links(got(client, "/collections"))
    assert found["self"][0]["type"] == "application/json" and found["alternate"][0]["type"] == "text/html"


@shows("core", "fc-md-items", "fc-md-items-links")
def _(client: Client) -> None:
    document = got(client, "/api")
    for one in collections(client):
        assert f"/collections/{one['id']}/items" in document["paths"]
        assert all(link["type"] and client.head(link["href"]).status_code == 200 for link in links(one)["items"])


@shows("core", "fc-md-extent", "fc-md-extent-multi")
def _(client: Client) -> None:
    """The first box and the first interval are those of everything."""
    extent = got(client, OWN)["extent"]
    west, south, east, north = extent["spatial"]["bbox"][0]
    assert west <= 10 <= 179.5 <= east and south <= 0 <= 50 <= north
    assert len(extent["temporal"]["interval"][0]) == 2


@shows("core", "sfc-md-op", "sfc-md-success")
def _(client: Client) -> None:
    for one in collections(client):
        assert got(client, f"/collections/{one['id']}") == one


@shows("core", "fc-op", "fc-response")
def _(client: Client) -> None:
    page = got(client, ITEMS)
    assert page["type"] == "FeatureCollection" and len(page["features"]) == 13


@shows("core", "fc-limit-definition")
def _(client: Client) -> None:
    limit = declared(client, "limit")
    assert is_query(limit) and limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100}


@shows("core", "fc-limit-response-1")
def _(client: Client) -> None:
    assert len(ids(client, limit="3")) == 3 and len(ids(client, limit="99999")) == 13
    refused(client, "limit", limit="0")


@shows("core", "fc-bbox-definition")
def _(client: Client) -> None:
    box = declared(client, "bbox")
    assert is_query(box) and box["schema"]["items"] == {"type": "number"}
    assert [one["minItems"] for one in box["schema"]["oneOf"]] == [4, 6]


@shows("core", "fc-bbox-response")
def _(client: Client) -> None:
    assert ids(client, bbox="170,-10,-170,10") == ["s1"] and ids(client, bbox="-170,-10,170,10") == []


@shows("core", "fc-time-definition")
def _(client: Client) -> None:
    time = declared(client, "datetime")
    assert is_query(time) and time["schema"] == {"type": "string"}


@shows("core", "fc-time-response")
def _(client: Client) -> None:
    instant, later = "2023-11-14T22:25:10Z", "2023-11-14T22:31:00Z"
    assert ids(client, datetime=instant) == ["l05"]
    assert ids(client, datetime=f"{later}/..") == ids(client, datetime=f"{later}/") == ["l11"]
    assert "l11" not in ids(client, datetime=f"../{instant}") and "l11" not in ids(client, datetime=f"/{instant}")
    assert ids(client, datetime=f"{instant}/2023-11-14T22:26:00Z") == ["l06", "l05"]


@shows("core", "fc-links", "fc-rel-type")
def _(client: Client) -> None:
    found = links(got(client, ITEMS, limit="2"))
    assert found["self"] and found["alternate"] and found["next"]
    assert all(one["type"] for rel in ("self", "alternate", "next") for one in found[rel])


@shows("core", "fc-timeStamp", "fc-numberMatched", "fc-numberReturned")
def _(client: Client) -> None:
    page = got(client, ITEMS, limit="2")
    assert page["timeStamp"].endswith("Z")
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (13, 2, 2)


@shows("core", "f-op", "f-success", "f-links")
def _(client: Client) -> None:
    feature = got(client, f"{ITEMS}/s1")
    found = links(feature)
    assert (feature["type"], feature["id"]) == ("Feature", "s1") and found["self"] and found["alternate"]
    assert [one["href"].endswith(OWN) for one in found["collection"]] == [True]


@shows("geojson", "definition", "content")
def _(client: Client) -> None:
    """Links are a member beside GeoJSON's own."""
    for path in (PAGE, f"{ITEMS}/s1"):
        answer = client.get(path, headers={"accept": "application/geo+json"})
        assert answer.headers["content-type"] == "application/geo+json" and answer.json()["links"]


@shows("oas30", "oas-definition-1", "oas-definition-2", "oas-impl")
def _(client: Client) -> None:
    (link,) = links(got(client, "/"))["service-desc"]
    answer = client.get(link["href"], headers={"accept": link["type"]})
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    schemathesis.openapi.from_dict(answer.json()).validate()


@shows("oas30", "completeness", "exceptions-codes")
def _(client: Client) -> None:
    paths = got(client, "/api")["paths"]
    for own in (one["id"] for one in collections(client)):
        for path in (f"/collections/{own}/items", f"/collections/{own}/items/{{featureId}}"):
            assert {"200", "400", "404", "500"} <= set(paths[path]["get"]["responses"]), path


@shows("oas30", "security")
def _(client: Client) -> None:
    """All may read here, and so nothing is one of the choices."""
    document = got(client, "/api")
    named = {name for choice in document["security"] for name in choice}
    assert {} in document["security"] and named == set(document["components"]["securitySchemes"])


@shows("html", "definition", "content")
def _(client: Client) -> None:
    for path in ("/?f=html", "/conformance", "/collections", OWN, PAGE, f"{ITEMS}/s1"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert answer.headers["content-type"] == "text/html; charset=utf-8" and "<h1" in answer.text, path


@shows("crs", "crs-uri", "fc-md-crs-list", "fc-md-crs-list-global")
def _(client: Client) -> None:
    for one in collections(client):
        own = CRS84H if one["id"] == "tracks" else CRS84
        assert one["crs"][0] == own and {CRS84, MERCATOR} <= {*one["crs"]}, one["id"]


@shows("crs", "fc-md-storageCrs", "fc-md-storageCrs-valid-value")
def _(client: Client) -> None:
    assert all(one["storageCrs"] == one["crs"][0] for one in collections(client))


@shows("crs", "fc-crs-definition", "fc-bbox-crs-definition")
def _(client: Client) -> None:
    for name in ("crs", "bbox-crs"):
        one = declared(client, name)
        assert is_query(one) and (one["schema"]["format"], one["schema"]["default"]) == ("uri", CRS84)


@shows("crs", "fc-crs-valid-value", "fc-bbox-crs-valid-value")
def _(client: Client) -> None:
    refused(client, "crs", crs="http://www.opengis.net/def/crs/EPSG/0/9999999")
    refused(client, "bbox-crs", bbox="0,0,1,1", bbox_crs="http://www.opengis.net/def/crs/EPSG/0/9999999")


@shows("crs", "fc-crs-default-value", "fc-crs-action", "geojson")
def _(client: Client) -> None:
    given = got(client, ITEMS, class_="squawk")
    in_metres = got(client, ITEMS, crs=MERCATOR, class_="squawk")
    x, y = in_metres["features"][0]["geometry"]["coordinates"]
    assert given["features"] == got(client, ITEMS, crs=CRS84, class_="squawk")["features"]
    assert (in_metres["features"][0]["geometry"]["type"], round(x), round(y)) == ("Point", 19_981_849, 0)


@shows("crs", "fc-bbox-crs-default-value", "fc-bbox-crs-action")
def _(client: Client) -> None:
    assert ids(client, bbox="170,-10,180,10") == ids(client, bbox="170,-10,180,10", bbox_crs=CRS84) == ["s1"]
    assert ids(client, bbox=FAR, bbox_crs=MERCATOR) == ["s1"]


@shows("crs", "ogc-crs-header", "ogc-crs-header-value")
def _(client: Client) -> None:
    for path in (ITEMS, f"{ITEMS}/s1"):
        assert asked(client, path).headers["content-crs"] == f"<{CRS84}>"
        assert asked(client, path, crs=MERCATOR).headers["content-crs"] == f"<{MERCATOR}>"


@shows("filter", "filter-param", "response")
@shows("features-filter", "filter-param", "response")
def _(client: Client) -> None:
    assert is_query(declared(client, "filter")) and declared(client, "filter")["schema"] == {"type": "string"}
    assert ids(client, filter="class = 'squawk'") == ["s1"]
    refused(client, "filter", filter="class = ")


@shows("filter", "filter-lang-param")
@shows("features-filter", "filter-lang-param")
def _(client: Client) -> None:
    lang = declared(client, "filter-lang")
    assert is_query(lang) and {"cql2-text", "cql2-json"} <= set(lang["schema"]["enum"])
    assert lang["schema"]["default"] == "cql2-text"
    tree = '{"op": "=", "args": [{"property": "class"}, "squawk"]}'
    assert ids(client, filter=tree, filter_lang="cql2-json") == ["s1"]


@shows("filter", "filter-crs-wgs84", "filter-crs-param")
@shows("features-filter", "filter-crs-param")
def _(client: Client) -> None:
    assert is_query(declared(client, "filter-crs")) and declared(client, "filter-crs")["schema"]["default"] == CRS84
    assert ids(client, filter="S_INTERSECTS(geometry, BBOX(170, -10, 180, 10))") == ["s1"]
    assert ids(client, filter=f"S_INTERSECTS(geometry, BBOX({FAR}))", filter_crs=MERCATOR) == ["s1"]
    refused(client, "filter-crs", filter="TRUE", filter_crs="urn:nothing")


@shows("filter", "mixing-expressions")
def _(client: Client) -> None:
    """What is asked by other parameters and the filter hold together."""
    assert ids(client, filter="confidence > 0.1", state="closed", bbox="170,-10,180,10") == ["s1"]
    assert ids(client, filter="class = 'loiter'", bbox="170,-10,180,10") == []


@shows("features-filter", "get-queryables-op", "queryables-link")
@shows("queryables", "get-queryables-op", "queryables-link")
def _(client: Client) -> None:
    for one in collections(client):
        (link,) = links(one)[LINKED]
        assert client.get(link["href"]).headers["content-type"] == link["type"] == "application/schema+json"


@shows("queryables", "get-queryables-response")
def _(client: Client) -> None:
    document = got(client, f"{OWN}/queryables")
    assert document["$id"].endswith(f"{OWN}/queryables") and document["type"] == "object" and document["title"]
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema" and document["properties"]


@shows("queryables", "expression-construction")
def _(client: Client) -> None:
    """What is not among them cannot be named."""
    assert "nothing" not in got(client, f"{OWN}/queryables")["properties"]
    refused(client, "filter", filter="nothing = 1")
