"""The data-quality report as a page: numbers in, one self-contained HTML document out, without any script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from cli.report_charts import coverage_map, hours_chart, scatter_chart

STYLE = """
:root { color-scheme: light dark; --page: #f5f7fa; --card: #fff; --text: #17212e; --soft: #5a6b80; --line: #dde4ec;
  --accent: #1c6fd1; --good: #1f9d61; --fair: #c98a10; --poor: #d64545; --land: #e9edf2; --dot: #24415f;
  --tropo: #cfe6fb; --strato: #d9dcf6; }
@media (prefers-color-scheme: dark) { :root { --page: #0b121b; --card: #121c28; --text: #e6edf5; --soft: #93a5ba;
  --line: #223146; --accent: #5aa9ff; --good: #3ecf8e; --fair: #f0b43c; --poor: #ff6b6b; --land: #1b2838;
  --dot: #a9c8ea; --tropo: #11314c; --strato: #1f2350; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 0 0 4px; } p { margin: 0 0 12px; }
.soft { color: var(--soft); } .small { font-size: 13px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px;
  margin-top: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 20px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.tile b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 6px 12px; align-items: center; }
.bar { height: 12px; border-radius: 6px; background: var(--line); overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: 6px; background: currentcolor; }
.good { color: var(--good); } .fair { color: var(--fair); } .poor { color: var(--poor); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { text-align: left; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; } td.number, th.number { text-align: right; }
h3 { font-size: 15px; margin: 18px 0 4px; } svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
.key { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin: 0 6px 0 14px; }
"""


def page(found: Mapping[str, Any]) -> str:
    """The whole document."""
    data = found["recording"]
    names = ", ".join(Path(name).name for name in found["files"][:3])
    names += " and others" if len(found["files"]) > 3 else ""
    parts = [
        f"<h1>Data quality</h1><p class=soft>{escape(names)}<br>{data['start']} to {data['end']}</p>",
        _tiles(found), _attributes(found), _coverage(found), _hours(found), _bad(found), _columns(found),
        _scatter(found), _scenarios(found),
    ]  # fmt: skip
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Data quality</title>'
    body = f"<body><main>{''.join(parts)}</main></body>"
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head>{body}</html>\n'


def _tiles(found: Mapping[str, Any]) -> str:
    data, match, seen = found["recording"], found["match"], found["coverage"]
    share = "-" if match["share"] is None else f"{match['share']:.1%}"
    tiles = (
        ("rows", f"{data['rows']:,}"), ("aircraft", f"{data['aircraft']:,}"), ("hours", f"{data['hours']:,.1f}"),
        ("known in the aircraft database", share), ("cells watched", f"{seen['watched']:,}"),
    )  # fmt: skip
    cells = (f"<div class=tile><b>{value}</b><span class='soft small'>{name}</span></div>" for name, value in tiles)
    return f"<div class=tiles>{''.join(cells)}</div>"


def _section(title: str, words: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p class='soft small'>{words}</p>{body}</section>"


def _bars(shares: Iterable[Mapping[str, Any]]) -> str:
    rows = (
        f"<span>{escape(one['name'])}</span><span class='bar {one['band']}'>"
        f"<i style='width:{100 * one['share']:.1f}%'></i></span>"
        f"<span class='number {one['band']}'>{one['share']:.1%} <span class=soft>({one['count']:,})</span></span>"
        for one in shares
    )
    return f"<div class=bars>{''.join(rows)}</div>"


BANDS = "Green above 90 %, yellow above 70 %, else red."


def _attributes(found: Mapping[str, Any]) -> str:
    match = found["match"]
    if match["share"] is None:
        words = "No aircraft database was given: <code>--aircraft FILE</code> says what is known of each address."
        return _section("What is known of the aircraft", words, "")
    words = f"{match['known']:,} of {match['aircraft']:,} aircraft are in the database ({match['share']:.1%}); "
    words += f"{match['without_address']:,} more have no 24-bit address. Shares are of all aircraft with one. {BANDS}"
    return _section("What is known of the aircraft", words, _bars(found["attributes"]))


def _columns(found: Mapping[str, Any]) -> str:
    words = f"How many rows hold each value; what no row holds is left out. {BANDS}"
    return _section("What the rows hold", words, _bars(found["columns"]))


def _coverage(found: Mapping[str, Any]) -> str:
    seen = found["coverage"]
    if seen["resolution"] is None:
        return _section("Where one can see", "No row has a position.", "")
    words = (
        f"H3 cells of resolution {seen['resolution']}, by the share of {seen['hours']} hours in which anybody was "
        f"heard there. In the {seen['watched']:,} watched cells silence means that nothing happened. In the "
        f"{seen['now_and_then']:,} heard now and then it may; where the hatching is, nobody was ever heard: one cannot "
        "see, and nothing there can be found. Dots are one in a hundred of ordinary positions, crosses the aircraft of "
        "the scenarios below."
    )
    return _section("Where one can see", words, coverage_map(found))


def _hours(found: Mapping[str, Any]) -> str:
    words = "Aircraft heard in each hour. An hour without a bar is an hour in which nothing came at all."
    return _section("When one could see", words, hours_chart(found["coverage"]["by_hour"]))


def _bad(found: Mapping[str, Any]) -> str:
    if not found["bad"]:
        return _section("Bad records", "None.", "")
    rows = [[escape(one["reason"]), f"{one['count']:,}", f"{one['share']:.2%}"] for one in found["bad"]]
    words = "What the reader refused, and rows that were kept but lack or repeat something."
    return _section("Bad records", words, _table(["Reason", "Rows", "Share"], rows, (1, 2)))


def _scatter(found: Mapping[str, Any]) -> str:
    drawn = found["scatter"]
    words = f"{drawn['drawn']:,} of {drawn['rows']:,} airborne rows. The thinner the air, the faster one must fly."
    return _section("Altitude against speed", words, scatter_chart(drawn))


def _scenarios(found: Mapping[str, Any]) -> str:
    body = "".join(
        f"<h3>{escape(one['name'].capitalize())}</h3><p class='soft small'>{escape(one['rule'])}: "
        f"{one['rows']:,} rows of {one['aircraft']:,} aircraft</p>{_top(one['top'])}"
        for one in found["scenarios"]
    )
    words = "Ten aircraft each: those of which manufacturer and model are known first, the fastest first."
    return _section("Outliers by scenario", words, body)


def _top(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    names = ["Type", "Manufacturer", "Model", "Callsign", "km/h", "m", "Reading", "Address"]
    keys = ("type", "manufacturer", "model", "callsign", "kmh", "metres", "reading", "icao24")
    cells = [[_cell(row[key]) for key in keys] for row in rows]
    return _table(names, cells, (4, 5))


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else escape(str(value)) or "-"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """Cells are HTML already."""

    def line(cells: Sequence[str], tag: str) -> str:
        marks = (" class=number" if k in numbers else "" for k in range(len(cells)))
        return f"<tr>{''.join(f'<{tag}{m}>{c}</{tag}>' for m, c in zip(marks, cells, strict=True))}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<div class=wide><table>{line(names, 'th')}{body}</table></div>"
