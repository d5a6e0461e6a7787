"""The pages of hot spots and of unusual hours: what was asked, a map or a table of hours, and the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.links import GEOJSON, JSON, link, query
from api.markup import Markup, facts, joined, table, tag
from api.pages import HOME, lead, page, section, small_map

Value = Mapping[str, Any]
_FIELDS = (
    ("datetime", "Time", "2026-11-20T00:00:00Z/2026-11-21T00:00:00Z"), ("class", "Classes", "loiter,ghost"),
    ("min_confidence", "Confidence from", "0.5"), ("bbox", "Box", "west,south,east,north"),
)  # fmt: skip
_SPOTS = (*_FIELDS, ("radius", "Radius (nmi)", "20"), ("fewest", "At least", "5"))
_HOURS = (*_FIELDS, ("resolution", "Size of cells", "2"), ("weeks", "Weeks to learn from", "8"))
_CLASSES = 3


def hotspots(root: str, asked: Mapping[str, str], value: Value) -> Markup:
    """Hot spots on a map and in a table."""
    own = f"{root}/statistics/hotspots"
    kept = {name: text for name, text in asked.items() if name != "f"}
    start, end = value["interval"]
    counted = f"{value['counted']:,}" + ("" if value["all"] else ", the newest: there are more")
    rows = [_spot(one["properties"]) for one in value["features"]]
    head = ["", "Near", "Region", "Anomalies", "Aircraft", "Reach", "Classes", "First", "Last"]
    return page(
        root, "Hot spots", HOME, lead("Where anomalies gather: clusters by density, the largest first."),
        _form(own, _SPOTS, asked),
        small_map(f"{own}{query({**kept, 'f': 'json'})}", "Hot spots of anomalies") if rows else None,
        section("In all", facts([
            ("Time", f"{start} to {end}"), ("Anomalies", counted),
            ("A core has", f"{value['fewest']} or more within {value['radius_nmi']:g} nmi"),
        ])),
        table(head, rows) if rows else tag("p", "Nothing gathers anywhere.", class_="none"),
        forms=[link(f"{own}{query({**kept, 'f': 'json'})}", "alternate", GEOJSON, "GeoJSON")],
    )  # fmt: skip


def _spot(one: Value) -> list[Any]:
    classes = [f"{name} {n:,}" for name, n in list(one["classes"].items())[:_CLASSES]]
    more = len(one["classes"]) - _CLASSES
    said = ", ".join([*classes, *([f"{more} more"] if more > 0 else [])])
    return [
        one["rank"], _near(one["near"]), one["region"] or "", f"{one['count']:,}", f"{one['aircraft']:,}",
        f"{one['reach_nmi']:g} nmi", said, one["first"], one["last"],
    ]  # fmt: skip


def forecast(root: str, asked: Mapping[str, str], value: Value) -> Markup:
    """Surges, the hours of the interval, and what is to come."""
    own, (start, end) = f"{root}/statistics/forecast", value["interval"]
    kept = {name: text for name, text in asked.items() if name != "f"}
    numbers = ["Anomalies", "Expected", "Interval"]
    return page(
        root, "Unusual hours", HOME,
        lead("What each hour of the week should bring, and the hours that brought more than that."),
        _form(own, _HOURS, asked),
        section("In all", facts([
            ("Time", f"{start} to {end}"), ("Learned from", f"{value['learned_hours']:,} hours before it"),
            ("The interval holds", f"{value['level']:.2%} of hours"),
        ])),
        section("Surges", _rows(["Hour (UTC)", "Near", *numbers, "Chance"], [
            [one["start"], _near(one["near"]), *_numbers(one), f"{one['chance']:.1e}"] for one in value["surges"]
        ], "No hour brought more than it should.")),
        section("Hour by hour, everywhere", _rows(["Hour (UTC)", *numbers, ""], [
            [one["start"], *_numbers(one), tag("strong", "surge") if one["surge"] else ""] for one in value["hours"]
        ], "The interval holds no whole hour.")),
        section("To come", _rows(["Hour (UTC)", "Near", *numbers], [
            [one["start"], _near(one["near"]), *_numbers(one)] for one in value["ahead"]
        ], "The interval lies in the past, or nothing was learned yet.")),
        forms=[link(f"{own}{query({**kept, 'f': 'json'})}", "alternate", JSON, "JSON")],
    )  # fmt: skip


def _rows(head: list[Any], rows: list[list[Any]], otherwise: str) -> Markup:
    return table(head, rows) if rows else tag("p", otherwise, class_="none")


def _numbers(one: Value) -> list[Any]:
    return [
        "" if one["count"] is None else f"{one['count']:,}",
        f"{one['expected']:,}",
        f"{one['low']} to {one['high']}",
    ]


def _near(one: Value) -> Markup:
    return joined(f"{one['name']}, {one['country']} ", tag("small", f"{one['distance_nmi']:.0f} nmi"))


def _form(own: str, fields: Sequence[tuple[str, str, str]], asked: Mapping[str, str]) -> Markup:
    inputs = [
        tag("label", tag("span", title), tag("input", name=name, value=asked.get(name, ""), placeholder=hint))
        for name, title, hint in fields
    ]
    hidden = tag("input", type="hidden", name="f", value="html")
    return tag("form", inputs, hidden, tag("button", "Show"), action=own, method="get")
