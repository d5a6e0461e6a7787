"""The collections as data: what each reads, how features look, what can be asked for. A new one adds no route."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TEXT = "coalesce(to_json({})::text, 'null')"
PLAIN = "coalesce({}::text, 'null')"
"""JSON of a number or a truth value. NULL, not NaN, is what the database holds for missing."""

MOMENT = """coalesce('"' || to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"', 'null')"""


@dataclass(frozen=True)
class Property:
    """A feature property: JSON type, SQL expression, and what a reader needs to know. `sql` None: its name."""

    name: str
    kind: str
    title: str
    unit: str = ""
    sql: str | None = None

    @property
    def json_sql(self) -> str:
        """SQL that gives the value as JSON text."""
        form = {"string": TEXT, "date-time": MOMENT, "json": PLAIN}.get(self.kind, PLAIN)
        return form.format(self.sql or f'"{self.name}"')


Bind = Callable[[Any, str], str]
"""Takes a value and its PostgreSQL type, gives the placeholder."""


@dataclass(frozen=True)
class Filter:
    """A query parameter: its OpenAPI schema, how its text is checked, and the condition that it makes.

    `source` instead of `where`: it changes what is read, as the past state of aircraft does.
    """

    name: str
    schema: Mapping[str, Any]
    description: str
    parse: Callable[[str], Any]
    cast: str
    where: str = ""
    source: str = ""


@dataclass(frozen=True)
class Collection:
    """One collection. `key`: SQL and type of the columns that order it uniquely; `time`: SQL of start and end."""

    id: str
    title: str
    description: str
    source: str
    key: Sequence[tuple[str, str]]
    identify: Callable[[str], Sequence[Any]]
    """A feature id as the values of `identity`; raises Problem 404 where it cannot be one."""
    identity: Sequence[tuple[str, str]]
    feature: str = ""
    """SQL of the ready feature; else it is put together from `feature_id`, `geom` and `properties`."""
    feature_id: str = "id"
    properties: Sequence[Property] = ()
    geom: str = "geom"
    geometry: str = "Geometry"
    time: tuple[str, str] | None = None
    filters: Sequence[Filter] = ()
    newest_first: bool = False
    fixed: Sequence[tuple[str, Any, str]] = ()
    """Conditions that always hold: SQL with {} for the placeholder, value, type."""
    unless: Mapping[str, str] = field(default_factory=dict)
    """Conditions that hold where a filter is not given, by its name."""
    countable: bool = True

    @property
    def filter_names(self) -> Mapping[str, Filter]:
        return {one.name: one for one in self.filters}

    @property
    def feature_sql(self) -> str:
        """SQL that gives one feature as GeoJSON text."""
        if self.feature:
            return self.feature
        pairs = [f"'{',' if i else ''}\"{p.name}\":', {p.json_sql}" for i, p in enumerate(self.properties)]
        shape = f"coalesce(ST_AsGeoJSON({self.geom}, 6, 0), 'null')"
        head = f"""'{{"type":"Feature","id":', to_json({self.feature_id})::text, ',"geometry":', {shape}"""
        return f"""concat({head}, ',"properties":{{', {", ".join(pairs)}, '}}}}')"""
