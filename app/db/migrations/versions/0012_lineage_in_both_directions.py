"""Lineage that is walked both ways, now and in the past; exceptions; what outside things turned out to be.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

EDGES = ("lineage_edge", "lineage_edge_history")
LIVING = sa.text("until IS NULL")


def upgrade() -> None:
    op.drop_index("ix_lineage_edge_upstream", "lineage_edge")
    op.create_index(
        "ix_lineage_edge_living_below",
        "lineage_edge",
        ["upstream", "downstream", "relation"],
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )
    op.create_index("ix_lineage_edge_history_up", "lineage_edge_history", ["downstream"])
    op.create_index("ix_lineage_edge_history_down", "lineage_edge_history", ["upstream"])
    for table in EDGES:
        op.add_column(table, sa.Column("exceptions", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("external_node", sa.Column("registered_as", sa.String()))


def downgrade() -> None:
    op.drop_column("external_node", "registered_as")
    for table in EDGES:
        op.drop_column(table, "exceptions")
    op.drop_index("ix_lineage_edge_history_down", "lineage_edge_history")
    op.drop_index("ix_lineage_edge_history_up", "lineage_edge_history")
    op.drop_index("ix_lineage_edge_living_below", "lineage_edge")
    op.create_index("ix_lineage_edge_upstream", "lineage_edge", ["upstream"])
