"""`skysift classes`: the catalogue of anomaly classes, from the registry."""

from __future__ import annotations

import math
from typing import Any

import click

from cli.inputs import choose
from cli.ui import json_option, out, print_json, table
from detectors._markdown import classes_page, columns_page
from detectors._registry import Detector


@click.command(name="classes")
@click.argument("class_id", required=False)
@click.option("--markdown", is_flag=True, help="The page docs/classes.md.")
@click.option("--columns", is_flag=True, help="The page docs/columns.md: what an observation may hold.")
@json_option
def command(class_id: str | None, markdown: bool, columns: bool, as_json: bool) -> None:
    """List the anomaly classes, or describe one with its parameters."""
    chosen = choose(class_id)
    if markdown or columns:
        click.echo(columns_page() if columns else classes_page(chosen.values()), nl=False)
    elif as_json:
        print_json([described(spec) for spec in chosen.values()])
    elif class_id:
        for spec in chosen.values():
            _card(spec)
    else:
        shown = table("class", "title", "priority", "scope", "needs")
        for spec in chosen.values():
            needs = "; ".join(" or ".join(group) for group in spec.needs)
            shown.add_row(spec.id, spec.title, spec.priority, spec.scope, needs)
        out.print(shown)


def described(spec: Detector) -> dict[str, Any]:
    """A class as JSON, without its functions."""
    return {
        "id": spec.id, "title": spec.title, "priority": spec.priority, "scope": spec.scope, "needs": spec.needs,
        "lookback_s": spec.lookback_s, "every_s": spec.every_s, "definition": spec.describe.definition,
        "params": {
            name: {
                "default": p.default, "unit": p.unit, "help": p.help, "source": p.source,
                "column": p.column, "lo": _finite(p.lo), "hi": _finite(p.hi),
            }
            for name, p in spec.params.items()
        },
        "examples": [{"name": e.name, "expect": e.expect} for e in spec.examples()],
    }  # fmt: skip


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


def _card(spec: Detector) -> None:
    out.print(f"[bold]{spec.title}[/bold] ({spec.id}), priority {spec.priority}")
    out.print(spec.describe.definition, markup=False)
    shown = table("parameter", "default", "unit", "meaning", "source")
    for name, p in spec.params.items():
        shown.add_row(name, f"{p.default:g}", p.unit, p.help, p.source)
    out.print(shown)
    out.print(spec.describe.context, markup=False)
