"""Words, by which models and datasets are found without a search index.

The rows are written when the registry is opened, as whenever the rule of their making has changed.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Blanks alone part the terms: 1.3b is one, and so is the "(1)" that Unicode makes of a number in brackets.
INDEX = """
CREATE VIRTUAL TABLE words_index USING fts5(
    terms, content='words', content_rowid='key', detail=none, columnsize=0,
    tokenize="ascii tokenchars '_.,()[]/+-'"
)
"""
ADD = "INSERT INTO words_index (rowid, terms) VALUES (new.key, new.terms);"
DROP = "INSERT INTO words_index (words_index, rowid, terms) VALUES ('delete', old.key, old.terms);"
TRIGGERS = {"INSERT": ADD, "DELETE": DROP, "UPDATE": DROP + ADD}


def upgrade() -> None:
    op.create_table(
        "words",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("terms", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_words"),
        sa.UniqueConstraint("subject_id", name="uq_words_subject_id"),
    )
    op.create_index(
        "ix_words_terms",
        "words",
        ["terms"],
        postgresql_using="gin",
        sqlite_where=sa.text("terms IS NULL"),
    )
    op.create_table(
        "words_rule",
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_words_rule"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(INDEX)
        for change, kept in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER words_{change.lower()} AFTER {change} ON words BEGIN {kept} END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE words_index")
    op.drop_table("words_rule")
    op.drop_table("words")
