"""Since which data time areas lie where they lie, and subscriptions ask what they ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema_parts import TIME

revision = "0012b"
down_revision = "0011a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("areas", "subscriptions"):
        op.add_column(table, sa.Column("began", TIME))


def downgrade() -> None:
    for table in ("areas", "subscriptions"):
        op.drop_column(table, "began")
