"""A collection and what was asked of it, as SQL with bound parameters: one page by key, one feature, one count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import asyncpg

from api import parameters
from api.asked import KEPT, Asked, Order, kept
from api.collections import Collection, Filter
from api.conditions import Conditions
from api.crs import SYSTEMS, System
from api.parameters import Box, Span
from api.problems import bad
from store.connect import RAW
from store.squares import whole_codes

COUNT_AT_MOST = 10_000
"""Counting stops here: a number that costs more than the page is not worth it, and the standard lets it be absent."""

_ANY = "= ANY({})"


class Statement:
    """SQL text that grows together with its bound values."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any, kind: str) -> str:
        """The placeholder of a value of this PostgreSQL type."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def source(collection: Collection, asked: Asked, statement: Statement) -> str:
    """SQL of what is read: the collection's table, or what a filter puts in its place."""
    for name, value in asked.filters.items():
        one = collection.filter_names[name]
        if one.source:
            return one.source.format(statement.bind(value, one.cast))
    return collection.source


def conditions(collection: Collection, asked: Asked, statement: Statement, by_place: bool = True) -> list[str]:
    """SQL of what must hold, each to be joined by AND. Unless `by_place`, boxes do not call for the index on places."""
    found = [sql.format(statement.bind(value, kind)) for sql, value, kind in collection.fixed]
    found += [sql for name, sql in collection.unless.items() if name not in asked.filters]
    for name, value in asked.filters.items():
        one = collection.filter_names[name]
        if one.where:
            found.append(_held(one, value, statement))
    if asked.boxes:
        found.append(f"({' OR '.join(_inside(collection, box, statement, by_place) for box in asked.boxes)})")
    if asked.span and collection.time:
        found += _overlap(collection.time, asked.span, collection.lasts, statement)
    if asked.cql is not None:
        found.append(Conditions(collection, statement.bind).of(asked.cql))
    return found


def _held(one: Filter, value: Any, statement: Statement) -> str:
    """Of a list with one value its equality: an index then gives the rest of its columns in order."""
    if one.where.endswith(_ANY) and one.cast.endswith("[]") and len(value) == 1:
        return one.where.replace(_ANY, "= {}").format(statement.bind(value[0], one.cast.removesuffix("[]")))
    return one.where.format(statement.bind(value, one.cast))


def _inside(collection: Collection, box: Box, statement: Statement, by_place: bool) -> str:
    """A feature without a geometry lies in every box, as the standard has it; heights count where the box has them."""
    west, south, east, north = (statement.bind(edge, "float8") for edge in box.edges)
    area = f"ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326)"
    # The index compares boxes of four-byte numbers, slightly too large: of points the coordinates decide, and cheaply.
    exact = f"ST_X(geom) BETWEEN {west} AND {east} AND ST_Y(geom) BETWEEN {south} AND {north}"
    # As a CASE, or the planner would take the four for independent and expect no rows at all.
    near = f"geom && {area} AND " if by_place else ""
    within = f"{near}CASE WHEN {exact} THEN true ELSE false END"
    flat = within if collection.only_points else f"ST_Intersects(geom, {area})"
    if box.heights and collection.height:
        low, high = (statement.bind(metres, "float8") for metres in box.heights)
        flat += f" AND {collection.height.format(low=low, high=high, area=area)}"
    return f"({flat}) OR geom IS NULL" if collection.placeless else f"({flat})"


def _overlap(columns: tuple[str, str], span: Span, lasts: str, statement: Statement) -> list[str]:
    """What lasts from the one column to the other, and so long beyond, meets the span."""
    start, end = columns
    found = [f"{start} <= {statement.bind(span.end, 'timestamptz')}"] if span.end else []
    if span.start:
        first = statement.bind(span.start, "timestamptz")
        # A bucket ends before the next one starts.
        found.append(f"{end} > {first} - interval '{lasts}'" if lasts else f"{end} >= {first}")
    return found


