"""Several feeds of one service: what two receivers hear is one observation of both, and one that hangs stops nobody."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from feeds._keeping import Part, parts
from tests.cli.test_serve import served

ADDRESSES = ("4B0001", "4B0002", "4B0003")


@contextmanager
def port(hears: tuple[str, ...], delay_s: float) -> Iterator[int]:
    """A receiver that tells of some aircraft five times a second, and then hangs where it hears none."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while not over.wait(0.2):
                now = time.time()
                heard = datetime.fromtimestamp(now + delay_s, UTC).strftime("%Y/%m/%d,%H:%M:%S.%f")[:-3]
                place = [f"{47 + i + int(now * 5) * 0.001 % 1:.5f},8.5" for i in range(3)]
                lines = [
                    f"MSG,3,1,1,{own},1,{heard},{heard},,{30000 + 500 * i},,,{place[i]},,,,,,0"
                    for i, own in enumerate(ADDRESSES)
                    if own in hears
                ]
                try:
                    self.request.sendall("".join(line + "\r\n" for line in lines).encode())
                except OSError:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            over.set()
            server.shutdown()
            thread.join()


def got(base: str, path: str) -> Any:
    with urlopen(base + path, timeout=20) as answer:
        return json.load(answer)


def stored(base: str) -> dict[str, set[int]]:
    """By aircraft, the values of `heard` that its stored rows have."""
    out: dict[str, set[int]] = {}
    for one in got(base, "collections/positions/items?limit=1000")["features"]:
        out.setdefault(one["properties"]["icao24"], set()).add(one["properties"].get("heard") or 0)
    return out


def test_two_receivers_one_that_hangs_and_one_that_is_not_there(database_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        roof = stack.enter_context(port(ADDRESSES[:2], 0.0))
        hill = stack.enter_context(port(ADDRESSES[1:], 0.1))
        deaf = stack.enter_context(port((), 0.0))
        feeds = (f"roof=sbs://127.0.0.1:{roof}#at=47.4,8.5", f"hill=sbs://127.0.0.1:{hill}", f"deaf=sbs://127.0.0.1:{deaf}",
                 "gone=http://127.0.0.1:9/data/aircraft.json")  # fmt: skip
        arguments = [word for feed in feeds for word in ("--feed", feed)]
        _, base = stack.enter_context(
            served(database_url, tmp_path, *arguments, "--store-every", "0", "--no-reference", "--keep-raw")
        )
        until = time.monotonic() + 60
        heard = stored(base)
        while time.monotonic() < until and (len(heard) < 3 or 3 not in heard.get("4b0002", ())):
            time.sleep(0.5)
            heard = stored(base)
        while time.monotonic() < until and len(got(base, "feeds")["feeds"]) < 4:
            time.sleep(0.5)
        while time.monotonic() < until and len(kept := {Part.of(path).feed for path in parts(tmp_path / "raw")}) < 2:
            time.sleep(0.5)
        health = {one["name"]: one for one in got(base, "feeds")["feeds"]}

    assert 3 in heard["4b0002"]
    assert kept == {"roof", "hill"}
    assert heard["4b0001"] == heard["4b0003"] == {0}
    assert health["roof"]["receiver"] == {"lat": 47.4, "lon": 8.5}
    assert [health[n]["state"] for n in ("roof", "hill", "deaf")] == ["ok", "ok", "silent"]
    assert [health[n]["number"] for n in ("roof", "hill", "deaf", "gone")] == [0, 1, 2, 3]
    assert health["hill"]["dropped"] == 0
