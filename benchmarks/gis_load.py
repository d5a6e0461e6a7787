"""wrk against one server: a list of requests in turns, in; requests per second, latencies and errors out."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

CONNECTIONS = 8
MISSING = "wrk is not installed: apt-get install wrk (or your system's package of that name), then run this again"
SLOWEST_S = 60

_SCRIPT = """
local paths, tags, count = {}, {}, 0
for line in io.lines(FILE) do
  local path, tag = line:match("^([^\\t]*)\\t?(.*)$")
  paths[#paths + 1] = path
  tags[#tags + 1] = tag ~= "" and { ["If-None-Match"] = tag } or {}
end
request = function()
  local i = count % #paths + 1
  count = count + 1
  local path = paths[i]:gsub("{n}", string.format("%07d", count % 10000000))
  return wrk.format("GET", path, tags[i])
end
done = function(summary, latency)
  local e = summary.errors
  local wrong = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format('RESULT {"requests":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99), wrong))
end
"""
"""`{n}` in a path is another number in every request: for answers that must not come from a cache."""


class NoWrk(Exception):
    """There is no wrk; the message says how to get it."""


def check() -> None:
    """Raises NoWrk."""
    if shutil.which("wrk") is None:
        raise NoWrk(MISSING)


def load(url: str, paths: Sequence[str], seconds: float, tags: Sequence[str] = ()) -> dict[str, float]:
    """`seconds` of eight connections that ask without a pause. `tags`: an If-None-Match for each path."""
    lines = [f"{path}\t{tag}" for path, tag in zip(paths, tags or [""] * len(paths), strict=True)]
    with tempfile.TemporaryDirectory(prefix="skysift-wrk-") as folder:
        asked, script = Path(folder, "paths.txt"), Path(folder, "load.lua")
        asked.write_text("\n".join(lines))
        script.write_text(f"local FILE = {str(asked)!r}\n{_SCRIPT}")
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(round(seconds), 1)}s", f"--timeout={SLOWEST_S}s", "-s",
             str(script), url],
            capture_output=True, text=True, check=True, timeout=seconds + 2 * SLOWEST_S,
        )  # fmt: skip
    return _read(done.stdout)


def _read(text: str) -> dict[str, float]:
    found = orjson.loads(text.partition("RESULT ")[2])
    return {
        "requests_s": round(found["requests"] / found["us"] * 1e6, 1), "p50_ms": round(found["p50"] / 1000, 2),
        "p99_ms": round(found["p99"] / 1000, 2), "requests": found["requests"], "errors": found["errors"],
    }  # fmt: skip