def beyond(order: Sequence[Order], asked: Asked, statement: Statement) -> list[str]:
    """After the last row of the page before. Keys travel as text, and so come back exactly."""
    if not asked.after:
        return []
    values = [
        None if value is None else f"{statement.bind(value, 'text')}::{one.cast}"
        for one, value in zip(order, asked.after, strict=True)
    ]
    if not asked.sorts and all(values):
        # A comparison of rows, which the key's index answers; its first column alone rules partitions out.
        names, further = ", ".join(one.sql for one in order), "<" if order[0].falling else ">"
        return [f"({names}) {further} ({', '.join(map(str, values))})", f"{order[0].sql} {further}= {values[0]}"]
    steps = []
    for i, (one, value) in enumerate(zip(order, values, strict=True)):
        same = [_same(before, held) for before, held in zip(order[:i], values[:i], strict=True)]
        steps.append(f"({' AND '.join([*same, _further(one, value)])})")
    return [f"({' OR '.join(steps)})"]


def _same(one: Order, value: str | None) -> str:
    return f"{one.sql} IS NULL" if value is None else f"{one.sql} = {value}"


def _further(one: Order, value: str | None) -> str:
    """Later in the order; NULL comes last, and nothing after it."""
    if value is None:
        return "false"
    later = f"{one.sql} {'<' if one.falling else '>'} {value}"
    return f"({later} OR {one.sql} IS NULL)" if one.nullable else later


def _where(held: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(held)}" if held else ""


def page(collection: Collection, asked: Asked) -> tuple[str, list[Any]]:
    """SQL and values of one page and one row more: the feature, then its place in the order as text."""
    statement = Statement()
    order = asked.order(collection)
    inner, outer = _sorted(collection, asked, order, statement)
    # Features are put together outside: only for the rows of the page, not for all that are sorted.
    kept = ", ".join(f"page.place_{i}::text" for i in range(len(order)))
    shape = collection.feature_of(asked.properties, asked.system)
    return f"SELECT {shape} AS feature, {kept} FROM ({inner}) AS page ORDER BY {outer}", statement.values


@kept
def whole_page(
    collection: Collection, asked: Asked, squares: tuple[int, ...] = (), bounded: bool = False
) -> tuple[str, list[Any]]:
    """SQL and values of one page and one row more as one row: features as bytes with commas between, how many they
    are, the bytes of the one more, where the page ends in the order, and the data time. With `squares` only those are
    read (api/near.py),
    all alike where the time is `bounded` so that few rows are read in vain.
    """
    statement = Statement()
    order = asked.order(collection)
    inner, outer = _sorted(collection, asked, order, statement, squares, bounded)
    places = ", ".join(f"page.place_{i}" for i in range(len(order)))
    limit = statement.bind(asked.limit, "int")
    ends = ", ".join(f"(array_agg(place_{i}))[{limit}]::text" for i in range(len(order)))
    shape = collection.feature_of(asked.properties, asked.system)
    # To number the rows would copy each of them once more: of the one that is not the page's, the length is enough.
    # OFFSET 0 has each feature put together once.
    sql = f"""
    SELECT string_agg(feature, ',')::{RAW}, count(*), (array_agg(octet_length(feature)))[{limit} + 1],
      ARRAY[{ends}], (SELECT value FROM meta WHERE key = 'data_time')
    FROM (SELECT {shape} AS feature, {places} FROM ({inner}) AS page ORDER BY {outer} OFFSET 0) AS shaped"""
    return sql, statement.values


def _sorted(
    collection: Collection,
    asked: Asked,
    order: Sequence[Order],
    statement: Statement,
    squares: Sequence[int] = (),
    bounded: bool = False,
) -> tuple[str, str]:
    """SQL of the page's rows and one more, with their places in the order, and of that order outside of it."""
    places = ", ".join(f"{one.sql} AS place_{i}" for i, one in enumerate(order))
    limit, outer = statement.bind(asked.limit + 1, "int"), _outer(order, "page")
    rows = f"SELECT *, {places} FROM {source(collection, asked, statement)}"
    if squares:
        return _by_square(collection, asked, order, statement, squares, rows, limit, bounded), outer
    held = conditions(collection, asked, statement) + beyond(order, asked, statement)
    skipped = f" OFFSET {statement.bind(asked.offset, 'bigint')}" if asked.offset else ""
    return f"{rows}{_where(held)} ORDER BY {_order_by(order)} LIMIT {limit}{skipped}", outer


