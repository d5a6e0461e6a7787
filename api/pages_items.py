"""Pages of features: one page of a collection as a table with a map and a form, and a single feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from api.collections import Collection, Property
from api.links import query
from api.markup import Markup, anchor, facts, joined, tag
from api.markup import table as markup_table
from api.pages import COLLECTIONS, lead, page, section, small_map

Links = Sequence[Mapping[str, str]]
SHORT, LONGEST = 40, 160
"""Characters of a value in a table: up to SHORT on one line, no more than LONGEST; the feature's page has all of it."""

FEW = 3
"""Words of a longer list that a table shows."""


def items(
    root: str, collection: Collection, asked: Mapping[str, str], texts: Sequence[str], matched: int | None, links: Links
) -> Markup:
    """A page of a collection."""
    own = f"{root}/collections/{collection.id}"
    features = [orjson.loads(text) for text in texts]
    names = asked["properties"].split(",") if "properties" in asked else None
    columns = [one for one in collection.properties if names is None or one.name in names]
    # What no row has would only push the rest off the screen.
    told = [one for one in columns if any(each["properties"].get(one.name) not in (None, "", []) for each in features)]
    rows = [[_id(own, one), *(_cell(column, one) for column in told)] for one in features]
    there = (
        markup_table(["id", *map(_head, told)], rows, id="items")
        if rows
        else tag("p", "No feature fits.", class_="none")
    )
    own_query = query({name: value for name, value in asked.items() if name != "f"})
    steps = (*COLLECTIONS, (collection.title, f"/collections/{collection.id}?f=html"))
    return page(
        root, f"{collection.title}: features", steps,
        lead(_counted(len(features), matched, asked)), _form(own, collection, asked),
        small_map(f"{own}/items{own_query}", f"These features of {collection.title}") if rows else None,
        there, _silent([one for one in columns if one not in told]) if rows else None,
        _paging(own, asked, links), forms=links,
    )  # fmt: skip


def _counted(shown: int, matched: int | None, asked: Mapping[str, str]) -> str:
    of = f" of {matched:,}" if matched is not None and matched != shown else ""
    return f"{shown:,}{of} features{', further on' if 'after' in asked or 'offset' in asked else ''}"


def _head(one: Property) -> Markup:
    return tag("span", one.name, f" ({one.unit})" if one.unit else None, title=one.title)


def _id(own: str, feature: Mapping[str, Any]) -> Markup:
    text = str(feature["id"])
    return anchor(f"{own}/items/{quote(text, safe='')}?f=html", text)


def _silent(columns: Sequence[Property]) -> Markup | None:
    """Which columns the table has no place for."""
    names = [joined(", " if i else "", _head(one)) for i, one in enumerate(columns)]
    return tag("p", tag("small", "Without a value here: ", names), class_="quiet") if columns else None


def _cell(column: Property, feature: Mapping[str, Any]) -> Any:
    value = feature["properties"].get(column.name)
    text = _said(value)
    if len(text) <= SHORT:
        return text
    if isinstance(value, list) and len(value) > FEW and all(isinstance(one, str) for one in value):
        return tag("span", f"{_said(value[:FEW])} and {len(value) - FEW:,} more", title=text[:2_000])
    return tag("span", text if len(text) <= LONGEST else f"{text[:LONGEST]}…", class_="long", title=text[:2_000])


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return orjson.dumps(value).decode() if isinstance(value, list | dict | bool) else str(value)


_FIELDS = (
    ("bbox", "Box", "west,south,east,north"),
    ("datetime", "Time", "2026-11-20T13:00:00Z/.."),
    ("filter", "Filter (CQL2)", "name = 'value'"),
    ("sortby", "Order", "-property"),
    ("limit", "Features a page", "100"),
)


def _form(own: str, collection: Collection, asked: Mapping[str, str]) -> Markup:
    """What can be asked, in a form; whatever else was asked stays."""
    shown = [name for name, _, _ in _FIELDS]
    kept = {name: text for name, text in asked.items() if name not in (*shown, "after", "offset", "f")}
    fields = [
        tag("label", tag("span", title), tag("input", name=name, value=asked.get(name, ""), placeholder=hint))
        for name, title, hint in _FIELDS
        if name != "datetime" or collection.time
    ]
    hidden = [tag("input", type="hidden", name=name, value=text) for name, text in {**kept, "f": "html"}.items()]
    note = joined("A filter may name ", anchor(f"{own}/queryables?f=html", "the queryables"), ".")
    return tag("form", fields, hidden, tag("button", "Show"), tag("small", note), action=f"{own}/items", method="get")


def _paging(own: str, asked: Mapping[str, str], links: Links) -> Markup | None:
    further = next((one["href"] for one in links if one["rel"] == "next"), None)
    first = {name: text for name, text in asked.items() if name not in ("after", "offset")}
    back = anchor(f"{own}/items{query(first)}", "First page", class_="button") if len(first) < len(asked) else None
    on = anchor(further, "Next page", class_="button", rel="next") if further else None
    return tag("nav", back, on, class_="buttons", aria_label="Pages") if back or on else None


_ON_THE_MAP = {"anomalies": "anomaly", "incidents": "incident", "aircraft_now": "aircraft"}
"""Tables whose features the map can open, and what it calls them: anomalies of every class lie in one."""


def _to_map(root: str, collection: Collection, feature_id: str) -> Markup | None:
    kind = _ON_THE_MAP.get(collection.source)
    link = f"{root}/#sel={kind}:{quote(feature_id, safe='')}"
    return tag("p", anchor(link, "Open on the map", class_="button"), class_="buttons") if kind else None


def feature(root: str, collection: Collection, text: bytes, links: Links) -> Markup:
    """One feature: all of its properties, a map, its geometry."""
    one = orjson.loads(text)
    own = f"/collections/{collection.id}"
    titles = {each.name: each for each in collection.properties}
    pairs = [(_named(titles.get(name), name), _whole(value)) for name, value in one["properties"].items()]
    steps = (*COLLECTIONS, (collection.title, f"{own}?f=html"), ("Features", f"{own}/items?f=html"))
    source = f"{root}{own}/items/{quote(str(one['id']), safe='')}"
    return page(
        root, str(one["id"]), steps, lead(one["properties"].get("explanation") or collection.title),
        _to_map(root, collection, str(one["id"])), small_map(source, "Where it is") if one["geometry"] else None,
        section("Properties", facts(pairs)),
        section("Geometry", tag("pre", orjson.dumps(one["geometry"]).decode(), tabindex="0")),
        forms=links,
    )  # fmt: skip


def _named(one: Property | None, name: str) -> Markup:
    return tag("span", name, tag("small", f"{one.title}{f', {one.unit}' if one.unit else ''}") if one else None)


def _whole(value: Any) -> Any:
    if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
        return tag("pre", orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(), tabindex="0")
    return _said(value) if value not in (None, "", []) else tag("span", "none", class_="quiet")
