"""The figures of `skysift bench web` as a table, each beside what was aimed at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.ui import out, table

_ASIDE = ("targets", "machine", "load")


def show(result: Mapping[str, Any]) -> None:
    """One row for each figure."""
    targets = result["targets"]
    shown = table("figure", "value", "below", "")
    for name, value in result.items():
        if name not in _ASIDE:
            target = targets.get(name)
            verdict = "" if target is None else ("reached" if value < target else "missed")
            shown.add_row(name, _text(value), "" if target is None else f"{target:g}", verdict)
    out.print(shown)
    before, after = result["load"]
    out.print(f"load average before and after {before:.1f}, {after:.1f}; software rendering", markup=False)
    out.print(", ".join(f"{k} {v}" for k, v in result["machine"].items()), markup=False)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
