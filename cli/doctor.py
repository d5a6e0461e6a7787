"""`skysift doctor`: one line per check of the installation, and what to do about what is wrong."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import asyncpg
import click
import httpx
import orjson
from packaging.requirements import Requirement

from cli import checks as service
from cli.checks import Check
from cli.configuration import Configuration, ConfigurationError, load
from cli.database import DEMO
from cli.ui import FAILED, json_option, out, print_json
from store import connect
from store.cluster import Cluster, ClusterError, default_state_dir
from store.programs import Programs
from web import assets, basemap

ROOT = Path(__file__).resolve().parents[1]
SET_UP = "run ./run --setup-only"
GB = 1e9

UNREACHABLE = (*connect.UNREACHABLE, ClusterError)
"""Of a private server, that it does not start too."""

COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


def python() -> Check:
    enough = sys.version_info >= (3, 11)
    found = f"{platform.python_version()} in {sys.prefix}"
    return Check("python", "ok" if enough else "fail", found, "" if enough else "install Python 3.11 or newer")


def packages() -> Check:
    """What is installed against the lock."""
    wrong = [text for line in _pins(ROOT / "requirements.lock") if (text := _mismatch(line))]
    if wrong:
        return Check("packages", "fail", "; ".join(wrong[:5]), SET_UP)
    return Check("packages", "ok", "all as locked")


def _pins(lock: Path) -> Iterator[Requirement]:
    """The pins of a lock that apply to this machine; none where there is no lock (an installed wheel)."""
    text = lock.read_text() if lock.exists() else ""
    for line in re.findall(r"^[a-z0-9].*==.*?(?= \\$)", text, re.MULTILINE):
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate():
            yield pin


def _mismatch(pin: Requirement) -> str:
    try:
        found = version(pin.name)
    except PackageNotFoundError:
        return f"{pin.name} is missing"
    return "" if pin.specifier.contains(found, prereleases=True) else f"{pin.name} is {found}, locked {pin.specifier}"


def postgis_programs() -> Check:
    if os.environ.get("DATABASE_URL"):
        return Check("postgis", "ok", "not needed: DATABASE_URL is set")
    try:
        programs = Programs.find()
    except ClusterError as error:
        return Check("postgis", "fail", "not installed", str(error))
    return Check("postgis", "ok", f"PostgreSQL {programs.version} with PostGIS in {programs.folder}")


def database() -> Check:
    """The database that the service would use: does it answer, and is PostGIS in it?"""
    named = os.environ.get("DATABASE_URL")
    try:
        if not named and Cluster(default_state_dir()).pid() is None:
            return Check(
                "database", "warn", "the private PostGIS is not running", "./run starts it, or skysift db start"
            )
        found = _ask("SELECT current_setting('server_version') || ', PostGIS ' || postgis_lib_version()")
    except asyncpg.UndefinedFunctionError:
        return Check("database", "fail", "no PostGIS in it", "as its superuser: CREATE EXTENSION postgis")
    except UNREACHABLE as error:
        return Check(
            "database", "fail", f"{error}", "check DATABASE_URL" if named else "skysift db stop; skysift db start"
        )
    return Check("database", "ok", f"PostgreSQL {found[0][0]}")


def _ask(sql: str, url: str | None = None) -> list[Any]:
    """Rows of the given database, else of the one that the service would use."""

    async def fetched() -> list[Any]:
        connection = await _connected(url)
        try:
            return list(await connection.fetch(sql, timeout=5))
        finally:
            await connection.close(timeout=5)

    return asyncio.run(fetched())


async def _connected(url: str | None) -> asyncpg.Connection:
    """To that database, else to the one that is named, else to the private one; of a server that has only ever shown
    the demo, to the demo's."""
    if named := url or os.environ.get("DATABASE_URL"):
        return await asyncpg.connect(named, timeout=5)
    cluster = Cluster(default_state_dir())
    try:
        return await asyncpg.connect(cluster.url, timeout=5)
    except asyncpg.InvalidCatalogNameError:
        return await asyncpg.connect(cluster.url_of(DEMO), timeout=5)


def web_files() -> Check:
    expected = [assets.WEB / "vendor" / Path(name).name for name in assets.VENDOR]
    expected += [assets.WEB / "fonts" / Path(name).name for name in assets.FONTS]
    expected += [assets.WEB / "basemap" / f"{name}.json" for name in basemap.LAYERS]
    expected.append(assets.WEB / "basemap" / "ground" / "0" / "0" / "0.pbf")
    missing = [str(path.relative_to(ROOT)) for path in expected if not path.exists()]
    if missing:
        return Check("map files", "fail", f"missing: {', '.join(missing[:3])}, {len(missing)} in all", SET_UP)
    return Check("map files", "ok", f"{len(expected)} files in web/")


