"""The configuration written out: a file of the defaults with every key explained, and docs/configuration.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from cli.option_keys import FEED_KEYS, KEYS, TABLES, Key, thresholds
from cli.option_values import bounds, toml

FEEDS = "What is listened to; one table each. Without any, made-up traffic is shown: the demo."
CLASSES = "Thresholds of the anomaly classes (docs/classes.md). A change takes effect without a restart."


def default_file() -> str:
    """A skysift.toml in which everything is as it would be without it."""
    lines = ["# Skysift's configuration. Lines that begin with # are what holds without them."]
    lines += ["", f"# {FEEDS}", "# [[feeds]]", *(line for key in FEED_KEYS for line in _commented(key))]
    for table, keys in _tables():
        about = TABLES.get(table) or (CLASSES if table == thresholds()[0].table else "")
        lines += ["", *([f"# {about}"] if about else []), f"[{table}]"]
        lines += [line for key in keys for line in _commented(key)]
    return "\n".join([*lines, ""])


def _commented(key: Key) -> list[str]:
    value = toml(key.default) if key.default is not None else '""'
    return [f"# {key.name} = {value}", f"#     {_told(key)}"]


def _told(key: Key) -> str:
    words = [key.help, *([f"in {key.unit}"] if key.unit else []), *([bounds(key)] if bounds(key) else [])]
    return "; ".join(words)


def _tables() -> Iterator[tuple[str, Iterable[Key]]]:
    return groupby((*KEYS, *thresholds()), key=lambda one: one.table)


_HEAD = """# Configuration

One file, `skysift.toml`, named with `--config` or in `SKYSIFT_CONFIG`; no other place is looked at. Environment
variables rank above it, and above those the command line: the options of `skysift serve`, and `--set KEY=VALUE`.
An unknown key, and a value that does not fit, is refused with its place and the nearest right one; so is what nothing
could begin with: a class, a feed's address, format or key, a network or a file that there is not.

```sh
skysift config default > skysift.toml       # every key, explained, at its default
skysift config check skysift.toml           # what is wrong with it, all at once
skysift config show --config skysift.toml   # every value, and where it came from; secrets hidden
skysift serve --config skysift.toml --set detectors.loiter.dwell=600
```

A list in a variable or in `--set` has `;` between its parts. `SKYSIFT_FEEDS` gives addresses of feeds like that.

**Thresholds take effect while the service runs**: the file is looked at every two seconds, and at once on SIGHUP. A
file with a fault is refused as a whole and the thresholds stay as they are; the log and `/health` say so. Keys that
were changed and wait for a restart are named there too. Every anomaly carries the parameters that judged its newest
evidence, with their hash (`evidence.parameters`, `evidence.parameters_hash`).

This page is generated: `skysift config default --markdown > docs/configuration.md`.

"""


def page() -> str:
    """docs/configuration.md."""
    parts = [_HEAD, f"## [[feeds]]\n\n{FEEDS}\n\n", _table(FEED_KEYS, variables=False)]
    shown = False
    for table, keys in _tables():
        own = table.startswith("detectors.")
        if own and not shown:
            parts.append(f"\n## Thresholds\n\n{CLASSES} Variables: `SKYSIFT_DETECTORS_`, the class, the parameter.\n")
            shown = True
        parts.append(f"\n{'###' if own else '##'} [{table}]\n\n" + (f"{TABLES[table]}\n\n" if table in TABLES else ""))
        parts.append(_table(keys, variables=not own))
    return "".join(parts)


def _table(keys: Iterable[Key], variables: bool) -> str:
    more = " variable |" if variables else ""
    lines = [f"| key | default | unit | bounds | means |{more}", f"|---|---|---|---|---|{'---|' if variables else ''}"]
    for key in keys:
        default = "" if key.default is None or key.default == "" else f"`{toml(key.default)}`"
        text = key.help + (f" ({key.source})" if key.source and variables else "")
        cells = [
            f"`{key.name}`",
            default,
            key.unit,
            bounds(key),
            text,
            *([f"`{key.environment}`"] if variables else []),
        ]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join([*lines, ""])
