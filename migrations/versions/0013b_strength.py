"""How strong the newest row of each aircraft was, beside its state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import REAL

revision = "0013b"
down_revision = "0013a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("aircraft_now", sa.Column("rssi", REAL()))


def downgrade() -> None:
    op.drop_column("aircraft_now", "rssi")
