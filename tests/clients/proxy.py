"""Passes requests on to the server behind it and writes down each: `python proxy.py URL LOG`. A process of its own,
because GDAL, while it waits for an answer, lets no other thread of its process run."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

KEPT = ("content-type", "content-crs", "link", "etag")


class Proxy(BaseHTTPRequestHandler):
    behind = ""
    log = Path()

    def do_GET(self) -> None:
        with self.log.open("a") as log:
            log.write(f"{self.path}\n")
        accept = {"accept": self.headers.get("accept", "*/*"), "accept-encoding": "identity"}
        forwarded = {"x-forwarded-host": self.headers["host"], "x-forwarded-proto": "http"}
        answer = httpx.get(self.behind + self.path, headers=accept | forwarded, timeout=30)
        self.send_response(answer.status_code)
        for name in KEPT:
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: Any) -> None:
        """The log is the file."""


if __name__ == "__main__":
    Proxy.behind, Proxy.log = sys.argv[1], Path(sys.argv[2])
    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
