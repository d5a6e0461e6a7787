"""The page of rates: what is counted, by what, a form to ask otherwise, a map of the anomalies and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.links import JSON, link, query
from api.markup import Markup, anchor, facts, joined, table, tag
from api.pages import HOME, lead, page, section, small_map

Value = Mapping[str, Any]
_TITLES = {
    "class": "Class", "cell": "H3 cell", "fir": "Flight information region", "country": "Country of registry",
    "hour": "Hour (UTC)", "aircraft": "Aircraft",
}  # fmt: skip
_FIELDS = (
    ("datetime", "Time", "2026-11-20T00:00:00Z/2026-11-21T00:00:00Z"),
    ("class", "Classes", "loiter,ghost"),
    ("min_confidence", "Confidence from", "0.5"),
    ("resolution", "Size of cells", "4"),
)


def statistics(root: str, asked: Mapping[str, str], value: Value) -> Markup:
    """Counts and rates by one key."""
    by = value["by"]
    start, end = value["interval"]
    kept = {name: text for name, text in asked.items() if name not in ("by", "f", "limit")}
    ways = [
        anchor(f"{root}/statistics{query({'by': one, **kept, 'f': 'html'})}", title, class_="button",
               aria_current="page" if one == by else None)
        for one, title in _TITLES.items()
    ]  # fmt: skip
    shown = {name: text for name, text in kept.items() if name in ("class", "priority", "min_confidence")}
    source = f"{root}/collections/anomalies/items{query({**shown, 'datetime': f'{start}/{end}', 'limit': '1000'})}"
    return page(
        root, f"Rates by {_TITLES[by].lower()}", HOME,
        lead("Anomalies per 1,000 flight hours, so that busy skies do not look guilty."),
        tag("nav", ways, class_="buttons", aria_label="Counted by"), _form(root, by, asked),
        tag("p", value["note"], class_="none") if "note" in value else None,
        small_map(source, "The anomalies that are counted") if value["count"] else None,
        None if "note" in value else [
            section("In all", facts([
                ("Time", f"{start} to {end}"), ("Anomalies", f"{value['count']:,}"),
                ("Flight hours", f"{value['flight_hours']:,}"), ("Rates are of", value["flight_hours_from"]),
            ])),
            section(_TITLES[by], _table(root, by, value["groups"]), tag("small", _INTERVAL)),
        ],
        forms=[link(f"{root}/statistics{query({**asked, 'f': 'json'})}", "alternate", JSON, "JSON")],
    )  # fmt: skip


_INTERVAL = "The interval holds what the rate would be in the long run, with 95 % confidence."


def _table(root: str, by: str, groups: Sequence[Value]) -> Markup:
    if not groups:
        return tag("p", "Nothing was counted.", class_="none")
    most = max((one["rate"] or 0 for one in groups), default=0) or 1
    head = [_TITLES[by], "Anomalies", "Flight hours", "Per 1,000 h", "95 % interval", ""]
    return table(head, [[_key(root, by, one), *_numbers(one), _bar(one["rate"], most)] for one in groups])


def _key(root: str, by: str, one: Value) -> Any:
    key = one["key"]
    if by == "class":
        return anchor(f"{root}/collections/{key}?f=html", key)
    if by == "cell":
        near = one["near"]
        said = tag("small", f"{near['distance_nmi']:.0f} nmi from {near['name']}, {near['country']}")
        return joined(tag("code", key), " ", said)
    return joined(one["name"], " ", tag("small", key)) if one.get("name", key) != key else key


def _numbers(one: Value) -> list[str]:
    if one["rate"] is None:
        return [f"{one['count']:,}", "0", "", ""]
    interval = f"{one['low']:,.2f} to {one['high']:,.2f}"
    return [f"{one['count']:,}", f"{one['flight_hours']:,.1f}", f"{one['rate']:,.2f}", interval]


def _bar(rate: float | None, most: float) -> Markup | None:
    return tag("meter", min=0, max=round(most, 3), value=round(rate, 3), title=f"{rate:,.2f}") if rate else None


def _form(root: str, by: str, asked: Mapping[str, str]) -> Markup:
    fields = [
        tag("label", tag("span", title), tag("input", name=name, value=asked.get(name, ""), placeholder=hint))
        for name, title, hint in _FIELDS
        if name != "resolution" or by == "cell"
    ]
    hidden = [tag("input", type="hidden", name=name, value=text) for name, text in (("by", by), ("f", "html"))]
    return tag("form", fields, hidden, tag("button", "Show"), action=f"{root}/statistics", method="get")
