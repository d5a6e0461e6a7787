"""Which feeds heard an observation, where several did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012c"
down_revision = "0012b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("positions", sa.Column("heard", sa.Integer()))


def downgrade() -> None:
    op.drop_column("positions", "heard")