def port(number: int = 8080) -> Check:
    """Whether the configured port is free, or Skysift's already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex(("127.0.0.1", number)) == 0
    if not taken:
        return Check(f"port {number}", "ok", "free")
    if _is_ours(number):
        return Check(f"port {number}", "ok", "Skysift answers there")
    return Check(f"port {number}", "warn", "taken by another program", f"end that, or ./run --port {number + 1}")


def _is_ours(number: int) -> bool:
    """Whether what answers at the port speaks of its health as we do."""
    try:
        told = httpx.get(f"http://127.0.0.1:{number}/health?f=json", timeout=6.0).json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(told, dict) and {"status", "version", "engine"} <= set(told)


def disk() -> Check:
    """Space where the database lies. Worldwide traffic at the default thinning takes about 20 GB a day."""
    folder = default_state_dir()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = "fail" if free < 1 * GB else "warn" if free < 10 * GB else "ok"
    remedy = "" if state == "ok" else "make room, or set SKYSIFT_STATE to a folder on a larger disk"
    return Check("disk", state, f"{free / GB:.0f} GB free in {folder}", remedy)


def feeds() -> list[Check]:
    """What each feed delivered and what was refused of it, by reason; the demo's database is one of its own."""
    try:
        rows = [row for url in _databases() for row in _ask("SELECT name, health FROM feeds ORDER BY name", url)]
    except UNREACHABLE:  # `database` has said why
        rows = []
    found = [_feed(row["name"], orjson.loads(row["health"])) for row in rows]
    return found or [Check("feeds", "ok", "none recorded yet")]


def _databases() -> list[str]:
    """The URLs of all databases that hold a feeds table."""
    if named := os.environ.get("DATABASE_URL"):
        urls = [named]
    else:
        cluster = Cluster(default_state_dir())
        names = _ask("SELECT datname FROM pg_database WHERE datname LIKE 'skysift%' ORDER BY datname")
        urls = [cluster.url_of(row[0]) for row in names]
    return [url for url in urls if _ask("SELECT to_regclass('public.feeds') IS NOT NULL", url)[0][0]]


def _feed(name: str, health: Mapping[str, Any]) -> Check:
    """Some refused rows are a receiver's daily life; more than one in ten point to a wrong format or a fault."""
    rejected = sorted(health.get("rejected", {}).items(), key=lambda item: -item[1])
    refused, rows = sum(n for _, n in rejected), health.get("rows", 0)
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in rejected)
    state = health.get("state", "unknown")
    found = f"{state}, {rows:,} rows" + (f"; refused: {reasons}" if reasons else "")
    said = f"; it said: {health['last_error']}" if health.get("last_error") else ""
    if state == "down":
        return Check(f"feed {name}", "warn", found + said, "is the receiver on, and the address right?")
    if state == "silent" and health.get("live"):
        remedy = "does the decoder run, and its antenna hear? `skysift feeds ADDRESS` shows what comes"
        return Check(f"feed {name}", "warn", f"{found}: nothing new for 30 s or more{said}", remedy)
    if refused > 0.1 * (rows + refused):
        return Check(f"feed {name}", "warn", found, "is it the right --format?")
    return Check(f"feed {name}", "ok", found)


def of_service() -> list[Check]:
    """What the database tells of the service; nothing where it does not answer: `database` has said why."""
    try:
        return service.stored(_ask, default_state_dir())
    except UNREACHABLE:
        return []


CHECKS: tuple[Callable[[], Check], ...] = (
    python,
    packages,
    postgis_programs,
    database,
    web_files,
    disk,
    service.memory,
)


@click.command(name="doctor")
@click.option("--config", type=click.Path(path_type=Path), envvar="SKYSIFT_CONFIG", help="The service's skysift.toml.")
@json_option
@click.pass_context
def command(ctx: click.Context, config: Path | None, as_json: bool) -> None:
    """Check the installation, and say what to do about what is wrong. Exit code 1 when something does not work."""
    found = _found(config)
    if url := found["database.url"] if found else None:
        # Every check that needs the database looks there, as the service does.
        os.environ["DATABASE_URL"] = url
    checks = [service.configuration(config), port(int(found["service.port"])) if found else port()]
    checks += [*(check() for check in CHECKS), *of_service(), *feeds()]
    if as_json:
        print_json({"ok": not _failed(checks), "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            show(check)
    if _failed(checks):
        ctx.exit(FAILED)


def _found(config: Path | None) -> Configuration | None:
    """The configuration; None where it is wrong, which its own check says."""
    try:
        return load(config)
    except (ConfigurationError, OSError):
        return None


def _failed(checks: list[Check]) -> bool:
    return any(check.state == "fail" for check in checks)


def show(check: Check) -> None:
    out.print(f"[{COLORS[check.state]}]{check.state:4}[/]  {check.name:10} ", end="")
    out.print(check.found, markup=False, soft_wrap=True)
    if check.remedy:
        out.print(f"{'':18}-> {check.remedy}", markup=False, soft_wrap=True)
