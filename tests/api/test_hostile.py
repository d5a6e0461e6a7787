"""Whatever stands in a parameter, a path or a header, the answer is data or a problem, never an error of ours."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]

NAMES = ("bbox", "datetime", "limit", "after", "class", "icao24", "state", "min_confidence", "priority", "at", "flight")
COLLECTIONS = ("anomalies", "loiter", "aircraft", "tracks", "positions", "zones", "cells")
TEXT = st.one_of(
    st.text(max_size=60),
    st.text("0123456789.,-+:/TZe~x'\";\\%()", max_size=40),
    st.sampled_from(
        ["1e999", "-0", "NaN", "9" * 30, "0001-01-01T00:00:00Z/9999-12-31T23:59:59Z", "' OR 1=1 --", "\x00"]
    ),
)
LIMITS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.sampled_from(COLLECTIONS), st.dictionaries(st.sampled_from(NAMES), TEXT, min_size=1, max_size=3))
@LIMITS
def test_any_query(client: Client, collection: str, query: dict[str, str]) -> None:
    answer = client.get(f"/collections/{collection}/items", params=query)
    assert answer.status_code in (200, 400), answer.text


@given(st.sampled_from(COLLECTIONS), TEXT)
@LIMITS
def test_any_feature_id(client: Client, collection: str, own: str) -> None:
    answer = client.get(f"/collections/{collection}/items/{quote(own, safe='')}")
    assert answer.status_code in (200, 404), answer.text


@given(st.sampled_from(["if-none-match", "accept", "accept-encoding", "forwarded", "x-forwarded-host", "host"]), TEXT)
@LIMITS
def test_any_header(client: Client, name: str, value: str) -> None:
    answer = client.get("/collections/anomalies/items?limit=1", headers={name: value.encode().replace(b"\n", b"")})
    assert answer.status_code in (200, 304, 400, 406), answer.text
