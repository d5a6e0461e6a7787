"""The catalogue of formats: complete, distinct, documented, and the door to every kind of source."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds import FeedError, formats, open_source
from feeds._page import page
from feeds._registry import format_

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_about_formats_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "formats.md").read_text()

    assert written == page(), "docs/formats.md is stale: skysift feeds --markdown > docs/formats.md"


@pytest.mark.parametrize("one", formats().values(), ids=formats())
def test_a_format_says_what_it_is(one: object) -> None:
    assert all(getattr(one, field) for field in ("id", "title", "units", "identity", "example"))
    assert one.read.__doc__  # type: ignore[attr-defined]


def test_two_formats_of_one_name_are_refused() -> None:
    formats()

    with pytest.raises(ValueError, match="two formats are called 'readsb'"):
        format_(id="readsb", title="", units="", identity="", example="", sniff=lambda given: False)(
            lambda given: iter(())
        )


def test_the_demo_and_a_synthetic_world_are_sources() -> None:
    batch = next(open_source("synthetic:aircraft=20,hours=0.1").batches())

    assert len(batch) > 0


def test_the_format_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text('{"now": 1700000000, "aircraft": []}')

    assert open_source(str(path), "readsb").format == "readsb"
    with pytest.raises(FeedError, match="known: adsbao"):
        open_source(str(path), "sbs9000")
