"""Leases, for what one process at a time may do; what the log and the past of tags are filtered by.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("token", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_index("ix_change_actor_id", "change", ["actor_id", "sequence"])
    op.create_index("ix_tag_history_of_key", "tag_history", ["key"])


def downgrade() -> None:
    op.drop_index("ix_tag_history_of_key", "tag_history")
    op.drop_index("ix_change_actor_id", "change")
    op.drop_table("lease")
