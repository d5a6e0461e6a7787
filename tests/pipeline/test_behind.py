"""What is left behind the loop: in order, bounded, and nothing after an error."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.behind import Behind


def test_in_the_order_in_which_it_came() -> None:
    async def go() -> list[int]:
        own, done = Behind(), list[int]()

        async def work(number: int, wait_s: float) -> None:
            await asyncio.sleep(wait_s)
            done.append(number)

        await own.add(lambda: work(1, 0.05))
        await own.add(lambda: work(2, 0.0))
        assert own.pieces == 2
        await own.done()
        await own.add(lambda: work(3, 0.0))
        await own.done()
        return done

    assert asyncio.run(go()) == [1, 2, 3]


def test_an_error_is_raised_at_the_next_and_the_rest_is_not_done() -> None:
    async def go() -> list[int]:
        own, done = Behind(), list[int]()

        async def fail() -> None:
            raise OSError("gone")

        async def work() -> None:
            done.append(1)

        await own.add(fail)
        await own.add(work)
        with pytest.raises(OSError, match="gone"):
            await own.done()
        assert own.pieces == 0
        await own.add(work)
        await own.done()
        return done

    assert asyncio.run(go()) == [1]


def test_who_adds_waits_while_too_many_rows_do() -> None:
    async def go() -> list[str]:
        own, seen, free = Behind(most_rows=10), list[str](), asyncio.Event()

        async def work() -> None:
            await free.wait()
            seen.append("done")

        await own.add(work, 8)
        adding = asyncio.ensure_future(own.add(work, 8))
        await asyncio.wait([adding], timeout=0.1)
        seen.append("waits" if not adding.done() else "added")
        free.set()
        await adding
        await own.done()
        return seen

    assert asyncio.run(go()) == ["waits", "done", "done"]


def test_more_rows_than_may_wait_come_alone() -> None:
    async def go() -> int:
        own = Behind(most_rows=10)
        await own.add(lambda: asyncio.sleep(0), 1_000)
        await own.done()
        return own.rows

    assert asyncio.run(go()) == 0


def test_stopped_it_leaves_the_rest_undone() -> None:
    async def go() -> int:
        own = Behind()
        await own.add(lambda: asyncio.sleep(60))
        await own.stop()
        return own.pieces

    assert asyncio.run(asyncio.wait_for(go(), 5)) == 0
