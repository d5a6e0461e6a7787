"""The outline of a JSON document from its first bytes: which keys lie at which path. Enough to tell formats apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')
_TOKENS = 1_500
_DEPTH = 16


@dataclass
class Shape:
    """`paths` maps the path of a container ("" the document, "aircraft[]" items of aircraft) to the keys seen there.

    `documents` counts the values at top level that ended: more than one is JSON lines.
    """

    top: str = ""
    paths: dict[str, set[str]] = field(default_factory=dict)
    documents: int = 0

    def at(self, path: str = "") -> set[str]:
        """Keys seen at a path; none where there is no such container."""
        return self.paths.get(path, set())

    @property
    def record(self) -> set[str]:
        """Keys of a record: of the items of a top-level array, else of the document."""
        return self.at("[]") if self.top == "[" else self.at()


def shape(head: bytes) -> Shape:
    """The outline of the first bytes; `top` is empty when they are no JSON object or array."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    out = Shape()
    if text[:1] not in (b"{", b"["):
        return out
    out.top = chr(text[0])
    open_: list[tuple[str, str]] = []
    key, named = "", False
    for found, match in enumerate(_TOKEN.finditer(text)):
        token = match.group()
        if found > _TOKENS or len(open_) > _DEPTH:
            break
        if token in (b"{", b"["):
            path = _below(open_, key)
            open_.append((token.decode(), path))
            out.paths.setdefault(path, set())
            named = False
        elif token in (b"}", b"]"):
            if open_:
                open_.pop()
            out.documents += not open_
        elif open_ and open_[-1][0] == "{" and token[:1] == b'"' and not named:
            key = token[1:-1].decode("utf-8", "replace")
            out.paths[open_[-1][1]].add(key)
        named = token == b":" or (named and token != b",")
    return out


def _below(open_: list[tuple[str, str]], key: str) -> str:
    """The path of a container that begins inside the innermost open one."""
    if not open_:
        return ""
    kind, path = open_[-1]
    if kind == "[":
        return f"{path}[]"
    return f"{path}/{key}" if path else key
