"""The configuration: a file, above it the environment, above that `--set`; checked key by key, each with its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cli.option_keys import FEED_KEYS, KEYS, PREFIX, TABLES, Key, keys, thresholds
from cli.option_values import checked, from_text
from cli.toml_lines import lines_of

LARGEST = 1 << 20
"""Bytes of a file that is read."""

FEEDS = f"{PREFIX}FEEDS"
ELSEWHERE = ("CONFIG", "STATE", "KEY", "SHARED", "CHROMIUM", "NETWORK")
"""Variables with our prefix that are no keys of the configuration."""

_FEED = {one.name: one for one in FEED_KEYS}


class ConfigurationError(ValueError):
    """What is wrong with a configuration: one line for each fault, all of them at once."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Given:
    """A value and where it came from."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Configuration:
    """What was given, by key. `feeds`: the tables [[feeds]], each by key."""

    path: Path | None = None
    given: Mapping[str, Given] = field(default_factory=dict)
    feeds: Sequence[Mapping[str, Any]] = ()
    feeds_origin: str = "default"
    sets: Sequence[str] = ()

    def __getitem__(self, path: str) -> Any:
        """The value of a key that every configuration has."""
        return self.given[path].value if path in self.given else _static(path).default

    def table(self, name: str) -> Mapping[str, Any]:
        """What was given of a table."""
        return {p.rpartition(".")[2]: one.value for p, one in self.given.items() if p.rpartition(".")[0] == name}

    @property
    def overrides(self) -> dict[str, dict[str, float]]:
        """Thresholds that were given, by class."""
        ids = {p.split(".")[1] for p in self.given if p.startswith("detectors.")}
        return {own: dict(self.table(f"detectors.{own}")) for own in sorted(ids)}

    def options(self) -> dict[str, Any]:
        """What was given of the keys that are options too, by the name of the option's parameter."""
        named = {one.path: one.option for one in KEYS if one.option}
        found = {named[path]: one.value for path, one in self.given.items() if path in named}
        return found | {name: ",".join(found[name]) for name in ("classes",) if name in found}

    def again(self, environ: Mapping[str, str] = os.environ) -> Configuration:
        """The same, with the file as it is now. Raises ConfigurationError and OSError."""
        return load(self.path, self.sets, environ)


def _static(path: str) -> Key:
    return next(one for one in KEYS if one.path == path)


