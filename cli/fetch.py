"""`skysift fetch ADDRESS --from T --to T -o FOLDER`: the past from a service, as files that `import` takes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.configuration import Configuration
from cli.configured import config_options
from cli.ui import INPUT, USAGE, Failure, err, json_option, print_json, progress


@click.command(name="fetch")
@click.argument("address")
@click.option("--from", "start", required=True, metavar="TIME", help="First instant, ISO 8601, UTC without a zone.")
@click.option("--to", "end", required=True, metavar="TIME", help="End, exclusive.")
@click.option("--step", type=click.IntRange(1, 86_400), help="Seconds between two pictures of an area; else 10 "
              "(OpenSky) or 60 (Flightradar24).")  # fmt: skip
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write "
              "into; what lies there already is not asked for again.")  # fmt: skip
@click.option("--patience", default=900, show_default=True, type=click.IntRange(0, 86_400), help="Seconds for which a "
              "service that asks for peace is waited for.")  # fmt: skip
@config_options
@json_option
def command(
    address: str, start: str, end: str, step: int | None, output: Path, patience: int, config: Configuration,
    as_json: bool,
) -> None:  # fmt: skip
    """Fetch what a service knows of the past: opensky:// and fr24:// with S,W,N,E, opensky://aircraft/HEX,HEX,
    fr24://flights/ID,ID, or https://HOST/globe_history/HEX,HEX of readsb and tar1090.

    ADDRESS may be the name of a table [[feeds]], whose keys are then used. Broken off, the same command goes on where
    it was, and asks nothing twice. `skysift import FOLDER` stores what came.
    """
    from feeds._fetching import Fetcher, Stopped
    from feeds._history import Span, past
    from feeds._web import Web

    span = Span(_seconds(start), _seconds(end), step)
    if span.end <= span.start:
        raise Failure("--to must be later than --from", USAGE)
    found = past(_feed(address, config), span)
    fetcher = Fetcher(Web(found.name, found.access, 60.0), output, found.gap_s, patience)
    stopped: Stopped | None = None
    with progress("fetching") as advance:
        try:
            asyncio.run(fetcher.run(found.requests, lambda name: advance(1, name)))
        except Stopped as error:
            stopped = error
    _report(dict(fetcher.counts), dict(fetcher.failures), output, as_json)
    if stopped:
        raise Failure(str(stopped), INPUT)


def _feed(address: str, config: Configuration) -> Any:
    """A feed of the configuration by its name, else what the text says."""
    from cli.reading import feed_of
    from feeds import Feed

    named = [table for table in config.feeds if address in (table.get("name"), table.get("address"))]
    return feed_of(named[0]) if named else Feed.of(address)


def _seconds(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"{text[:40]!r} is no time: write 2026-11-29T10:00:00Z, or a day", USAGE) from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _report(counts: dict[str, int], failures: dict[str, int], output: Path, as_json: bool) -> None:
    if as_json:
        print_json({"folder": str(output), "counts": counts, "failures": failures})
        return
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing to ask"
    err.print(f"{said}, in {output}", markup=False, soft_wrap=True)
    for why, count in failures.items():
        err.print(f"  asked again: {why}: {count:,}", markup=False)
