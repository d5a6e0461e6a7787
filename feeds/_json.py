"""JSON from a stranger: patient with what is almost JSON, one clear error that names the byte where it is none."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from feeds._given import Given


def tolerant(given: Given, data: bytes) -> Any:
    """The document as plain Python values, NaN and oversized integers included. Raises FeedError with the byte."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # the fast reader takes no NaN and names no byte: the slow one below has the last word
    text = data.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, parse_int=_number)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        cut = error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg
        reason = "the JSON ends too early" if cut else f"no valid JSON: {error.msg}"
        raise given.error(reason, byte=at, hint="fetch the file again; it may have been cut while written") from error
    except RecursionError as error:
        raise given.error("the JSON is nested too deeply to be data") from error


def _number(text: str) -> int | float:
    """Integers of any length: beyond 64 bits as a float, so that no digit count is too large."""
    return int(text) if len(text) < 19 else float(text)


def items(given: Given, value: Any, what: str) -> list[dict[str, Any]]:
    """The objects of a list. Raises FeedError where it is no list; what is no object in it is left out."""
    if not isinstance(value, list):
        raise given.error(f"{what} is no list")
    return [item for item in value if isinstance(item, dict)]
