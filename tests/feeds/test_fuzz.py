"""Whatever bytes come, there is a FeedError or a Batch with counts: never another exception."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feeds import FeedError
from feeds._registry import formats
from geo.batch import Batch
from tests.feeds.reading import read

PLANE = {"hex": "4baad9", "type": "adsb_icao", "flight": "THY1", "alt_baro": 35000, "gs": 4.5, "lat": 39.9, "lon": 3.5,
         "seen": 1, "seen_pos": 2, "squawk": "0131", "lastPosition": {"lat": 1, "lon": 2}}  # fmt: skip
STATE = ["4b1814", "SWR", "CH", 1687260600, 1687260666, 8.5, 47.4, 3048.0, False, 100.0, 95.6, -5.0, None, 33.8, "01"]
POINT = {"timestamp": "2025-11-12T07:48:39Z", "lat": 55.4, "lon": 37.1, "alt": 8200, "speed": 243, "callsign": "FDB"}
ROW = {"timestamp": 1633608773000, "icao24": "0101de", "latitude": 48.4, "longitude": 3.8, "groundspeed": 325.0}
FIX = {"receiveTime": 1782619506015, "positionTime": 1782619501801, "lat": 33.9, "lon": -118.4, "gs": 0, "gnd": False}
DOCUMENTS: dict[str, Any] = {
    "readsb": {"now": 1700000000.5, "aircraft": [PLANE, PLANE | {"hex": "~000001"}]},
    "trace-full": {"icao": "a1878a", "timestamp": 1693353600.0, "r": "N1", "trace": [[1.5, 42.4, -121.0, 35000, 44]]},
    "adsblol-lines": {"now": 1748719389, "alt_baro": 1500, "gscp": 90, "lat": 36.4, "lon": -121.4, "hex": "a7f426",
                      "flight": "", "flightdict": {"type": "mlat", "nic": 8}},
    "opensky-states": {"time": 1687260670, "states": [STATE, STATE]},
    "opensky-track": {"icao24": "3c6444", "callsign": "DLH9WM", "startTime": 1687260600, "endTime": 1687264200,
                      "path": [[1687260600, 50.0, 8.5, 300.0, 270.5, False], [1687260700, 50.0, 8.4, 900, 271, False]]},
    "observations": {"icao24": "4ca7b5", "time": "2026-11-29T10:00:00Z", "lat": 47.1, "baro_altitude": 35000},
    "fr24-track": [POINT, POINT],
    "uat": {"address": "a66ef1", "address_qualifier": "adsb_icao", "position": {"lat": 37.4, "lon": -122.1}, "nic": 9,
            "pressure_altitude": 1000, "airground_state": "airborne", "metadata": {"received_at": 1579521600.5}},
    "fr24-playback": {"result": {"response": {"data": {"flight": {
        "identification": {"id": "2c"}, "track": [{"latitude": 3.1, "longitude": 101.5, "timestamp": 1659425766}]}}}}},
    "traffic-table": [ROW, ROW],
    "adsbao": {"hex": "a085a4", "callsign": "UAL1195", "fixes": [FIX]},
}  # fmt: skip
TABLES = {
    "opensky-history": "time,icao24,lat,lon,velocity,heading,vertrate,squawk,lastposupdate,lastcontact\n"
    "1527699601,484506,52.4,6.05,100,174.5,-5.08,0051,1527699598.7,1527699600.9\n",
    "fr24-track": ",timestamp,lat,lon,alt,gspeed,vspeed,track,squawk,callsign,source\n"
    "0,2025-11-16T17:52:31Z,41.26366,28.74887,0,0,0,286,0656,,ADSB\n",
    "fr24-csv": 'Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction\n1704180175,x,JAL516,"42.7,141.6",0,0,73\n',
    "fr24-granular": "network_time,receiver_time,hex,callsign,latitude,longitude,no_position,altitude,squawk,speed,"
    "track,vspeed,on_ground\n2024-01-02 07:41:03Z.515,,0x8467d8,JAL516,41.5,141.6,P,26650,416,401,192,1728,A,IAS:1\n",
    "sbs": "MSG,3,1,1,40757F,1,2019/10/20,11:33:40.311,2019/10/20,11:33:40.311,,38000,,,46.65470,-2.77776,,,0,,0,0\n"
    "MSG,4,1,1,40757F,1,2019/10/20,11:33:40.511,2019/10/20,11:33:40.511,,,523,38,,,64,,,,,0\nMSG,8,1,1,40757F,1,,,,\n",
    "euctrl": "flight_id,timestamp,latitude,longitude,altitude,vert_speed\na,2017-08-02T11:44:08Z,51.9,-1.1,145,-129\n",
    "traffic-table": "timestamp,icao24,latitude,longitude,groundspeed\n2021-10-07 12:12:53+00:00,0101de,48.4,3.8,325\n",
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(data: bytes, name: str, format: str | None = None) -> None:
    try:
        batch = read(data, name, format)
    except FeedError as error:
        assert str(error)
        return
    assert isinstance(batch, Batch)
    assert len({len(values) for values in batch.columns.values()}) == 1


@pytest.mark.parametrize("name", sorted(formats()))
@calm
@given(data=st.binary(max_size=300))
@example(data=b"")
@example(data=b"[" * 100_000)
@example(data=b'{"now":' * 3_000)
@example(data=b'{"aircraft": ' + b"[" * 50_000)
@example(data=b"\x1f\x8b\x08")
@example(data=b"PAR1")
@example(data=b"\xff\xfe\x00")
@example(data=b'"\\ud800"')
@example(data=b"1" * 5_000)
def test_random_bytes(name: str, data: bytes) -> None:
    survives(data, "random", name)


@calm
@given(data=st.binary(max_size=300))
def test_random_bytes_of_unnamed_format(data: bytes) -> None:
    survives(data, "random")


@pytest.mark.parametrize("name", [*DOCUMENTS, *(f"{name}.csv" for name in TABLES)])
@calm
@given(at=st.integers(0, 10_000), data=st.binary(max_size=6), cut=st.integers(0, 8))
def test_valid_files_with_bytes_exchanged(name: str, at: int, data: bytes, cut: int) -> None:
    table = TABLES.get(name.removesuffix(".csv")) if name.endswith(".csv") else None
    whole = (table if table is not None else json.dumps(DOCUMENTS[name])).encode()
    at %= len(whole)

    survives(whole[:at] + data + whole[at + cut :], "mutated", name.removesuffix(".csv"))
    survives(whole[:at], "cut", name.removesuffix(".csv"))


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """The document with one value anywhere in it exchanged for any other."""
    if isinstance(document, dict) and document and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(document)))
        return {**document, key: draw(changed(document[key]))}
    if isinstance(document, list) and document and draw(st.integers(0, 9)):
        at = draw(st.integers(0, len(document) - 1))
        return [*document[:at], draw(changed(document[at])), *document[at + 1 :]]
    return draw(anything)


@pytest.mark.parametrize("name", DOCUMENTS)
@calm
@given(data=st.data())
def test_valid_documents_with_a_value_exchanged(name: str, data: st.DataObject) -> None:
    document = data.draw(changed(data.draw(changed(DOCUMENTS[name]))))

    survives(json.dumps(document).encode(), "changed", name)


@calm
@given(at=st.integers(0, 100_000), byte=st.integers(0, 255))
def test_packed_and_columnar_files_with_a_byte_exchanged(at: int, byte: int) -> None:
    out = io.BytesIO()
    pd.DataFrame([ROW, ROW]).to_parquet(out)
    for whole in (out.getvalue(), gzip.compress(json.dumps([ROW, ROW]).encode())):
        broken = bytearray(whole)
        broken[at % len(broken)] = byte

        survives(bytes(broken), "packed", "traffic-table")
