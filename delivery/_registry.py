"""Kinds of destinations as data: what each asks for, how it is shown, and how a message is sent."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from delivery.message import Message
from delivery.reach import Reach

KINDS = ("webhook", "apprise", "mqtt", "cot")
"""Modules of this package that declare a `KIND`, in the order in which a form offers them."""

LONGEST = 2_000
"""Characters of a value, where its field does not say otherwise."""

Values = Mapping[str, Any]


class Invalid(ValueError):
    """A value that a kind does not take: `field` says which, the message why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Failed(Exception):
    """It did not arrive and may another time. `after_s`: when the receiver wants to be asked again, in seconds."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class Refused(Exception):
    """The receiver will never take this message; others it may."""


class Gone(Exception):
    """The receiver wants no more messages: the destination is paused."""


@dataclass(frozen=True)
class Field:
    """One value that a kind needs. `type`: text, lines, number, flag or choice; of a secret one only is told whether
    it is set. `low` and `high` bound a number, `most` the characters of a text."""

    name: str
    title: str
    help: str
    type: str = "text"
    required: bool = False
    secret: bool = False
    default: str | float | bool | None = None
    low: float | None = None
    high: float | None = None
    most: int = LONGEST
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class Kind:
    """`check` raises Invalid for values that do not fit together; `shown` is what may be read of them by everyone
    who sees the destination; `send` gives what the receiver said, or raises Failed, Refused or Gone."""

    id: str
    title: str
    help: str
    fields: Sequence[Field]
    check: Callable[[Values, Reach], None]
    shown: Callable[[Values], str]
    send: Callable[[Values, Message, Reach], Awaitable[str]]

    def described(self) -> dict[str, Any]:
        """For a form."""
        return {"id": self.id, "title": self.title, "help": self.help, "fields": [asdict(one) for one in self.fields]}

    def taken(self, given: Values, reach: Reach) -> dict[str, Any]:
        """The values with defaults, each of its field's type. Raises Invalid."""
        known = {one.name: one for one in self.fields}
        for name in given:
            if name not in known:
                raise Invalid(name[:60], f"{self.id} has no field {name[:60]!r}; it has: {', '.join(known)}")
        values = {name: _value(one, given.get(name)) for name, one in known.items()}
        self.check(values, reach)
        return values


def _value(field: Field, given: Any) -> Any:
    if given is None or (isinstance(given, str) and not given.strip(" ")):
        if field.required:
            raise Invalid(field.name, f"{field.title} is missing")
        return field.default
    return _TYPES[field.type](field, given)


def _text(field: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise Invalid(field.name, f"{field.title} must be a text")
    if len(given) > field.most:
        raise Invalid(field.name, f"{field.title} has more than {field.most:,} characters")
    if any(ord(one) < 32 and not (field.type == "lines" and one in "\r\n\t") for one in given):
        raise Invalid(field.name, f"{field.title} holds a control character")
    return given.strip()


def _number(field: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Invalid(field.name, f"{field.title} must be a number")
    low, high = field.low, field.high
    if (low is not None and given < low) or (high is not None and given > high):
        raise Invalid(field.name, f"{field.title} must be from {low:g} to {high:g}, not {given:g}")
    return given


def _flag(field: Field, given: Any) -> bool:
    if not isinstance(given, bool):
        raise Invalid(field.name, f"{field.title} must be true or false")
    return given


def _choice(field: Field, given: Any) -> str:
    if given not in field.choices:
        raise Invalid(field.name, f"{field.title} must be one of: {', '.join(field.choices)}")
    return str(given)


_TYPES: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text, "lines": _text, "number": _number, "flag": _flag, "choice": _choice,
}  # fmt: skip


@cache
def kinds() -> Mapping[str, Kind]:
    """By id. An import that fails raises."""
    found = [importlib.import_module(f"delivery.{name}").KIND for name in KINDS]
    return {one.id: one for one in found}
