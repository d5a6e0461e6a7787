"""What programs post, until the engine has it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from store.schema_parts import TIME

revision = "0012d"
down_revision = "0012c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posted",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("account", sa.BigInteger(), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", TIME, nullable=False, server_default=sa.text("now()")),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "posted_keys",
        sa.Column("account", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("at", TIME, nullable=False, server_default=sa.text("now()")),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", JSONB(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("posted_keys")
    op.drop_table("posted")
