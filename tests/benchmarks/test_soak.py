"""The soak's figures: a slope with its interval, pieces that are taken once, and a result whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import psutil
import pytest

from benchmarks import soak
from benchmarks.soak import Plan, Seen, trend

HOURS = np.linspace(0, 24, 121).tolist()


def walk(slope: float, noise: Any) -> list[float]:
    return (300 + slope * np.array(HOURS) + noise).tolist()


def test_a_slope_is_found_and_what_came_before_the_first_quarter_is_not_looked_at() -> None:
    filling = np.where(np.array(HOURS) < 6, -200.0, 0.0)
    slope, half = trend(HOURS, walk(2.0, filling + np.random.default_rng(1).normal(0, 1, 121)))
    assert abs(slope - 2.0) < half < 0.1


def test_looks_that_are_like_the_one_before_count_for_less() -> None:
    """The same spread, once shuffled and once slow to change: of the slow one less is known."""
    slow = np.convolve(np.random.default_rng(1).normal(0, 1, 140), np.ones(20), "valid")
    _, known = trend(HOURS, walk(0.0, np.random.default_rng(2).permutation(slow)))
    slope, half = trend(HOURS, walk(0.0, slow))
    assert half > 2 * known and abs(slope) < half


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_of_a_few_looks_no_slope_is_said(looks: int) -> None:
    assert np.isnan(trend(HOURS[:looks], [1.0] * looks)).all()


def test_memory_that_never_changes_has_no_slope() -> None:
    assert trend(HOURS, [300.0] * len(HOURS)) == pytest.approx((0.0, 0.0), abs=1e-6)


@pytest.mark.parametrize(("aircraft", "seconds"), [(10, 30), (2_000, 5)])
def test_a_piece_is_never_more_than_a_request_takes(aircraft: int, seconds: int) -> None:
    until, batch = next(soak._pieces(Plan(0.1, 60.0, aircraft), 1_700_000_000))
    assert until - 1_700_000_000 == seconds
    assert 0 < len(batch) <= soak.MOST_ROWS * 1.5


def posted(answers: list[Callable[[], httpx.Response]]) -> tuple[str, Seen, set[str]]:
    """What comes of sending a piece to a service that answers like this."""
    left, keys, seen = iter(answers), set(), Seen()

    def answer(request: httpx.Request) -> httpx.Response:
        keys.add(request.headers["idempotency-key"])
        return next(left)()

    class Now(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return False

    with httpx.Client(base_url="http://service/", transport=httpx.MockTransport(answer)) as client:
        return soak._taken(client, b"", "7", seen, Now()), seen, keys


def lost() -> httpx.Response:
    raise httpx.ConnectError("away")


def test_a_piece_is_sent_again_under_its_key_until_it_is_taken() -> None:
    answers = [lost, lambda: httpx.Response(503), lambda: httpx.Response(200)]
    why, seen, keys = posted(answers)
    assert (why, seen.errors, keys) == ("", 2, {"7"})


def test_what_is_refused_ends_it_and_is_said() -> None:
    assert posted([lambda: httpx.Response(401, text="no key")])[0] == "POST /ingest said 401: no key"


def test_a_service_that_has_gone_for_good_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "GIVE_UP_S", -1.0)
    assert "has taken nothing" in posted([lost])[0]


def test_broken_off_it_tells_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        base, state = "http://127.0.0.1:1/", None

        def parts(self) -> dict[str, psutil.Process]:
            return {"sky-engine": psutil.Process()}

    def post(plan: Plan, own: Any, key: str, start: float, seen: Seen, over: threading.Event) -> None:
        over.wait(60)

    def look(*given: Any) -> None:
        sample(*given)
        if len(given[1].hours) == 3:
            given[1].hours.append(9.9)
            raise KeyboardInterrupt

    sample = soak._sample
    for name, value in {
        "_post": post, "_sample": look, "_look": lambda *_: None, "_listen": lambda *_: None, "SAMPLES": 3_600_000,
        "Cluster": lambda state: type("At", (), {"url": ""}), "database": lambda state: [],
    }.items():  # fmt: skip
        monkeypatch.setattr(soak, name, value)

    async def key(url: str) -> str:
        return "key"

    monkeypatch.setattr(soak, "api_key", key)
    plan = Plan(0.1, 60.0, 10, lambda text: None)
    told = soak._told(plan, soak._watched(plan, Away(), 0.0), 60.0)  # type: ignore[arg-type]

    assert told["ended early"] == "broken off" and told["sky-engine: last, MiB"] > 0
    assert [len(one["values"]) for one in told["series"]] == [3, 3, 3]
