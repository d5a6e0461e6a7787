"""Counts by hour, H3 cell and class, kept for a year, in partitions of a month."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hourly (
          hour timestamptz NOT NULL, h3 bigint NOT NULL, class text NOT NULL, n integer NOT NULL,
          aircraft integer NOT NULL, PRIMARY KEY (hour, h3, class)
        ) PARTITION BY RANGE (hour)
    """)


def downgrade() -> None:
    op.drop_table("hourly")
