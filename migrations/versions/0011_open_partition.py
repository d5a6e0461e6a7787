"""Observations by time and by aircraft from narrow indexes; squares of a degree are indexed when a partition closes."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None

SQUARE = "(floor(ST_Y(geom)) * 360 + floor(ST_X(geom)))::int"


def upgrade() -> None:
    """The closed partitions get their squares from the maintenance of the next start, beside whoever reads."""
    op.execute("DROP INDEX positions_square")
    op.execute("DROP INDEX positions_time_icao24")
    op.execute("CREATE INDEX positions_time ON positions (time)")


def downgrade() -> None:
    for (name,) in op.get_bind().exec_driver_sql(
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_inherits ON inhrelid = indrelid "
        "WHERE inhparent = 'positions'::regclass AND indexrelid::regclass::text LIKE '%_square'"
    ):
        op.execute(f"DROP INDEX {name}")
    op.execute("CREATE INDEX positions_time_icao24 ON positions (time, icao24)")
    op.execute(f"CREATE INDEX positions_square ON positions (({SQUARE}), time, icao24)")
    op.execute("DROP INDEX positions_time")
