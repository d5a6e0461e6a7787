"""The source's own word for a zone, and anomalies newest first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("zones", sa.Column("title", sa.Text()))
    op.create_index("anomalies_start", "anomalies", ["start_time", "id"])


def downgrade() -> None:
    op.drop_index("anomalies_start", "anomalies")
    op.drop_column("zones", "title")
