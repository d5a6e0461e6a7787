"""The figures of `skysift bench gis` as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.ui import out, table

SERVERS = ("skysift", "tipg", "pygeoapi")


def show(result: Mapping[str, Any]) -> None:
    """One table of requests, one of the rest."""
    shown = table("requests/s (p50 / p99 ms)", *SERVERS, "ratio to tipg", "wanted", "p99 to tipg's")
    for name, found in result["questions"].items():
        wanted = f"{found['wanted']}" if found["wanted"] else ""
        cells = (_cell(found.get(server)) for server in SERVERS)
        shown.add_row(name, *cells, str(found["ratio"]), wanted, str(found["p99_ratio"]))
    out.print(shown)
    _show_rest(result)


def _cell(found: Mapping[str, float] | None) -> str:
    if found is None:
        return ""
    wrong = f", {found['errors']:.0f} errors" if found["errors"] else ""
    return f"{found['requests_s']:,} ({found['p50_ms']} / {found['p99_ms']}{wrong})"


def _show_rest(result: Mapping[str, Any]) -> None:
    shown = table("figure", "value", "wanted")
    repeat, pages, export = result["tile_repeat"], result["pages"], result["export"]
    for name, memory in result["peak_memory_mb"].items():
        shown.add_row(f"peak memory of {name}, MB", str(memory), "150" if name == "skysift" else "")
    shown.add_row("tile again with its ETag, requests/s", f"{repeat['with_etag']['requests_s']:,}", "1,000")
    shown.add_row("tile again without, requests/s", f"{repeat['without']['requests_s']:,}", "")
    shown.add_row("first page, last page, ms", f"{pages['first_ms']}, {pages['last_ms']}: {pages['ratio']}", "1.5")
    shown.add_row("GeoJSON export, features/s", f"{export['geojson features/s']:,}", "")
    shown.add_row("server grew by, MB", str(export["geojson server grew by MB"]), "100")
    out.print(shown)
    about = f"{result['positions']:,} positions, {result['anomalies']:,} and {result['anomalies_tiles']:,} anomalies"
    load = ", ".join(f"{one:.1f}" for one in (result["load_before"][0], result["load_after"][0]))
    out.print(f"{about}; load average before and after {load}", markup=False)
    out.print(", ".join(f"{k} {v}" for k, v in result["machine"].items()), markup=False)
