"""CQL2 text and the tree that it means; where it is broken that is said, and no text takes long."""

from __future__ import annotations

import time
from typing import Any

import pytest

from api import cql_text
from api.problems import Problem

A, B, C = ({"property": name} for name in "abc")


def op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a = 1 OR b = 2 AND c = 3", op("or", op("=", A, 1), op("and", op("=", B, 2), op("=", C, 3)))),
        ("a AND b AND c", op("and", A, B, C)),
        ("NOT a = 1 AND b", op("and", op("not", op("=", A, 1)), B)),
        ("(a + 1) * 2 - b ^ 2 <= -c", op("<=", op("-", op("*", op("+", A, 1), 2), op("^", B, 2)), op("*", -1, C))),
        ("a - 1 - -2 <> .5e1", op("<>", op("-", op("-", A, 1), -2), 5)),
        ("a div 2 != 1", op("<>", op("div", A, 2), 1)),
        ("a BETWEEN 1 AND 2 + 1 AND b", op("and", op("between", A, 1, op("+", 2, 1)), B)),
        ("a NOT BETWEEN 1 AND 2", op("not", op("between", A, 1, 2))),
        ("a not like CASEI('x')", op("not", op("like", A, op("casei", "x")))),
        ("a NOT IN (1, 'b', TRUE)", op("not", op("in", A, [1, "b", True]))),
        ("a IN ('x')", op("in", A, ["x"])),
        ("a IS NULL OR b IS NOT NULL", op("or", op("isNull", A), op("not", op("isNull", B)))),
        ("(a = 1) = true", op("=", op("=", A, 1), True)),
        ("\"a b\" = 'it''s'", op("=", {"property": "a b"}, "it's")),
        ("notes = ''", op("=", {"property": "notes"}, "")),
        ("T_finishedby(a, INTERVAL('..', b))", op("t_finishedBy", A, {"interval": ["..", B]})),
        ("a = DATE('2026-11-20')", op("=", A, {"date": "2026-11-20"})),
        ("A_CONTAINS(a, ('b'))", op("a_contains", A, ["b"])),
        ("upper(a, 1) = 'A'", op("=", op("upper", A, 1), "A")),
        ("s_within(a, BBOX(1, 2, 3, 4))", op("s_within", A, {"bbox": [1, 2, 3, 4]})),
        ("S_WITHIN(a, POINT Z (1 -2 3e0))", op("s_within", A, {"type": "Point", "coordinates": [1, -2, 3]})),
        ("point = 1", op("=", {"property": "point"}, 1)),
    ],
)
def test_a_text_and_what_it_means(text: str, tree: Any) -> None:
    assert cql_text.read(text) == tree


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = ", "at character 5: expected a value, not the end"),
        ("a = 1 b", "at character 7: expected an operator or the end, not 'b'"),
        ("(a = 1", "at character 7: expected ')', not the end"),
        ("a BETWEEN 1 OR 2", "at character 13: expected 'AND', not 'OR 2'"),
        ("a NOT = 1", "at character 7: expected LIKE, IN or BETWEEN, not '= 1'"),
        ("a IS 1", "at character 6: expected 'NULL'"),
        ("a = 'x", 'at character 5: expected a value, not "\'x"'),
        ("a = AND", "at character 5: expected a value, not 'AND'"),
        ("S_WITHIN(a, POINT(1 2)", "at character 23: expected ',', not the end"),
        ("S_WITHIN(a, POLYGON((1 2, 3 4", "at character 13: expected a geometry whose brackets are all closed"),
        ("S_WITHIN(a, POINT(1 b))", "no Point: Expected number but encountered word: 'b' (from character 13 on)"),
        ("NOT " * 41 + "a", "at most 40 levels"),
        ("S_WITHIN(a, " + "GEOMETRYCOLLECTION(" * 41, "at most 40 levels"),
    ],
)
def test_what_is_broken_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(Problem) as problem:
        cql_text.read(text)
    assert says in problem.value.detail


@pytest.mark.parametrize("text", ["(" * 24 + "a = " + ")" * 24, "POLYGON((" + "," * 1_000_000 + "))", "(" * 1_000_000])
def test_no_broken_text_takes_long(text: str) -> None:
    """Each bracket once doubled the time: at 20 it was seconds, at 30 it would have been an hour."""
    started = time.process_time()
    with pytest.raises(Problem):
        cql_text.read(text)
    assert time.process_time() - started < 1
