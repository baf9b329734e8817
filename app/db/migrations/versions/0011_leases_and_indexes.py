"""Leases, for what one process at a time may do; an index for each list and filter.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ORDERED: dict[str, tuple[str, list[str]]] = {
    "ix_change_actor_id": ("change", ["actor_id", "sequence"]),
    "ix_change_action": ("change", ["action", "sequence"]),
    "ix_tag_history_of_key": ("tag_history", ["key"]),
    "ix_model_version_parameter_count": ("model_version", ["parameter_count"]),
    "ix_model_version_size_bytes": ("model_version", ["size_bytes"]),
    "ix_model_version_released_at": ("model_version", ["released_at"]),
    "ix_model_version_number_order": ("model_version", ["number", "id"]),
}
EQUAL: dict[str, tuple[str, str]] = {
    "ix_model_architecture_folded": ("model", "architecture_folded"),
    "ix_model_license_folded": ("model", "license_folded"),
    "ix_model_publisher_folded": ("model", "publisher_folded"),
    "ix_model_version_framework_folded": ("model_version", "framework_folded"),
}


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("token", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    for name, (table, columns) in ORDERED.items():
        op.create_index(name, table, columns)
    for name, (table, column) in EQUAL.items():
        op.create_index(name, table, [column], postgresql_using="hash")


def downgrade() -> None:
    for name, (table, _) in (ORDERED | EQUAL).items():
        op.drop_index(name, table)
    op.drop_table("lease")
