"""Counts for tiles of small scale by place too: a tile of a day no longer reads the day of the whole world."""

from __future__ import annotations

from alembic import op

revision = "0011a"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("tile_hours_place", "tile_hours", ["layer", "hours", "resolution", "lon", "lat", "start"])


def downgrade() -> None:
    op.drop_index("tile_hours_place", "tile_hours")
