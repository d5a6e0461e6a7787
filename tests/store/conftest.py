"""An up-to-date database per module, and batches of every schema column."""

from __future__ import annotations

import pytest

from store.migrate import upgrade


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    upgrade(database_url)
    return database_url
