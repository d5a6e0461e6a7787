"""Mode S frames become observations: what they say, whose they are, and what is noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json
import pytest
import rs1090
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds._cpr import UNPLACED
from feeds._frames import LONG, NO_STAMP, Frames
from feeds._mode_s import ModeS, remainder
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES, present
from tests.feeds.test_beast import NOON
from tests.feeds.transponder import (
    ICAO,
    airborne,
    all_call,
    altitude_reply,
    emergency,
    flown,
    identity_reply,
    named,
    parity,
    squitter,
    status,
    surface,
    velocity,
)  # fmt: skip

HERE = (52.25, 3.92)
PLACE = (52.31, 4.76)


def framed(frames: Sequence[bytes]) -> Frames:
    data = np.frombuffer(b"".join(one.ljust(LONG, b"\0") for one in frames), dtype=np.uint8).reshape(-1, LONG)
    size = np.array([len(one) for one in frames], dtype=np.int64)
    return Frames(data, size, np.full(len(frames), NO_STAMP), np.full(len(frames), np.nan))


def told(*frames: bytes, stream: ModeS | None = None, start: float = 0.0, step: float = 0.4) -> Batch:
    """One row per message, a step (s) between two."""
    time = NOON + np.rint((start + np.arange(len(frames)) * step) * 1000).astype(np.int64)
    return (stream or ModeS()).messages(framed(frames), time)


def last(batch: Batch, name: str) -> Any:
    return batch[name][-1]


@given(data=st.binary(min_size=14, max_size=14))
def test_the_remainder_is_that_of_the_division_bit_by_bit(data: bytes) -> None:
    expected = parity(data[:-3]) ^ int.from_bytes(data[-3:])

    assert remainder(np.frombuffer(data, dtype=np.uint8)[None, :]).tolist() == [expected]


def test_a_position_in_the_air() -> None:
    batch = told(*(frame for _, frame in flown(*HERE, (0, 1), feet=38_000)))

    assert np.isnan(batch["lat"][0])
    assert (last(batch, "lat"), last(batch, "lon")) == pytest.approx(HERE, abs=1e-4)
    assert [last(batch, n) for n in ("baro_altitude", "on_ground", "alert", "spi")] == [38_000, 0, 0, 0]
    assert [last(batch, n) for n in ("nic", "rc")] == pytest.approx([8, 185.2])
    assert SOURCES[last(batch, "source")] == "adsb_icao"


def test_speed_course_climb_and_height_above_the_ellipsoid() -> None:
    batch = told(airborne(*HERE, False, feet=38_000), velocity(300, -400, -1_280, above_ft=450))

    assert [last(batch, n) for n in ("ground_speed", "track", "vertical_rate")] == pytest.approx(
        [500, 143.13, -1280], abs=0.1
    )
    assert [last(batch, n) for n in ("geo_altitude", "nac_v")] == [38_450, 2]


def test_callsign_and_category() -> None:
    batch = told(named("KLM1023", category=5))

    assert (last(batch, "callsign"), last(batch, "category")) == (b"KLM1023", b"A5")


def test_status_and_the_supplements_of_integrity() -> None:
    batch = told(status(first=True), airborne(*HERE, False, code=11, bits=1), airborne(*HERE, False, code=11))

    assert [batch[n][0] for n in ("version", "nac_p", "sil", "gva", "sda")] == [2, 9, 3, 2, 2]
    assert batch["nic"][1:].tolist() == [9, 8]
    assert batch["rc"][1:] == pytest.approx([75, 185.2])


def test_an_emergency_and_its_squawk() -> None:
    batch = told(emergency(5, "7500"))

    assert last(batch, "squawk") == b"7500"
    assert last(batch, "emergency") == 6


def test_replies_of_known_aircraft_only() -> None:
    noise = [altitude_reply(12_000, icao=0x123456), identity_reply("7700", icao=0xABCDEF)]

    batch = told(all_call(), *noise, altitude_reply(38_025), identity_reply("0412", flight=5))

    assert set(batch["icao24"].tolist()) == {ICAO}
    assert batch["baro_altitude"][1] == 38_025
    assert [last(batch, n) for n in ("squawk", "spi")] == [b"0412", 1]
    assert SOURCES[last(batch, "source")] == "mode_s"
    assert batch.rejected == {"reply of an aircraft that is not known otherwise": 2}


def test_an_address_is_known_for_a_minute_and_across_pieces() -> None:
    stream = ModeS()
    told(all_call(), stream=stream)

    assert len(told(altitude_reply(5_000), stream=stream, start=59)) == 1
    assert len(told(altitude_reply(5_000), stream=stream, start=61)) == 0


def test_an_all_call_asked_for_by_somebody_proves_nothing() -> None:
    assert len(told(all_call(asker=5), altitude_reply(5_000))) == 0


@pytest.mark.parametrize("at", range(0, 14, 3))
def test_a_bit_that_is_wrong_costs_the_frame(at: int) -> None:
    broken = bytearray(named("KLM1023"))
    broken[at] ^= 0x01

    batch = told(bytes(broken))

    assert len(batch) == 0
    assert sum(batch.rejected.values()) == 1


@pytest.mark.parametrize(
    ("control", "bit", "source", "foreign"),
    [(0, 0, "adsb_icao_nt", False), (1, 0, "adsb_other", True), (2, 0, "tisb_icao", False),
     (2, 1, "tisb_trackfile", True), (5, 0, "tisb_other", True), (6, 0, "adsr_icao", False),
     (6, 1, "adsr_other", True)],
)  # fmt: skip
def test_who_sent_a_df18(control: int, bit: int, source: str, foreign: bool) -> None:
    batch = told(airborne(*HERE, False, bits=bit, first=18 << 3 | control))

    assert SOURCES[batch["source"][0]] == source
    assert batch["icao24"].tolist() == [ICAO | (NON_ICAO if foreign else 0)]


@pytest.mark.parametrize("control", [3, 4, 7])
def test_a_df18_that_is_not_read_is_counted(control: int) -> None:
    batch = told(airborne(*HERE, False, first=18 << 3 | control))

    assert (len(batch), batch.rejected) == (0, {"DF18 of a form that is not read": 1})


def test_on_the_ground_the_receivers_place_helps() -> None:
    batch = told(surface(*PLACE, False), stream=ModeS((52.0, 4.4)))

    assert (last(batch, "lat"), last(batch, "lon")) == pytest.approx(PLACE, abs=1e-4)
    assert [last(batch, n) for n in ("on_ground", "ground_speed", "track")] == [1, 10, 90]


def test_without_it_a_place_on_the_ground_is_not_made_up() -> None:
    batch = told(surface(*PLACE, False), surface(*PLACE, True))

    assert not present("lat", batch["lat"]).any()
    assert batch.rejected == {UNPLACED: 2}


def test_where_it_landed_helps_too() -> None:
    batch = told(*(frame for _, frame in flown(*PLACE, (0, 1))), surface(*PLACE, False))

    assert (last(batch, "lat"), last(batch, "lon")) == pytest.approx(PLACE, abs=1e-4)


def test_pairs_hold_across_pieces_of_the_stream() -> None:
    stream = ModeS()
    told(airborne(*HERE, False), stream=stream)

    batch = told(airborne(*HERE, True), stream=stream, start=1)

    assert last(batch, "lat") == pytest.approx(HERE[0], abs=1e-4)


def test_an_even_and_an_odd_report_far_apart_in_time_are_no_pair() -> None:
    batch = told(airborne(*HERE, False), airborne(*HERE, True), step=11)

    assert not present("lat", batch["lat"]).any()


def test_one_report_is_read_near_where_the_aircraft_was() -> None:
    stream = ModeS()
    told(airborne(*HERE, False), airborne(*HERE, True), stream=stream)

    batch = told(airborne(52.4, 4.1, True), stream=stream, start=20)

    assert (last(batch, "lat"), last(batch, "lon")) == pytest.approx((52.4, 4.1), abs=1e-4)


@pytest.mark.parametrize("there", [(35.5, 35.9), (52.9, 3.92), (-33.9, 151.2), (52.25, 4.9)])
def test_a_place_that_jumps_is_told_and_mixed_pairs_are_not(there: tuple[float, float]) -> None:
    """What spoofing looks like: from one message to the next the aircraft is elsewhere, and stays there."""
    frames = [airborne(*HERE, bool(n % 2)) for n in range(4)] + [airborne(*there, bool(n % 2)) for n in range(4)]

    batch = told(*frames)

    seen = {(round(lat, 2), round(lon, 2)) for lat, lon in zip(batch["lat"], batch["lon"], strict=True) if lat == lat}
    assert seen == {HERE, there}


calm = settings(max_examples=60, deadline=None)


@calm
@given(lat=st.floats(-86.9, 86.9), lon=st.floats(-180, 179.999), odd=st.booleans())
def test_a_pair_gives_back_the_place_anywhere_on_the_earth(lat: float, lon: float, odd: bool) -> None:
    batch = told(airborne(lat, lon, odd), airborne(lat, lon, not odd))

    # At the edge of a zone the two may count zones differently: then there is no place, never a wrong one.
    if last(batch, "lat") == last(batch, "lat"):
        away = (last(batch, "lon") - lon + 180) % 360 - 180
        assert last(batch, "lat") == pytest.approx(lat, abs=1e-4)
        assert away * np.cos(np.radians(lat)) == pytest.approx(0, abs=1e-4)


@calm
@given(lat=st.floats(-80, 80), lon=st.floats(-180, -0.01), odd=st.booleans())
def test_a_place_on_the_ground_near_the_receiver(lat: float, lon: float, odd: bool) -> None:
    batch = told(surface(lat, lon, odd), stream=ModeS((lat + 0.2, lon)))

    away = (last(batch, "lon") - lon + 180) % 360 - 180
    assert (last(batch, "lat"), away) == pytest.approx((lat, 0), abs=1e-3)


@settings(max_examples=200, deadline=None)
@given(bodies=st.lists(st.tuples(st.sampled_from([0, 4, 5, 11, 16, 17, 18, 19, 20, 21, 24, 31]), st.binary(
    min_size=10, max_size=10)), max_size=12))  # fmt: skip
def test_whole_frames_of_any_content(bodies: list[tuple[int, bytes]]) -> None:
    frames = []
    for kind, body in bodies:
        body = (bytes([kind << 3 | body[0] & 7]) + body)[: 4 if kind < 16 else 11]
        frames.append(body + (parity(body) ^ (0 if kind in (11, 17, 18) else ICAO)).to_bytes(3))

    batch = ModeS((52.0, 4.0)).add(framed([all_call(), *frames]), np.full(len(frames) + 1, NOON))

    assert len({len(values) for values in batch.columns.values()}) == 1


def test_a_message_that_rs1090_fails_at_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})
    poison = squitter(0x23_00000000000).hex()

    def fails(texts: list[str], decode: Any = rs1090.decode) -> Any:
        if poison in texts:
            raise panic("attempt to subtract with overflow")
        return decode(texts)

    monkeypatch.setattr(rs1090, "decode", fails)
    batch = told(named("ABC1"), squitter(0x23_00000000000), named("ABC1"))

    assert batch["callsign"].tolist() == [b"ABC1", b"", b"ABC1"]
    assert batch.rejected == {"message that cannot be read": 1}


def test_real_frames_give_the_places_that_another_decoder_gave(shared: Path) -> None:
    """A recording near Toulouse and over to Heathrow, with the places that jet1090 worked out for it."""
    text = (shared / "data/traffic-samples/jet1090/tutorial.jsonl.gz").open("rb")
    table = pa.json.read_json(pa.CompressedInputStream(text, "gzip")).to_pandas().sort_values("timestamp")
    time = np.rint(table["timestamp"].to_numpy() * 1000).astype(np.int64)
    frames = framed([bytes.fromhex(one) for one in table["frame"]])
    stream, bad, got = ModeS(), Counter[str](), []
    for piece in np.array_split(np.arange(len(time)), 60):
        got.append(stream.messages(frames.take(piece), time[piece]))
        bad.update(got[-1].rejected)

    batch = Batch.concat(got)
    rows = zip(*(batch[name].tolist() for name in ("time", "icao24", "lat", "lon")), strict=True)
    ours = {(t, a): (lat, lon) for t, a, lat, lon in rows if lat == lat}
    air = table[(table["bds"] == "05") & table["latitude"].notna()]
    theirs = {(round(t * 1000), int(a, 16)): (lat, lon) for t, a, lat, lon in zip(
        air["timestamp"], air["icao24"], air["latitude"], air["longitude"], strict=True)}  # fmt: skip
    both = theirs.keys() & ours.keys()
    assert len(both) > 0.999 * len(theirs)
    assert max(np.hypot(ours[k][0] - theirs[k][0], ours[k][1] - theirs[k][1]) for k in both) < 1e-3
    assert bad["frame with errors"] == 0
    assert set(batch["squawk"].tolist()) >= {b"2312"}