def load(path: Path | None = None, sets: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> Configuration:
    """File, environment and `--set KEY=VALUE`, in rising rank.

    Raises ConfigurationError naming every bad key with its place, and OSError for a file that cannot be read.
    """
    faults: list[str] = []
    reader = _File(path, faults)
    given = reader.given() | _environment(environ, faults) | _sets(sets, faults)
    feeds, origin = reader.feeds, str(path) if reader.feeds else "default"
    if environ.get(FEEDS):
        feeds, origin = [{"spec": one.strip()} for one in environ[FEEDS].split(";") if one.strip()], FEEDS
    if faults:
        raise ConfigurationError(faults)
    return Configuration(path, given, feeds, origin, tuple(sets))


class _File:
    """One file, read key by key; what is wrong with it goes into `faults`."""

    def __init__(self, path: Path | None, faults: list[str]) -> None:
        self.path, self.faults = path, faults
        self.feeds: list[Mapping[str, Any]] = []
        text = _text(path) if path else ""
        try:
            self.parsed: Mapping[str, Any] = tomllib.loads(text)
            self.lines = lines_of(text)
        except tomllib.TOMLDecodeError as error:
            self.parsed, self.lines = {}, {}
            faults.append(f"{path}: not TOML: {error}")

    def given(self) -> dict[str, Given]:
        """All tables but the feeds, which are kept beside."""
        out: dict[str, Given] = {}
        for name, table in self.parsed.items():
            if name == "feeds":
                self._feeds(table)
            elif name == "detectors":
                out |= self._detectors(table)
            else:
                out |= self._table(name, (name,), table)
        return out

    def _detectors(self, table: Any) -> dict[str, Given]:
        if not isinstance(table, dict):
            return self._fault(("detectors",), "[detectors]", "must hold tables, such as [detectors.loiter]")
        return {k: v for own, one in table.items() for k, v in self._table(f"detectors.{own}", ("detectors", own), one)
                .items()}  # fmt: skip

    def _table(self, name: str, place: tuple[str, ...], table: Any) -> dict[str, Given]:
        classes = name.startswith("detectors.")
        all_of_kind = thresholds() if classes else KEYS
        known = {one.name: one for one in all_of_kind if one.table == name}
        if not known:
            others = {one.table for one in all_of_kind}
            what = f"no such class{_nearest(name, others)}" if classes else _no_table(name, {*others, "feeds"})
            return self._fault(place, f"[{name}]", what)
        if not isinstance(table, dict):
            return self._fault(place, f"[{name}]", f"must be a table, such as {next(iter(known))} = ...")
        values = self._values(f"[{name}]", known, place, table)
        return {f"{name}.{own}": Given(value, self._place((*place, own))) for own, value in values.items()}

    def _feeds(self, tables: Any) -> None:
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self._fault(("feeds",), "[[feeds]]", "must be tables, each with address = ...")
            return
        for number, one in enumerate(tables):
            values = self._values("[[feeds]]", _FEED, ("feeds", number), one)
            if "address" not in one:
                self._fault(("feeds", number), "[[feeds]]", "address is missing: an address, file or folder")
            self.feeds.append(values)

    def _values(
        self, title: str, known: Mapping[str, Key], place: tuple[str | int, ...], table: Mapping[str, Any]
    ) -> dict[str, Any]:
        out = {}
        for name, value in table.items():
            if name not in known:
                self._fault((*place, name), f"{title} {name}", f"no such key{_nearest(name, known)}")
                continue
            try:
                out[name] = checked(known[name], value)
            except ValueError as error:
                self._fault((*place, name), f"{title} {name}", str(error))
        return out

    def _fault(self, place: tuple[str | int, ...], what: str, why: str) -> dict[str, Given]:
        joint = " " if why.startswith(("=", "must")) else ": "
        self.faults.append(f"{self._place(place)}: {what}{joint}{why}")
        return {}

    def _place(self, place: tuple[str | int, ...]) -> str:
        line = self.lines.get(place) or self.lines.get(place[:-1])
        return f"{self.path} line {line}" if line else str(self.path)


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise ConfigurationError([f"{path}: larger than {LARGEST:,} bytes, so it is no configuration"])
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError([f"{path}: not TOML: it is not written in UTF-8 ({error.reason})"]) from None


def _no_table(name: str, others: set[str]) -> str:
    home = next((table for table in TABLES for one in KEYS if (one.table, one.name) == (table, name)), "")
    return f"it belongs into [{home}]" if home else f"no such table{_nearest(name, others)}"


def _environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, Given]:
    """What variables give. One with our prefix that is no key is refused: a slip would silently do nothing."""
    ours = {name: text for name, text in environ.items() if name.startswith(PREFIX) and name != FEEDS}
    ours = {name: text for name, text in ours.items() if name.removeprefix(PREFIX) not in ELSEWHERE}
    if not ours and not any(one.variable in environ for one in KEYS if one.variable):
        return {}
    # Importing all classes takes a second: only where a variable may be of one.
    static = {one.environment: one for one in KEYS}
    known = static if set(ours) <= set(static) else {one.environment: one for one in keys().values()}
    out: dict[str, Given] = {}
    for name in (*ours, *(one.variable for one in KEYS if one.variable in environ)):
        if name not in known:
            faults.append(f"environment: {name}: no such variable{_nearest(name, known)}")
        else:
            out |= _one(known[name], environ[name], f"environment: {name}", name, faults)
    return out


def _sets(sets: Sequence[str], faults: list[str]) -> dict[str, Given]:
    out: dict[str, Given] = {}
    for text in sets:
        path, equals, value = text.partition("=")
        key = keys().get(path.strip())
        if not equals or key is None:
            why = _nearest(path.strip(), keys()) if equals else "; write it as KEY=VALUE"
            faults.append(f"--set {path.strip()[:80]}: no such key{why}")
        else:
            out |= _one(key, value.strip(), f"--set {path.strip()}", "--set", faults)
    return out


def _one(key: Key, text: str, place: str, origin: str, faults: list[str]) -> dict[str, Given]:
    try:
        return {key.path: Given(from_text(key, text), origin)}
    except ValueError as error:
        faults.append(f"{place} {error}")
        return {}


def _nearest(name: str, known: Sequence[str] | Mapping[str, Any] | set[str]) -> str:
    """What was probably meant; where nothing is near, what there is."""
    near = get_close_matches(name, sorted(known), 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    some = sorted(known)
    return f"; there is: {', '.join(some[:12])}{', ...' if len(some) > 12 else ''}"


def rows(found: Configuration) -> Iterator[tuple[Key, Any, str]]:
    """Every key with its value and where that came from."""
    for path, key in keys().items():
        one = found.given.get(path)
        yield key, one.value if one else key.default, one.origin if one else "default"
