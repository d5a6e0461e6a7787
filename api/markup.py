"""HTML from values: whatever is not markup already is escaped, so that no page can forget it."""

from __future__ import annotations

from html import escape
from typing import Any


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def tag(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """An element: children that are None are left out, `class_` and `for_` lose their underscore, `_` becomes `-`."""
    own = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in _EMPTY:
        return Markup(f"<{name}{own}>")
    return Markup(f"<{name}{own}>{joined(*children)}</{name}>")


_EMPTY = ("meta", "link", "input", "img", "br")


def _attribute(name: str, value: Any) -> str:
    key = name.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'


def joined(*children: Any) -> Markup:
    """Pieces one after the other; lists are taken apart."""
    parts = []
    for one in children:
        if isinstance(one, Markup):
            parts.append(str(one))
        elif isinstance(one, list | tuple):
            parts.append(str(joined(*one)))
        elif one is not None:
            parts.append(escape(str(one)))
    return Markup("".join(parts))


def anchor(href: str, *children: Any, **attributes: Any) -> Markup:
    """A link; only to web addresses."""
    safe = href if href.startswith(("http://", "https://", "/", "?", "#")) else "#"
    return tag("a", *children, href=safe, **attributes)


def table(head: list[Any], rows: list[list[Any]], **attributes: Any) -> Markup:
    """A table that scrolls by itself where it is too wide."""
    top = tag("thead", tag("tr", [tag("th", one, scope="col") for one in head]))
    body = tag("tbody", [tag("tr", [tag("td", one) for one in row]) for row in rows])
    return tag("div", tag("table", top, body), class_="scroll", tabindex="0", role="region", **attributes)


def facts(pairs: list[tuple[Any, Any]]) -> Markup:
    """Names and values."""
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs], class_="facts")
