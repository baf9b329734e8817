"""Finding the past: the change at a time, and past states by what lists and names are found by.

Revision: 0006
Follows: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_change_at": ("change", ["at"]),
    "ix_alias_history_of_version": ("alias_history", ["version_id"]),
    "ix_model_history_named": ("model_history", ["namespace_id", "name"]),
    "ix_model_history_name_order": ("model_history", ["name_folded", "id"]),
    "ix_model_version_history_of": ("model_version_history", ["model_id"]),
    "ix_model_version_history_created_order": ("model_version_history", ["created_at", "id"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