def _by_square(
    collection: Collection,
    asked: Asked,
    order: Sequence[Order],
    statement: Statement,
    squares: Sequence[int],
    rows: str,
    limit: str,
    bounded: bool,
) -> str:
    """SQL of the page's rows from squares, each read in order of its index, which ends with the first of the order.

    Squares within the box come first: where they alone fill the page, those at its edge, of whose rows many lie
    outside, are read no further than to where it ends at the latest. Where the time is `bounded` it has few rows more
    than the page: all squares are read alike, and each row is copied and sorted once.
    """

    def read(codes: Sequence[int], held: list[str]) -> str:
        each = of_squares(collection, order, rows, [*held, *beyond(order, asked, statement)], limit)
        codes_sql = statement.bind(codes, "int[]")
        return f"SELECT near.* FROM unnest({codes_sql}) AS square (code), LATERAL ({each}) AS near"

    edge = conditions(collection, asked, statement, by_place=False)
    first_ones = f"ORDER BY {_outer(order, 'near')} LIMIT {limit}"
    if bounded:
        return f"{read(squares, edge)} {first_ones}"
    whole = [] if any(box.heights for box in asked.boxes) else whole_codes(box.edges for box in asked.boxes)
    inside = sorted(set(squares).intersection(whole))
    first = read(inside, conditions(collection, asked.anywhere, statement))
    latest = f"SELECT CASE WHEN count(*) >= {limit} THEN max(place_0) ELSE 'infinity' END FROM inside"
    others = read(sorted(set(squares) - set(inside)), [*edge, f"{order[0].sql} <= ({latest})"])
    return f"""
    WITH inside AS MATERIALIZED ({first} {first_ones})
    SELECT * FROM (SELECT * FROM inside UNION ALL {others}) AS near {first_ones}"""


def of_squares(collection: Collection, order: Sequence[Order], rows: str, held: Sequence[str], limit: str) -> str:
    """SQL of the first rows of each square.code."""
    # Whoever shares the last place is sorted out afterwards: a sort of each square costs more.
    where = _where([f"{collection.square} = square.code", *held])
    return f"{rows}{where} ORDER BY {order[0].sql} FETCH FIRST ({limit}) ROWS WITH TIES"


def _outer(order: Sequence[Order], name: str) -> str:
    return _order_by([replace(one, sql=f"{name}.place_{i}") for i, one in enumerate(order)])


def _order_by(order: Sequence[Order]) -> str:
    ways = (f"{' DESC' if one.falling else ''}{' NULLS LAST' if one.nullable else ''}" for one in order)
    return ", ".join(f"{one.sql}{way}" for one, way in zip(order, ways, strict=True))


def count(collection: Collection, asked: Asked) -> tuple[str, list[Any]]:
    """SQL and values of how many match; unless that is all that was asked, counted to one beyond `COUNT_AT_MOST`."""
    statement = Statement()
    read = source(collection, asked, statement)
    where = _where(conditions(collection, asked, statement))
    enough = "" if asked.hits else f" LIMIT {COUNT_AT_MOST + 1}"
    return f"SELECT count(*) FROM (SELECT 1 FROM {read}{where}{enough}) AS found", statement.values


@dataclass(frozen=True)
class Page:
    """A page: its features as bytes with commas between, how many they are, the token of its end where it is full,
    whether more follow, and the data time."""

    features: memoryview
    returned: int
    end: str | None
    more: bool
    now: int | None

    @property
    def after(self) -> str | None:
        """The token of the next page, if there is one."""
        return self.end if self.more else None

    def with_next(self, rest: Page, limit: int) -> Page:
        """This one and what comes behind it as one page of at most `limit`: of a full one, whether more follow."""
        if self.returned == limit:
            return replace(self, more=rest.returned > 0)
        features = b",".join(part for part in (self.features, rest.features) if part)
        return Page(memoryview(features), self.returned + rest.returned, rest.end, rest.more, rest.now)


async def read_page(
    pool: asyncpg.Pool, collection: Collection, asked: Asked, squares: tuple[int, ...] = (), bounded: bool = False
) -> Page:
    """One page, in one round trip and without anything done for each feature here."""
    sql, values = whole_page(collection, asked, squares, bounded)
    with telling(asked):
        found, rows, beyond_it, ends, now = await pool.fetchrow(sql, *values)
    features = memoryview(found or b"")
    if rows > asked.limit:
        features = features[: -beyond_it - len(",")]
    end = parameters.token(ends) if rows >= asked.limit else None
    return Page(features, min(rows, asked.limit), end, rows > asked.limit, None if now is None else int(now))


