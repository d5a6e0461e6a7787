"""How long each aircraft was heard, and what it offered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import REAL

from store.schema_parts import TIME

revision = "0013a"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("icao24", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("first_seen", TIME, primary_key=True),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("has_position", "has_altitude", "has_callsign", "has_signal")
        ),
        sa.Column("callsign", sa.Text()),
        *(sa.Column(name, REAL()) for name in ("altitude", "speed", "rssi")),
        sa.Column("geom", Geometry("POINT", srid=4326, spatial_index=False)),
    )
    op.create_index("sessions_last_seen", "sessions", ["last_seen"])
    op.create_index("sessions_geom", "sessions", ["geom"], postgresql_using="gist")


def downgrade() -> None:
    op.drop_table("sessions")
