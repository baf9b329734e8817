"""What versions were made with: environments, code revisions and signatures; and drafts by their age.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = ("environment", "code_revision", "signature")


def upgrade() -> None:
    op.create_table(
        "environment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("python", sa.String(), nullable=True),
        sa.Column("packages", sa.Text(), nullable=False),
        sa.Column("hardware", sa.String(), nullable=True),
        sa.Column("os", sa.String(), nullable=True),
        sa.Column("container", sa.String(), nullable=True),
        sa.Column("seeds", sa.Text(), nullable=True),
        sa.Column("command_line", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environment")),
    )
    op.create_table(
        "code_revision",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("repository", sa.String(), nullable=True),
        sa.Column("commit", sa.String(), nullable=True),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("patch_digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_revision")),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=True),
        sa.Column("outputs", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    for kind in KINDS:
        made_with = sa.Column(f"{kind}_id", sa.String(), sa.ForeignKey(f"{kind}.id"), nullable=True)
        op.add_column("model_version", made_with, inline_references=True)
        op.add_column("model_version_history", sa.Column(f"{kind}_id", sa.String(), nullable=True))
    drafts = sa.text("state = 'PENDING'")
    op.create_index(
        "ix_model_version_drafts",
        "model_version",
        ["updated_at"],
        sqlite_where=drafts,
        postgresql_where=drafts,
    )


def downgrade() -> None:
    op.drop_index("ix_model_version_drafts", table_name="model_version")
    with op.batch_alter_table("model_version") as version:
        for kind in KINDS:
            version.drop_column(f"{kind}_id")
    for kind in KINDS:
        op.drop_column("model_version_history", f"{kind}_id")
        op.drop_table(kind)