async def read_columns(
    pool: asyncpg.Pool, collection: Collection, asked: Asked, columns: Mapping[str, str]
) -> tuple[Sequence[bytes | None], int, Sequence[str | None], int | None]:
    """One page with the bytes of all its rows joined for each column, how many rows there are of it and one row more,
    where it ends, and the data time. `columns`: SQL of a row's bytes, by name."""
    statement = Statement()
    order = asked.order(collection)
    inner, outer = _sorted(collection, asked, order, statement)
    ends = ", ".join(f"place_{i}::text" for i in range(len(order)))
    limit = statement.bind(asked.limit, "int")
    joined = [f"string_agg({sql}, ''::bytea) FILTER (WHERE number <= {limit})" for sql in columns.values()]
    sql = f"""
    SELECT {", ".join(joined)}, count(*), array_agg(ARRAY[{ends}]) FILTER (WHERE number = {limit}),
      (SELECT value FROM meta WHERE key = 'data_time')
    FROM (SELECT *, row_number() OVER (ORDER BY {outer}) AS number FROM ({inner}) AS page) AS numbered"""
    with telling(asked):
        *found, rows, last, now = await pool.fetchrow(sql, *statement.values)
    return found, rows, last[0] if last else (), None if now is None else int(now)


@contextmanager
def telling(asked: Asked) -> Iterator[None]:
    """What the database cannot read as a place in the order is the token's fault."""
    try:
        yield
    except asyncpg.DataError:
        if not asked.after:
            raise
        raise bad("after", "after is what a next link carries; start again without it") from None


async def features(pool: asyncpg.Pool, collection: Collection, asked: Asked) -> tuple[list[str], str | None]:
    """The features of one page as GeoJSON texts, and the token of the next page if there is one."""
    sql, values = page(collection, asked)
    with telling(asked):
        rows = await pool.fetch(sql, *values)
    more = len(rows) > asked.limit
    texts = [row[0] for row in rows[: asked.limit]]
    last = rows[asked.limit - 1] if more else None
    return texts, parameters.token(list(last)[1:]) if last is not None else None


async def matched(pool: asyncpg.Pool, collection: Collection, asked: Asked, returned: int, more: bool) -> int | None:
    """How many match in all, where that is cheap to say; else None."""
    if not more and not asked.after and not asked.offset and not asked.hits:
        return returned
    if asked.after or asked.offset or not (collection.countable or asked.hits):
        return None
    sql, values = count(collection, asked)
    found = int(await pool.fetchval(sql, *values))
    return found if asked.hits or found <= COUNT_AT_MOST else None


async def feature(
    pool: asyncpg.Pool,
    collection: Collection,
    text: str,
    shown: System = SYSTEMS[0],
    properties: Sequence[str] | None = None,
) -> str | None:
    """One feature by its id, None where there is none. Raises Problem 404 for what cannot be an id."""
    values = collection.identify(text)
    names = None if properties is None else tuple(properties)
    sql, first, last = _one(collection, tuple(collection.implied(values).items()), shown, names)
    found: str | None = await pool.fetchval(sql, *first, *values, *last)
    return found


@lru_cache(KEPT)
def _one(
    collection: Collection, implied: Sequence[tuple[str, Any]], shown: System, properties: Sequence[str] | None
) -> tuple[str, list[Any], list[Any]]:
    """SQL of the feature with an id, and what is bound before and after the values of its identity."""
    statement = Statement()
    read = source(collection, Asked(filters=dict(implied)), statement)
    first = list(statement.values)
    held = [f"{name} = {statement.bind(None, kind)}" for name, kind in collection.identity]
    held += [sql.format(statement.bind(value, kind)) for sql, value, kind in collection.fixed]
    sql = f"SELECT {collection.feature_of(properties, shown)} FROM {read}{_where(held)} LIMIT 1"
    return sql, first, statement.values[len(first) + len(collection.identity) :]
