"""Joiners as the commands need them: with the titles of the classes and the rules that people accepted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

import structlog

from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.incident import Incident, Join
from geo.schema import NO_TIME
from pipeline.ending import ended
from pipeline.floors import Floor, Floors
from pipeline.incidents import KEEP_MS, Joiner
from store import rules
from store.connect import UNREACHABLE
from store.writer import Writer

LOOK_S = 5.0
"""How soon a rule that was accepted or taken back counts."""

log = structlog.get_logger("skysift.joining")


async def floors(writer: Writer) -> Floors:
    """The rules that hold now."""
    return Floors([Floor(*one) for one in await rules.standing(writer.pool)])


def joiner(held: Floors | None = None) -> Joiner:
    """One that has seen nothing yet."""
    return Joiner({name: spec.title for name, spec in registry().items()}, held or Floors())


def joining(held: Floors | None = None) -> Join:
    """All incidents of anomalies in their last state."""

    def join(anomalies: Sequence[Anomaly]) -> Sequence[Incident]:
        return joiner(held).feed(anomalies, int(NO_TIME))[0]

    return join


@asynccontextmanager
async def joined(writer: Writer, now: int) -> AsyncIterator[Joiner]:
    """One that knows what is stored of the hours before `now` (epoch ms), and follows the rules until the end."""
    own = joiner(await floors(writer))
    known, _ = own.feed(await writer.around(now - KEEP_MS, now), int(NO_TIME))
    await writer.save((), incidents=known)
    following = asyncio.create_task(_keep_rules(writer, own))
    try:
        yield own
    finally:
        await ended(following)


async def _keep_rules(writer: Writer, own: Joiner) -> NoReturn:
    """Rules as they are changed. A database that cannot be reached is tried again; until then the old ones hold."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            own.floors = await floors(writer)
        except UNREACHABLE as error:
            log.warning("rules cannot be read", error=repr(error), again_in_s=LOOK_S)
