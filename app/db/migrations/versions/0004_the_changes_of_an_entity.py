"""The changes of an entity.

Revision: 0004
Follows: 0003
"""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHUNK = 10_000


def upgrade() -> None:
    touched = op.create_table(
        "change_entity",
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "sequence", name=op.f("pk_change_entity")),
        sqlite_with_rowid=False,
    )
    change = sa.table("change", *map(sa.column, ("sequence", "subject_id", "related")))
    connection = op.get_bind()
    start = 0
    while True:
        behind = sa.select(change).where(change.c.sequence > start).order_by(change.c.sequence).limit(CHUNK)
        found = connection.execute(behind).all()
        if not found:
            return
        rows = [
            {"entity_id": entity, "sequence": row.sequence}
            for row in found
            for entity in dict.fromkeys([row.subject_id, *orjson.loads(row.related)])
        ]
        connection.execute(sa.insert(touched), rows)
        start = found[-1].sequence


def downgrade() -> None:
    op.drop_table("change_entity")
