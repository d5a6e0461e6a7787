"""What counts as a trouble of the service."""

from __future__ import annotations

from pipeline.service import troubles


def test_only_what_was_well_once_is_in_trouble() -> None:
    spoke: set[str] = set()
    before = troubles([{"name": "radar", "state": "ok"}], {"loiter": "", "zone": "no zones"}, spoke, 0.5)
    after = troubles([{"name": "radar", "state": "silent"}], {"loiter": "failed", "zone": "no zones"}, spoke, 0.01)

    assert before == {}
    assert after == {
        "feed-radar": "The feed radar is silent",
        "class-loiter": "loiter is inactive: failed",
        "disk": "The disk is nearly full: less than 5% is free",
    }
