"""Facts of dataset versions in the past; code and environments in lineage; what versions are called outside.

Revision: 0015
Follows: 0014
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
import uuid_utils
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
HISTORY = "dataset_version_history"
INDEXES: dict[str, tuple[list[str], str | None]] = {
    f"ix_{HISTORY}_state_of": (["id", "opened_sequence"], None),
    f"ix_{HISTORY}_of": (["dataset_id"], None),
    f"ix_{HISTORY}_unopened": (["opened_by"], "opened_sequence IS NULL"),
    f"ix_{HISTORY}_unclosed": (["closed_by"], "closed_by IS NOT NULL AND closed_sequence IS NULL"),
}
COLUMNS = "id, dataset_id, label, digest, uri, row_count, license, contains_pii, revoked_at, created_at"
FACTS = {"license": "license", "containsPii": "contains_pii", "revokedAt": "revoked_at"}
MADE_RELATIONS = {"BUILT_FROM": "code_revision_id", "RAN_IN": "environment_id"}
LONGEST_NAME = 600

state = sa.table(
    HISTORY,
    *map(sa.column, ("history_id", "id", "opened_by", "opened_sequence", "closed_by", "closed_sequence")),
    *map(sa.column, ("dataset_id", "label", "digest", "uri", "row_count", "license")),
    sa.column("contains_pii", sa.Boolean()),
    sa.column("revoked_at", MOMENT),
    sa.column("created_at", MOMENT),
)
EDGE = ("id", "downstream", "upstream", "relation")
edge = sa.table("lineage_edge", *map(sa.column, EDGE), sa.column("since", MOMENT))
edge_state = sa.table(
    "lineage_edge_history",
    *map(sa.column, (*EDGE, "opened_by", "opened_sequence")),
    sa.column("since", MOMENT),
)
external = sa.table(
    "external_node", *map(sa.column, ("id", "uri", "registered_as")), sa.column("created_at", MOMENT)
)


def upgrade() -> None:
    op.create_table(
        HISTORY,
        sa.Column("history_id", SEQUENCE, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("uri", sa.String(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("license", sa.String(), nullable=True),
        sa.Column("contains_pii", sa.Boolean(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_sequence", SEQUENCE, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_sequence", SEQUENCE, nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=f"pk_{HISTORY}"),
    )
    for name, (columns, where) in INDEXES.items():
        some = None if where is None else sa.text(where)
        op.create_index(name, HISTORY, columns, sqlite_where=some, postgresql_where=some)
    _keep_states()
    _insert([edge_state, edge], _edges())
    _insert([external], _names())


def downgrade() -> None:
    for table in (edge, edge_state):
        made_with = table.c.upstream.startswith("cod_") | table.c.upstream.startswith("env_")
        op.execute(sa.delete(table).where(made_with))
    op.drop_table(HISTORY)


def _keep_states() -> None:
    """Keep the states that dataset versions have had, as the log tells them."""
    # A version that came with its dataset has no change of its own that registered it.
    first = f"""
        INSERT INTO {HISTORY} ({COLUMNS}, opened_by, opened_sequence)
        SELECT {", ".join(f"version.{name}" for name in COLUMNS.split(", "))}, change.id, change.sequence
        FROM dataset_version version JOIN change ON change.sequence = coalesce(
            (SELECT min(sequence) FROM change
             WHERE subject_id = version.id AND action = 'dataset.version_registered'),
            (SELECT min(sequence) FROM change
             WHERE subject_id = version.dataset_id AND action = 'dataset.registered'))"""  # noqa: S608 - names of ours
    op.execute(first)
    updates = sa.text(
        "SELECT subject_id, id, sequence, before FROM change "
        "WHERE action = 'dataset.version_updated' ORDER BY sequence DESC"
    )
    connection = op.get_bind()
    for version, change, sequence, before in connection.execute(updates).all():
        earliest = sa.select(state).where(state.c.id == version).order_by(state.c.opened_sequence).limit(1)
        row = dict(connection.execute(earliest).mappings().one())
        mine = state.c.history_id == row.pop("history_id")
        opened = {"opened_by": change, "opened_sequence": sequence}
        connection.execute(sa.update(state).where(mine).values(**opened))
        closed = {"closed_by": change, "closed_sequence": sequence}
        connection.execute(sa.insert(state).values(**row | _facts(before) | closed))


def _facts(before: str) -> dict[str, Any]:
    facts = {FACTS[name]: value for name, value in orjson.loads(before).items()}
    if facts.get("revoked_at"):
        facts["revoked_at"] = datetime.fromisoformat(facts["revoked_at"])
    return facts


def _edges() -> Iterator[dict[str, Any]]:
    """Yield an edge from each version to the code and to the environment that it states."""
    for relation, column in MADE_RELATIONS.items():
        stated = sa.text(
            f"SELECT version.id AS downstream, version.{column} AS upstream, version.created_at AS since, "  # noqa: S608 - names of ours
            "change.id AS opened_by, change.sequence AS opened_sequence FROM model_version version "
            "JOIN change ON change.subject_id = version.id AND change.action = 'version.created' "
            f"WHERE version.{column} IS NOT NULL"
        ).columns(since=MOMENT)
        for row in op.get_bind().execute(stated).mappings().all():
            yield {**row, "id": _new_id("lin"), "relation": relation}


def _names() -> Iterator[dict[str, Any]]:
    """Yield what versions were made from and nothing is called yet, each with the first such version."""
    sources = sa.text(
        "SELECT source AS uri, min(id) AS registered_as, min(created_at) AS created_at FROM model_version "
        "WHERE source <> '' AND length(source) <= :longest "
        "AND NOT EXISTS (SELECT 1 FROM external_node WHERE uri = source) GROUP BY source"
    ).columns(created_at=MOMENT)
    for row in op.get_bind().execute(sources, {"longest": LONGEST_NAME}).mappings().all():
        yield {**row, "id": _new_id("ext")}


def _insert(tables: list[sa.TableClause], rows: Iterator[dict[str, Any]]) -> None:
    if given := list(rows):
        for table in tables:
            names = {column.name for column in table.c}
            some = [{name: row[name] for name in names} for row in given]
            op.get_bind().execute(sa.insert(table), some)


def _new_id(prefix: str) -> str:
    return f"{prefix}_{uuid_utils.uuid7().hex}"
