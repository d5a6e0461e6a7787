"""What `skysift doctor` asks of the service itself: configuration, tables, engine, clock, keys, deliveries, memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.config_values import strange
from cli.configuration import ConfigurationError, load
from delivery.vault import FILE as KEY_FILE
from delivery.vault import VARIABLE
from store.revision import head, known

Ask = Callable[[str], Sequence[Any]]
"""SQL to rows, of the database that the service would use."""

SILENT_S, OLD_S, AHEAD_S = 30.0, 300.0, 60.0
"""The engine speaks every 5 s; data so much older than the clock are no live data; no data lie before their time."""

LITTLE_MEMORY = 300e6
"""Bytes: less than half of what the engine takes with one receiver."""


@dataclass(frozen=True)
class Check:
    """One line. `state` is ok, warn (works, but) or fail (does not work)."""

    name: str
    state: str
    found: str
    remedy: str = ""


def configuration(path: Path | None) -> Check:
    """Whether file and environment are right."""
    try:
        found = load(path)
        if faults := strange(found):
            raise ConfigurationError(faults)
    except ConfigurationError as error:
        more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
        return Check(
            "config", "fail", error.faults[0] + more, "skysift config check FILE shows them all; mend them there"
        )
    except OSError as error:
        return Check("config", "fail", f"{path}: {error.strerror}", "name another file with --config or SKYSIFT_CONFIG")
    return Check("config", "ok", f"{len(found.given)} keys given" + (f" in {path}" if path else ", no file"))


def memory(info: Path = Path("/proc/meminfo")) -> Check:
    """What programs may still take."""
    lines = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
    free = int(lines["MemAvailable"].split()[0]) * 1024
    little = free < LITTLE_MEMORY
    remedy = "end other programs, add swap, or judge fewer classes: judging.classes" if little else ""
    return Check("memory", "warn" if little else "ok", f"{free / 1e6:,.0f} MB available", remedy)


def key_file(state: Path) -> Check:
    """The key of destinations' secrets: for its owner alone."""
    path = state / KEY_FILE
    if not path.exists():
        return Check("keys", "ok", "none yet: made with the first destination")
    open_ = path.stat().st_mode & 0o077
    remedy = f"chmod 600 {path}; then skysift deliver --rotate-key" if open_ else ""
    return Check("keys", "warn" if open_ else "ok", f"{path}" + (" can be read by others" if open_ else ""), remedy)


def stored(ask: Ask, state: Path) -> list[Check]:
    """What the database tells, where it holds Skysift's tables."""
    if not ask("SELECT to_regclass('public.alembic_version') IS NOT NULL AS there")[0]["there"]:
        return [Check("tables", "warn", "none yet", "skysift serve makes them")]
    at = ask("SELECT version_num FROM alembic_version")[0]["version_num"]
    if at != head():
        return [_other_revision(at)]
    told = {row["key"]: row["value"] for row in ask("SELECT key, value::text AS value FROM meta")}
    return [Check("tables", "ok", f"as this version has them ({at})"), engine(told), clock(told), *_sent(ask, state)]


def _other_revision(at: str) -> Check:
    if at in known():
        return Check("tables", "warn", f"at {at}, this version has {head()}", "skysift serve brings them up to date")
    return Check("tables", "fail", f"at {at}, which this version does not know", "install the newer Skysift again")


def engine(told: Mapping[str, str], now: float | None = None) -> Check:
    """Whether somebody watches."""
    import orjson

    last = orjson.loads(told.get("engine", "null"))
    if not last or last["state"] == "none":
        return Check("engine", "ok", "none is expected: recordings alone, or not started yet")
    age = (time.time() if now is None else now) - last["at"]
    if last["state"] == "watching" and age <= SILENT_S:
        dropped = last.get("dropped", 0)
        if dropped > 0.001 * max(last.get("rows", 0), 1):
            remedy = "too much for this machine: fewer classes (judging.classes), or a slower judging.poll_interval_s"
            return Check("engine", "warn", f"watching, {dropped:,} rows dropped of {last['rows']:,}", remedy)
        return Check("engine", "ok", f"watching, {last.get('rows', 0):,} rows judged")
    remedy = "systemctl status skysift, journalctl -u skysift; or start skysift serve"
    return Check("engine", "warn", f"last heard {age / 60:,.0f} min ago", remedy)


def clock(told: Mapping[str, str], now: float | None = None) -> Check:
    """Whether the newest data lie where the clock on the wall is."""
    import orjson

    newest, last = told.get("data_time"), orjson.loads(told.get("engine", "null"))
    if newest is None or not last or last["state"] != "watching":
        return Check("clock", "ok", "nothing live to compare with")
    ahead = int(newest) / 1000 - (time.time() if now is None else now)
    if ahead > AHEAD_S or ahead < -OLD_S:
        where = f"{abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's clock"
        remedy = "is the time right, here and at the receiver? timedatectl; else the feed is silent: see below"
        return Check("clock", "warn", f"the newest data are {where}", remedy)
    return Check("clock", "ok", f"the newest data are {max(-ahead, 0.0):,.0f} s old")


def _sent(ask: Ask, state: Path) -> list[Check]:
    """Destinations: whether their secrets can be read, and whether what was sent arrives."""
    rows = ask("""
        SELECT count(*) AS n, count(*) FILTER (WHERE paused) AS paused,
          (SELECT count(*) FROM deliveries WHERE state = 'dead' AND created > now() - interval '7 days') AS dead
        FROM destinations
    """)
    n, paused, dead = rows[0]["n"], rows[0]["paused"], rows[0]["dead"]
    out = [key_file(state)]
    if n and not (state / KEY_FILE).exists() and not os.environ.get(VARIABLE):
        remedy = f"bring {KEY_FILE} back (skysift restore), set SKYSIFT_KEY, or enter the secrets anew"
        out = [Check("keys", "fail", f"{n} destinations, and the key of their secrets is missing", remedy)]
    ill = paused or dead
    found = f"{n} destinations, {paused} paused, {dead} deliveries given up within 7 days"
    remedy = "the page, under your name, Destinations: what was said, a test, resume" if ill else ""
    return [*out, Check("deliveries", "warn" if ill else "ok", found, remedy)]
