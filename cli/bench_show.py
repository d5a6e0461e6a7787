"""What a benchmark found, on standard output: a table with the machine below it, or JSON."""

from __future__ import annotations

from typing import Any

from cli.ui import out, print_json, table


def show(result: dict[str, Any], as_json: bool) -> None:
    """`result` by figure; `machine` among them, lists only in JSON."""
    if as_json:
        print_json(result)
        return
    shown = table("figure", "value")
    for name, value in result.items():
        if name != "machine" and not isinstance(value, list):
            shown.add_row(name, f"{value:,}" if isinstance(value, int | float) else str(value))
    out.print(shown)
    out.print(", ".join(f"{k} {v}" for k, v in result["machine"].items()), markup=False)
