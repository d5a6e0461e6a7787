"""A real HTTP server on 127.0.0.1 that speaks the API from a World; tests reach into it to change the world."""

from __future__ import annotations

import base64
import calendar
import functools
import gzip
import hashlib
import json
import mimetypes
import queue
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from api.formats import ARROW
from tests.web import fake_figures
from tests.web.fake_sky import sky
from tests.web.fake_watch import Watchers
from tests.web.fake_world import NOW, World, utc

WEB = Path(__file__).resolve().parents[2] / "web"
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("font/woff2", ".woff2")

OPEN_SEA = b'{"type": "FeatureCollection", "features": []}'
"""For each file of the basemap: to draw coasts in software takes longer than most of what a test looks at."""

_FEED = {
    "name": "demo", "format": "synthetic", "live": True, "state": "ok", "rows": 1_204_331, "dropped": 7, "errors": {},
    "rejected": {"lat out of range": 3},
}  # fmt: skip


class _Quiet(ThreadingHTTPServer):
    """A browser that goes away in the middle of an answer is no fault; everything else is told."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class FakeServer:
    """`with FakeServer(world) as server: server.url`. The world is open sea unless there is to be `land`."""

    def __init__(self, world: World | None = None, port: int = 0, land: bool = False) -> None:
        self.land = land
        self.world = world or World()
        self.watchers = Watchers(self.world)
        self.streams: list[queue.Queue[bytes | None]] = []
        self.requests: list[str] = []
        self.broken: set[str] = set()
        self.health: dict[str, Any] = {}
        self.refuse_streams = False
        self.started = time.monotonic()
        self.http = _Quiet(("127.0.0.1", port), type("Bound", (_Handler,), {"fake": self}))
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.stopping = threading.Event()

    def __enter__(self) -> FakeServer:
        for target in (self.http.serve_forever, self._tick):
            threading.Thread(target=target, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.drop_streams()
        self.http.shutdown()
        self.http.server_close()

    def now(self) -> int:
        """Data time, epoch ms: starts at a fixed date and runs on."""
        return NOW + int((time.monotonic() - self.started) * 1000)

    def push(self, event: str, data: Any, seq: int | None = None) -> None:
        """Send one event to every open stream."""
        head = f"id: {seq}\n" if seq is not None else ""
        self._send(f"{head}event: {event}\ndata: {json.dumps(data)}\n\n")

    def _send(self, frame: str) -> None:
        for stream in list(self.streams):
            stream.put(frame.encode())

    def drop_streams(self) -> None:
        """Cut every open stream, as a restart of the server would."""
        for stream in list(self.streams):
            stream.put(None)

    def _tick(self) -> None:
        while not self.stopping.wait(1.0):
            if not self.streams:
                continue
            now = self.now()
            self._send("event: aircraft\ndata: " + sky(self.world, now, whole=False).packed().decode() + "\n\n")
            self.push("clock", {"data_time": utc(now), "watermark": utc(now - 5000)})


class _Handler(BaseHTTPRequestHandler):
    fake: FakeServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet: pytest shows what matters."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        cursor = self.headers.get("Last-Event-ID")
        self.fake.requests.append(f"{self.path} after {cursor}" if cursor else self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        if any(url.path.startswith(prefix) for prefix in self.fake.broken):
            return self._json(
                {"type": "about:blank", "title": "Database unreachable", "status": 503, "detail": "broken on purpose"},
                503,
            )
        if url.path in ("/stream", "/alerts/stream"):
            return self._stream()
        wants_page = "text/html" in self.headers.get("Accept", "") and not url.query.startswith("by=")
        if url.path == "/" or url.path.startswith("/static/"):
            return self._file("index.html" if url.path == "/" else url.path.removeprefix("/static/"))
        if url.path in ("/statistics", "/login", "/account") and wants_page:
            return self._file(f"{url.path[1:]}.html")
        if "/xyz/" in url.path:
            return self._send(b"", "application/vnd.mapbox-vector-tile")  # a tile in which there is nothing
        if url.path == "/collections/aircraft/items" and self.headers.get("Accept", "").endswith("arrow.stream"):
            at = _ms(query["at"]) if "at" in query else self.fake.now()
            return self._send(sky(self.fake.world, at, whole=True).arrow(), ARROW.media)
        answer = self._answer(url.path, query)
        return (
            self._json(answer)
            if answer is not None
            else self._json({"title": "Not found", "status": 404, "detail": url.path}, 404)
        )

    def _change(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body: Any = json.loads(self.rfile.read(size)) if size else None
        path, desk = urlsplit(self.path).path, self.fake.watchers.desk
        status, answer = self.fake.watchers.change(self.command, path, body)
        if status < 400 and desk and body and path.endswith(("/review", "/queue")):
            desk.change(path, body)
        self._send(b"", "application/json", 204) if status == 204 else self._json(answer, status)

    do_POST = do_PUT = do_DELETE = _change

    def _answer(self, path: str, query: dict[str, str]) -> Any:
        world, now = self.fake.world, self.fake.now()
        feed = _FEED | {
            "last_time": now // 1000 * 1000 - 4_000,
            "receiver": world.receiver,
        }  # the clock says whole seconds
        if (watched := self.fake.watchers.get(path, query)) is not None:
            return watched
        if path == "/classes":
            return {"classes": world.classes}
        if path in ("/stats", "/kpis") or path.startswith("/statistics"):
            return self._figures(path, query)
        if path == "/feeds":
            places = [{"name": feed["name"], **world.receiver}] if world.receiver else []
            return {"feeds": [feed], "receivers": places + [{"name": None, **place} for place in world.receivers]}
        if path == "/health":
            return {
                "status": "ok",
                "version": "0.1.0",
                "data_time": utc(now),
                "feeds": [feed],
                "classes": {"active": 8, "inactive": 1},
                "database": {"ok": True},
                "lag_s": 1.2,
            } | self.fake.health
        match = re.fullmatch(r"/collections/([\w-]+)/items(?:/(.+))?", path)
        if not match:
            return None
        collection, fid = match.groups()
        if fid:
            return world.anomalies.get(fid)
        features = self._features(collection, query, now)
        return {"type": "FeatureCollection", "features": features, "links": []}

    def _figures(self, path: str, query: dict[str, str]) -> Any:
        world, now = self.fake.world, self.fake.now()
        if path == "/stats":
            return fake_figures.stats(world, now, int(query["hours"]))
        if path == "/statistics/hotspots":
            return fake_figures.hotspots(world)
        if path == "/statistics/drift":
            return fake_figures.drift()
        if path == "/statistics/forecast":
            return fake_figures.forecast(now)
        return fake_figures.kpis(world, now) if path == "/kpis" else fake_figures.rates(world, query["by"])

    def _features(self, collection: str, query: dict[str, str], now: int) -> list[Any]:
        world = self.fake.world
        if collection == "aircraft":
            return world.aircraft(_ms(query["at"]) if "at" in query else now)
        if collection in ("anomalies", "cleared"):
            start, end = query.get("datetime", "../..").split("/")
            pool = world.anomalies.values() if collection == "anomalies" else world.cleared
            wanted = {name: query[name] for name in ("class", "icao24") if name in query}
            if query.get("sortby") == "start":
                pool = sorted(pool, key=lambda f: f["properties"]["start"])
            return [
                f
                for f in pool
                if wanted.items() <= f["properties"].items()
                and (end == ".." or f["properties"]["start"] <= end)
                and (start == ".." or f["properties"]["end"] >= start)
            ]
        if collection == "positions":
            start, end = query["datetime"].split("/")
            return world.positions(query["icao24"], _ms(start), min(_ms(end), now))
        return world.overlays(collection) if hasattr(world, "overlays") else []

    def _json(self, value: Any, status: int = 200) -> None:
        kind = "application/json" if status < 400 else "application/problem+json"
        self._send(json.dumps(value).encode(), kind, status)

    def _file(self, name: str) -> None:
        path = (WEB / name).resolve()
        if not path.is_file() or WEB not in path.parents:
            return self._json({"title": "Not found", "status": 404, "detail": name}, 404)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        bare = name.startswith("basemap/") and not self.fake.land
        sea = OPEN_SEA if path.suffix == ".json" else b""
        return self._send(sea if bare else path.read_bytes(), kind)

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        packed = len(body) > 2000 and not kind.startswith("font/")
        csp = policy(body.decode()) if kind == "text/html" else None
        body = _packed(body) if packed else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        lasting = self.path.startswith("/static/")
        self.send_header("Cache-Control", "public, max-age=3600" if lasting else "no-cache")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if csp:
            self.send_header("Content-Security-Policy", csp)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        if self.fake.refuse_streams:
            return self._json({"title": "Starting", "status": 503, "detail": "not yet"}, 503)
        box: queue.Queue[bytes | None] = queue.Queue()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.fake.streams.append(box)
        hello = {"data_time": utc(self.fake.now()), "title": "Skysift", "version": "0.1.0"}
        try:
            self.wfile.write(f"retry: 500\nevent: hello\ndata: {json.dumps(hello)}\n\n".encode())
            while (frame := box.get()) is not None:
                self.wfile.write(frame)
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.close_connection = True
            self.fake.streams.remove(box)


@functools.lru_cache(maxsize=512)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 1)


def policy(html: str) -> str:
    """The Content-Security-Policy that the page must live under: nothing inline but the import map, by its hash."""
    inline = re.search(r'<script type="importmap">(.*?)</script>', html, re.S)
    digest = base64.b64encode(hashlib.sha256(inline[1].encode()).digest()).decode() if inline else ""
    allowed = f" 'sha256-{digest}'" if inline else ""
    return (
        f"default-src 'none'; script-src 'self'{allowed}; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _ms(text: str) -> float:
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 1000.0
