"""What a database server needs: states without a sequence yet, and texts of any length, are found by indexes.

Revision: 0010
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

HISTORIES = ("alias", "lineage_edge", "model", "model_version", "tag")
UNSEALED = {
    "opened": sa.text("opened_sequence IS NULL"),
    "closed": sa.text("closed_by IS NOT NULL AND closed_sequence IS NULL"),
}
TEXTS = {
    "ix_tag_text": ("tag", ["key", "text_folded"]),
    "ix_param_text": ("param", ["name", "text_folded"]),
    "ix_model_task_folded": ("model", ["task_folded"]),
    "ix_model_family_folded": ("model", ["family_folded"]),
}


def upgrade() -> None:
    for history in HISTORIES:
        for side, unsealed in UNSEALED.items():
            op.create_index(
                f"ix_{history}_history_un{side}",
                f"{history}_history",
                [f"{side}_by"],
                sqlite_where=unsealed,
                postgresql_where=unsealed,
            )
    for name, (table, columns) in TEXTS.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns[-1:], postgresql_using="hash")


def downgrade() -> None:
    for name, (table, columns) in TEXTS.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    for history in HISTORIES:
        for side in UNSEALED:
            op.drop_index(f"ix_{history}_history_un{side}", f"{history}_history")
