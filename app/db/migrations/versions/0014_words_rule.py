"""Words that tell by which rule they were made, so that those of another are made anew a few at a time.

The table is made anew, with a row for each living model and each dataset that no rule has made yet.

Revision: 0014
Follows: 0013
"""

import hashlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0014"
down_revision = "0013"
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
TRIGGERS = {"INSERT": ADD, "DELETE": DROP, "UPDATE OF key, terms": DROP + ADD}
MODELS = """
INSERT INTO words (key, kind, subject_id, rule, terms)
SELECT key, 'models', id, '', '' FROM model WHERE deleted_at IS NULL
"""
DATASET = "INSERT INTO words (key, kind, subject_id, rule, terms) VALUES (:key, 'datasets', :id, '', '')"


def upgrade() -> None:
    _drop()
    _create(sa.Column("rule", sa.String(), nullable=False))
    op.create_index("ix_words_rule", "words", ["rule"])
    op.execute(MODELS)
    ids = op.get_bind().execute(sa.text("SELECT id FROM dataset")).scalars()
    rows = [{"key": _key(one), "id": one} for one in ids]
    if rows:
        op.get_bind().execute(sa.text(DATASET), rows)


def downgrade() -> None:
    _drop()
    _create()
    op.create_table(
        "words_rule",
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_words_rule"),
    )


def _drop() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE words_index")
    op.execute("DROP TABLE IF EXISTS words_rule")
    op.drop_table("words")


def _create(*further: sa.Column[str]) -> None:
    op.create_table(
        "words",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        *further,
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
    if op.get_bind().dialect.name == "sqlite":
        op.execute(INDEX)
        for change, kept in TRIGGERS.items():
            name = f"words_{change.split()[0].lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {change} ON words BEGIN {kept} END")


def _key(dataset_id: str) -> int:
    """Return 63 bits of a digest of the id, by which a dataset is found in every index."""
    return int.from_bytes(hashlib.blake2b(dataset_id.encode(), digest_size=8).digest()) >> 1
