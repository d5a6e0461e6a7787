"""The real server over the small database of the API's own tests, for programs that other people wrote."""

from __future__ import annotations

from tests.api.conftest import live, seeded_url

__all__ = ["live", "seeded_url"]
