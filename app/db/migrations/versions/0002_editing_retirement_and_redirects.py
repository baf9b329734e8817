"""Owners, retirement, redirects of old names, and what there is to say of a state.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_redirect",
        sa.Column("namespace_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_redirect_model_id_model")),
        sa.ForeignKeyConstraint(
            ["namespace_id"], ["namespace.id"], name=op.f("fk_model_redirect_namespace_id_namespace")
        ),
        sa.PrimaryKeyConstraint("namespace_id", "name", name=op.f("pk_model_redirect")),
    )
    op.create_index(op.f("ix_model_redirect_model_id"), "model_redirect", ["model_id"], unique=False)
    op.add_column("model", sa.Column("owners", sa.Text(), server_default="[]", nullable=False))
    op.add_column("model", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("model", sa.Column("retired_by", sa.String(), nullable=True))
    op.add_column("model", sa.Column("retirement_reason", sa.String(), nullable=True))
    op.add_column("model", sa.Column("replacement_id", sa.String(), nullable=True))
    op.add_column("model_history", sa.Column("owners", sa.Text(), server_default="[]", nullable=False))
    op.add_column("model_history", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("model_history", sa.Column("retired_by", sa.String(), nullable=True))
    op.add_column("model_history", sa.Column("retirement_reason", sa.String(), nullable=True))
    op.add_column("model_history", sa.Column("replacement_id", sa.String(), nullable=True))
    op.add_column("model_version", sa.Column("state_message", sa.String(), nullable=True))
    op.add_column("model_version_history", sa.Column("state_message", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("model_version_history", "state_message")
    op.drop_column("model_version", "state_message")
    op.drop_column("model_history", "replacement_id")
    op.drop_column("model_history", "retirement_reason")
    op.drop_column("model_history", "retired_by")
    op.drop_column("model_history", "retired_at")
    op.drop_column("model_history", "owners")
    op.drop_column("model", "replacement_id")
    op.drop_column("model", "retirement_reason")
    op.drop_column("model", "retired_by")
    op.drop_column("model", "retired_at")
    op.drop_column("model", "owners")
    op.drop_index(op.f("ix_model_redirect_model_id"), table_name="model_redirect")
    op.drop_table("model_redirect")
