"""Observations in order of time from an index, everywhere and in every square of a degree."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQUARE = "(floor(ST_Y(geom)) * 360 + floor(ST_X(geom)))::int"


def upgrade() -> None:
    op.execute("CREATE INDEX positions_time_icao24 ON positions (time, icao24)")
    op.execute(f"CREATE INDEX positions_square ON positions (({SQUARE}), time, icao24)")
    op.execute("DROP INDEX positions_time")


def downgrade() -> None:
    op.execute("CREATE INDEX positions_time ON positions USING brin (time) WITH (pages_per_range = 32)")
    op.execute("DROP INDEX positions_square")
    op.execute("DROP INDEX positions_time_icao24")
