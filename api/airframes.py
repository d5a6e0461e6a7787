"""What the engine knows of aircraft, for who looks back: loaded once, when somebody first asks for it."""

from __future__ import annotations

import asyncio

from api.problems import bad
from api.replies import AnyRequest
from api.subscriptions import Fleet
from pipeline.airframes import Airframes


async def airframes_for(request: AnyRequest, asked: Fleet) -> Airframes:
    """A table of its own for one look back. Raises Problem 400 where the filters need what was never imported."""
    known = await _loaded(request)
    if (asked.operators or asked.military is not None) and not len(known.known):
        raise bad(
            "subscription.fleet", "operators and military need an aircraft database: skysift reference add aircraft"
        )
    if asked.watched is not None and not len(known.listed):
        raise bad("subscription.fleet", "watched needs a watch list: skysift reference add watch-list")
    return Airframes(known.known, known.listed)


async def _loaded(request: AnyRequest) -> Airframes:
    state = request.app.state
    if getattr(state, "airframes", None) is None:
        load = state.settings.airframes
        # Two who ask at once read it twice, and one of both is kept.
        state.airframes = await asyncio.to_thread(load) if load else Airframes()
    kept: Airframes = state.airframes
    return kept
