"""Ending tasks for good: a cancellation that was lost on the way is sent again."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

AGAIN_S = 1.0

log = structlog.get_logger("skysift.ending")


async def ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel them and wait until they are done, whatever they end with; an error is logged, as nobody else hears of it.

    Once is not always enough: who is cancelled while giving a lost connection back raises the loss instead, takes it
    for one as any other, and goes on.
    """
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN_S)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            log.warning("a task ended with an error", task=task.get_name(), error=repr(error))
