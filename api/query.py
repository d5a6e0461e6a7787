"""A collection and what was asked of it, as SQL with bound parameters: one page by key, one feature, one count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from api import parameters
from api.collections import Collection
from api.parameters import DEFAULT_LIMIT, Box, Span
from api.problems import bad

COUNT_AT_MOST = 10_000
"""Counting stops here: a number that costs more than the page is not worth it, and the standard lets it be absent."""


@dataclass(frozen=True)
class Asked:
    """The checked query of an items request."""

    limit: int = DEFAULT_LIMIT
    boxes: Sequence[Box] = ()
    span: Span | None = None
    after: Sequence[str] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(collection: Collection, given: Mapping[str, str]) -> Asked:
        """From query parameters that the collection knows. Raises Problem 400 naming the one that is broken."""
        known = collection.filter_names
        return Asked(
            parameters.limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT,
            parameters.bbox(given["bbox"]) if "bbox" in given else (),
            parameters.span(given["datetime"]) if "datetime" in given else None,
            parameters.after(given["after"], len(collection.key)) if "after" in given else (),
            {name: known[name].parse(text) for name, text in given.items() if name in known},
        )


class Statement:
    """SQL text that grows together with its bound values."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any, kind: str) -> str:
        """The placeholder of a value of this PostgreSQL type."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def _source(collection: Collection, asked: Asked, statement: Statement) -> str:
    for name, value in asked.filters.items():
        one = collection.filter_names[name]
        if one.source:
            return one.source.format(statement.bind(value, one.cast))
    return collection.source


def _conditions(collection: Collection, asked: Asked, statement: Statement) -> list[str]:
    found = [sql.format(statement.bind(value, kind)) for sql, value, kind in collection.fixed]
    found += [sql for name, sql in collection.unless.items() if name not in asked.filters]
    for name, value in asked.filters.items():
        one = collection.filter_names[name]
        if one.where:
            found.append(one.where.format(statement.bind(value, one.cast)))
    if asked.boxes:
        boxes = (", ".join(statement.bind(edge, "float8") for edge in box) for box in asked.boxes)
        found.append(f"({' OR '.join(f'ST_Intersects(geom, ST_MakeEnvelope({edges}, 4326))' for edges in boxes)})")
    if asked.span and collection.time:
        found += _overlap(collection.time, asked.span, statement)
    return found


def _overlap(columns: tuple[str, str], span: Span, statement: Statement) -> list[str]:
    """What lasts from the one column to the other meets the span."""
    start, end = columns
    found = [f"{start} <= {statement.bind(span.end, 'timestamptz')}"] if span.end else []
    return found + ([f"{end} >= {statement.bind(span.start, 'timestamptz')}"] if span.start else [])


def _beyond(collection: Collection, asked: Asked, statement: Statement) -> list[str]:
    """After the last row of the page before. Keys travel as text, and so come back exactly."""
    if not asked.after:
        return []
    names = ", ".join(name for name, _ in collection.key)
    pairs = zip(collection.key, asked.after, strict=True)
    values = ", ".join(f"{statement.bind(value, 'text')}::{kind}" for (_, kind), value in pairs)
    return [f"({names}) {'<' if collection.newest_first else '>'} ({values})"]


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def page(collection: Collection, asked: Asked) -> tuple[str, list[Any]]:
    """SQL and values of one page and one row more: the feature, then its key as text."""
    statement = Statement()
    source = _source(collection, asked, statement)
    conditions = _conditions(collection, asked, statement) + _beyond(collection, asked, statement)
    way = " DESC" if collection.newest_first else ""
    names = [name for name, _ in collection.key]
    keys = ", ".join(f"page.{name}::text AS key_{i}" for i, name in enumerate(names))
    order = ", ".join(f"{name}{way}" for name in names)
    inner = (
        f"SELECT * FROM {source}{_where(conditions)} ORDER BY {order} LIMIT {statement.bind(asked.limit + 1, 'int')}"
    )
    if collection.key[-1][0] == "ctid":
        inner = inner.replace("SELECT *", "SELECT ctid, *", 1)
    # Features are put together outside: only for the rows of the page, not for all that are sorted.
    outer = ", ".join(f"page.{name}{way}" for name in names)
    sql = f"SELECT {collection.feature_sql} AS feature, {keys} FROM ({inner}) AS page ORDER BY {outer}"
    return sql, statement.values


def count(collection: Collection, asked: Asked) -> tuple[str, list[Any]]:
    """SQL and values of how many match, counted to one beyond `COUNT_AT_MOST`."""
    statement = Statement()
    source = _source(collection, asked, statement)
    where = _where(_conditions(collection, asked, statement))
    return f"SELECT count(*) FROM (SELECT 1 FROM {source}{where} LIMIT {COUNT_AT_MOST + 1}) AS found", statement.values


async def features(pool: asyncpg.Pool, collection: Collection, asked: Asked) -> tuple[list[str], str | None]:
    """The features of one page as GeoJSON texts, and the token of the next page if there is one."""
    sql, values = page(collection, asked)
    try:
        rows = await pool.fetch(sql, *values)
    except asyncpg.DataError:
        if not asked.after:
            raise
        raise bad("after", "after is what a next link carries; start again without it") from None
    more = len(rows) > asked.limit
    texts = [row[0] for row in rows[: asked.limit]]
    last = rows[asked.limit - 1] if more else None
    return texts, parameters.token(list(last)[1:]) if last is not None else None


async def matched(pool: asyncpg.Pool, collection: Collection, asked: Asked, returned: int, more: bool) -> int | None:
    """How many match in all, where that is cheap to say; else None."""
    if not more and not asked.after:
        return returned
    if asked.after or not collection.countable:
        return None
    sql, values = count(collection, asked)
    found = int(await pool.fetchval(sql, *values))
    return found if found <= COUNT_AT_MOST else None


async def feature(pool: asyncpg.Pool, collection: Collection, text: str) -> str | None:
    """One feature by its id, None where there is none. Raises Problem 404 for what cannot be an id."""
    statement = Statement()
    own = zip(collection.identity, collection.identify(text), strict=True)
    conditions = [f"{name} = {statement.bind(value, kind)}" for (name, kind), value in own]
    conditions += [sql.format(statement.bind(value, kind)) for sql, value, kind in collection.fixed]
    sql = f"SELECT {collection.feature_sql} FROM {collection.source}{_where(conditions)} LIMIT 1"
    found: str | None = await pool.fetchval(sql, *statement.values)
    return found
