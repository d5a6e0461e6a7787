"""Records kept for debugging: what comes out is what came in, within bounds, whatever happened to the files."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import FeedError
from feeds._keeping import FLUSH_BYTES, Keeping, Part, parts
from feeds.live import LiveSource
from tests.feeds.receiver import NOW, Answer, polled, receiver, sky
from tests.feeds.streaming import Sent, heard
from tests.feeds.test_sbs import NOON, line

DAY_S = 86_400


class Clock:
    """The wall clock, which a test sets."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def kept(folder: Path) -> list[tuple[int, bytes]]:
    return [record for path in parts(folder) for record in Part.of(path).records()]


@settings(max_examples=40, deadline=None)
@given(records=st.lists(st.binary(max_size=300), min_size=1, max_size=12))
def test_what_comes_out_is_what_came_in(records: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, clock = tmp_path_factory.mktemp("raw"), Clock()
    keeping = Keeping(folder, clock=clock)
    one = keeping.recorder("roof", "stream")
    for record in records:
        one.add(record)
        clock.now += 1
    keeping.close()

    assert kept(folder) == [(round(NOW * 1000) + n * 1000, record) for n, record in enumerate(records)]


def test_a_part_says_whose_it_is_and_feeds_are_kept_apart(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, clock=Clock())
    for feed in ("roof / 1", "roof ? 1"):
        keeping.recorder(feed, "documents").add(b"x")
    keeping.close()

    found = [Part.of(path) for path in parts(tmp_path)]
    assert {(one.feed, one.kind, one.day) for one in found} == {
        ("roof / 1", "documents", "2023-11-14"), ("roof ? 1", "documents", "2023-11-14")
    }  # fmt: skip
    assert found[0].path.stat().st_mode & 0o777 == 0o600


def test_the_oldest_goes_when_there_is_too_much(tmp_path: Path) -> None:
    clock = Clock()
    keeping = Keeping(tmp_path, most_bytes=60_000, clock=clock)
    one = keeping.recorder("roof", "stream")
    for number in range(30):
        # Noise does not become smaller by packing.
        one.add(Random(number).randbytes(8_000))
        one.flush()
        clock.now += 10

    records = kept(tmp_path)
    assert sum(path.stat().st_size for path in parts(tmp_path)) <= 60_000
    assert records[-1][0] == round((clock.now - 10) * 1000)
    assert records[0][0] > NOW * 1000


def test_what_is_too_old_goes_and_nothing_else(tmp_path: Path) -> None:
    clock = Clock()
    keeping = Keeping(tmp_path, most_days=2, clock=clock)
    other = tmp_path / "2020-01-01" / "notes.zst"
    other.parent.mkdir()
    other.write_text("mine")
    one = keeping.recorder("roof", "stream")
    for _ in range(5):
        one.add(b"x" * 10)
        one.flush()
        clock.now += DAY_S

    assert [path.parent.name for path in parts(tmp_path)] == ["2023-11-16", "2023-11-17", "2023-11-18"]
    assert other.exists()


@pytest.mark.parametrize("cut", [1, 9, 200])
def test_a_kill_costs_the_last_records_alone(tmp_path: Path, cut: int) -> None:
    keeping = Keeping(tmp_path, clock=Clock())
    one = keeping.recorder("roof", "stream")
    for number in range(3):
        one.add(bytes([number]) * 500 + bytes(range(256)))
        one.flush()
    (path,) = parts(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])

    found = [body[0] for _, body in kept(tmp_path)]

    assert found == [0, 1]


def test_damage_in_the_middle_is_said_after_what_comes_before_it(tmp_path: Path) -> None:
    one = Keeping(tmp_path, clock=Clock()).recorder("roof", "stream")
    for number in range(3):
        one.add(bytes([number]) * 500 + bytes(range(256)))
        one.flush()
    (path,) = parts(tmp_path)
    path.write_bytes(path.read_bytes()[:-20] + b"\xff" * 40)
    found: list[int] = []

    with pytest.raises(FeedError, match="damaged"):
        found.extend(body[0] for _, body in Part.of(path).records())

    assert found[:1] == [0] and found == sorted(set(found))


def test_bytes_that_are_none_are_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "2023-11-14" / "roof-00000000-00000.zst"
    path.parent.mkdir()
    path.write_bytes(b"no zstd")

    with pytest.raises(FeedError, match="no kept records"):
        Part.of(path)


def test_much_at_once_does_not_wait_in_memory(tmp_path: Path) -> None:
    one = Keeping(tmp_path, clock=Clock()).recorder("roof", "documents")

    one.add(b"x" * FLUSH_BYTES)

    assert not one.waiting
    assert len(kept(tmp_path)) == 1


def test_answers_of_an_address_are_kept_those_that_cannot_be_read_too(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, clock=Clock())
    bodies = [sky(NOW), b"<html>out of order</html>"]
    with receiver([Answer(body) for body in bodies]) as url:
        source = LiveSource(url, interval_s=0.01, clock=lambda: NOW)
        source.recorder = keeping.recorder(source.name, source.records)
        polled(source, lambda s, g: bool(s.errors))
    keeping.close()

    assert bodies[1] in [body for _, body in kept(tmp_path)]


def test_a_stream_is_kept_as_it_came(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, clock=Clock())
    text = [line(3, "12:00:00.500", altitude=38000, lat=43.1, lon=-75.9).encode(), b"rubbish\r\n"]

    def until(source, got) -> bool:  # type: ignore[no-untyped-def]
        source.recorder = source.recorder or keeping.recorder(source.name, source.records)
        return source.rejected.total() > 0

    heard([Sent(text, stays=True)], until, clock=lambda: NOON / 1000 + 3, interval_s=0.01)
    keeping.close()

    assert b"".join(body for _, body in kept(tmp_path)) == b"".join(text)


def test_a_full_disk_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    keeping = Keeping(blocked / "raw", clock=Clock())
    with receiver([Answer(sky(NOW + n)) for n in range(500)]) as url:
        source = LiveSource(url, interval_s=0.01, clock=lambda: NOW + 400)
        source.recorder = keeping.recorder(source.name, source.records)
        source.recorder.add(b"waits")
        source.recorder.since -= 60
        _, got = polled(source, lambda s, g: bool(s.errors) and len(g) > 2)

    assert set(source.errors) == {"raw record not kept"}
    assert len(got) > 2
