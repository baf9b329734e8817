"""The first tables.

Revision: 0001
Follows:
"""

from datetime import UTC, datetime

import sqlalchemy as sa
import uuid_utils
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alias_history",
        sa.Column("history_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_alias_history")),
    )
    op.create_index(
        "ix_alias_history_state_of", "alias_history", ["model_id", "name", "opened_sequence"], unique=False
    )
    op.create_table(
        "change",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("transaction", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("related", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
        sa.UniqueConstraint("id", name=op.f("uq_change_id")),
    )
    op.create_index(op.f("ix_change_subject_id"), "change", ["subject_id"], unique=False)
    op.create_table(
        "external_node",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_node")),
        sa.UniqueConstraint("uri", name=op.f("uq_external_node_uri")),
    )
    op.create_table(
        "lineage_edge",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("downstream", sa.String(), nullable=False),
        sa.Column("upstream", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("downstream <> upstream", name=op.f("ck_lineage_edge_no_self_edge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage_edge")),
    )
    op.create_index(op.f("ix_lineage_edge_upstream"), "lineage_edge", ["upstream"], unique=False)
    op.create_index(
        "uq_lineage_edge_living",
        "lineage_edge",
        ["downstream", "upstream", "relation"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "lineage_edge_history",
        sa.Column("history_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("downstream", sa.String(), nullable=False),
        sa.Column("upstream", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_lineage_edge_history")),
    )
    op.create_index(
        "ix_lineage_edge_history_state_of", "lineage_edge_history", ["id", "opened_sequence"], unique=False
    )
    op.create_table(
        "metric_definition",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("synonyms", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_definition")),
        sa.UniqueConstraint("name", name=op.f("uq_metric_definition_name")),
    )
    op.create_table(
        "metric_series",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=True),
        sa.Column("dataset_folded", sa.String(), nullable=True),
        sa.Column("split", sa.String(), nullable=True),
        sa.Column("slice", sa.String(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("non_finite", sa.String(), nullable=True),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_series")),
    )
    op.create_index(
        "ix_metric_series_board",
        "metric_series",
        ["name_folded", "dataset_folded", "split", "value"],
        unique=False,
    )
    op.create_index(op.f("ix_metric_series_owner_id"), "metric_series", ["owner_id"], unique=False)
    op.create_table(
        "model_history",
        sa.Column("history_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namespace_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("task_written", sa.String(), nullable=True),
        sa.Column("task_folded", sa.String(), nullable=True),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("domains_folded", sa.Text(), nullable=False),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("framework_folded", sa.String(), nullable=True),
        sa.Column("architecture", sa.String(), nullable=True),
        sa.Column("architecture_folded", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("family_folded", sa.String(), nullable=True),
        sa.Column("license", sa.String(), nullable=True),
        sa.Column("license_folded", sa.String(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("publisher_folded", sa.String(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("languages_folded", sa.Text(), nullable=False),
        sa.Column("paper_url", sa.String(), nullable=True),
        sa.Column("code_url", sa.String(), nullable=True),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_model_history")),
    )
    op.create_index("ix_model_history_state_of", "model_history", ["id", "opened_sequence"], unique=False)
    op.create_table(
        "model_version_history",
        sa.Column("history_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("semver", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("framework_folded", sa.String(), nullable=True),
        sa.Column("parameter_count", sa.BigInteger(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_model_version_history")),
    )
    op.create_index(
        "ix_model_version_history_state_of", "model_version_history", ["id", "opened_sequence"], unique=False
    )
    op.create_table(
        "principal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("name", name=op.f("uq_principal_name")),
    )
    op.create_table(
        "tag",
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("text_folded", sa.String(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "key", name=op.f("pk_tag")),
    )
    op.create_index("ix_tag_number", "tag", ["key", "number"], unique=False)
    op.create_index("ix_tag_text", "tag", ["key", "text_folded"], unique=False)
    op.create_table(
        "tag_history",
        sa.Column("history_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("text_folded", sa.String(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_tag_history")),
    )
    op.create_index(
        "ix_tag_history_state_of", "tag_history", ["subject_id", "key", "opened_sequence"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("synonyms", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("name", name=op.f("uq_task_name")),
    )
    op.create_table(
        "metric_point",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("literal", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("non_finite", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["series_id"], ["metric_series.id"], name=op.f("fk_metric_point_series_id_metric_series")
        ),
        sa.PrimaryKeyConstraint("series_id", "step", "recorded_at", "literal", name=op.f("pk_metric_point")),
    )
    op.create_table(
        "namespace",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["principal.id"], name=op.f("fk_namespace_created_by_principal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_namespace")),
        sa.UniqueConstraint("name", name=op.f("uq_namespace_name")),
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namespace_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["principal.id"], name=op.f("fk_dataset_created_by_principal")
        ),
        sa.ForeignKeyConstraint(
            ["namespace_id"], ["namespace.id"], name=op.f("fk_dataset_namespace_id_namespace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("namespace_id", "name", name=op.f("uq_dataset_namespace_id_name")),
    )
    op.create_index(op.f("ix_dataset_name_folded"), "dataset", ["name_folded"], unique=False)
    op.create_table(
        "model",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namespace_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("task_written", sa.String(), nullable=True),
        sa.Column("task_folded", sa.String(), nullable=True),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("domains_folded", sa.Text(), nullable=False),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("framework_folded", sa.String(), nullable=True),
        sa.Column("architecture", sa.String(), nullable=True),
        sa.Column("architecture_folded", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("family_folded", sa.String(), nullable=True),
        sa.Column("license", sa.String(), nullable=True),
        sa.Column("license_folded", sa.String(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("publisher_folded", sa.String(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("languages_folded", sa.Text(), nullable=False),
        sa.Column("paper_url", sa.String(), nullable=True),
        sa.Column("code_url", sa.String(), nullable=True),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["principal.id"], name=op.f("fk_model_created_by_principal")),
        sa.ForeignKeyConstraint(
            ["namespace_id"], ["namespace.id"], name=op.f("fk_model_namespace_id_namespace")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_model")),
        sa.UniqueConstraint("id", name=op.f("uq_model_id")),
    )
    op.create_index("ix_model_created_order", "model", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_model_family_folded"), "model", ["family_folded"], unique=False)
    op.create_index("ix_model_name_order", "model", ["name_folded", "id"], unique=False)
    op.create_index(op.f("ix_model_task_folded"), "model", ["task_folded"], unique=False)
    op.create_index("ix_model_updated_order", "model", ["updated_at", "id"], unique=False)
    op.create_index(
        "uq_model_living_name",
        "model",
        ["namespace_id", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "dataset_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("uri", sa.String(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("license", sa.String(), nullable=True),
        sa.Column("contains_pii", sa.Boolean(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_version_dataset_id_dataset")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_version")),
        sa.UniqueConstraint("dataset_id", "label", name=op.f("uq_dataset_version_dataset_id_label")),
    )
    op.create_table(
        "model_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("semver", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("framework_folded", sa.String(), nullable=True),
        sa.Column("parameter_count", sa.BigInteger(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["principal.id"], name=op.f("fk_model_version_created_by_principal")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_version_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("model_id", "number", name=op.f("uq_model_version_model_id_number")),
        sa.UniqueConstraint("model_id", "semver", name=op.f("uq_model_version_model_id_semver")),
    )
    op.create_index("ix_model_version_created_order", "model_version", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_model_version_stage_of", "model_version", ["model_id", "stage", "number"], unique=False
    )
    op.create_index("ix_model_version_updated_order", "model_version", ["updated_at", "id"], unique=False)
    op.create_table(
        "alias",
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_alias_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_alias_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("model_id", "name", name=op.f("pk_alias")),
    )
    op.create_index(op.f("ix_alias_version_id"), "alias", ["version_id"], unique=False)
    op.create_table(
        "param",
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("text_folded", sa.String(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_param_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "name", name=op.f("pk_param")),
    )
    op.create_index("ix_param_number", "param", ["name", "number"], unique=False)
    op.create_index("ix_param_text", "param", ["name", "text_folded"], unique=False)
    principals = sa.table(
        "principal",
        *(sa.column(name) for name in ("id", "kind", "name")),
        sa.column("created_at", sa.DateTime()),
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    op.bulk_insert(
        principals,
        [
            {"id": f"usr_{uuid_utils.uuid7().hex}", "kind": "user", "name": "local", "created_at": now},
            {"id": f"sva_{uuid_utils.uuid7().hex}", "kind": "service", "name": "system", "created_at": now},
        ],
    )


def downgrade() -> None:
    op.drop_index("ix_param_text", table_name="param")
    op.drop_index("ix_param_number", table_name="param")
    op.drop_table("param")
    op.drop_index(op.f("ix_alias_version_id"), table_name="alias")
    op.drop_table("alias")
    op.drop_index("ix_model_version_updated_order", table_name="model_version")
    op.drop_index("ix_model_version_stage_of", table_name="model_version")
    op.drop_index("ix_model_version_created_order", table_name="model_version")
    op.drop_table("model_version")
    op.drop_table("dataset_version")
    op.drop_index(
        "uq_model_living_name",
        table_name="model",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_model_updated_order", table_name="model")
    op.drop_index(op.f("ix_model_task_folded"), table_name="model")
    op.drop_index("ix_model_name_order", table_name="model")
    op.drop_index(op.f("ix_model_family_folded"), table_name="model")
    op.drop_index("ix_model_created_order", table_name="model")
    op.drop_table("model")
    op.drop_index(op.f("ix_dataset_name_folded"), table_name="dataset")
    op.drop_table("dataset")
    op.drop_table("namespace")
    op.drop_table("metric_point")
    op.drop_table("task")
    op.drop_index("ix_tag_history_state_of", table_name="tag_history")
    op.drop_table("tag_history")
    op.drop_index("ix_tag_text", table_name="tag")
    op.drop_index("ix_tag_number", table_name="tag")
    op.drop_table("tag")
    op.drop_table("principal")
    op.drop_index("ix_model_version_history_state_of", table_name="model_version_history")
    op.drop_table("model_version_history")
    op.drop_index("ix_model_history_state_of", table_name="model_history")
    op.drop_table("model_history")
    op.drop_index(op.f("ix_metric_series_owner_id"), table_name="metric_series")
    op.drop_index("ix_metric_series_board", table_name="metric_series")
    op.drop_table("metric_series")
    op.drop_table("metric_definition")
    op.drop_index("ix_lineage_edge_history_state_of", table_name="lineage_edge_history")
    op.drop_table("lineage_edge_history")
    op.drop_index(
        "uq_lineage_edge_living",
        table_name="lineage_edge",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_lineage_edge_upstream"), table_name="lineage_edge")
    op.drop_table("lineage_edge")
    op.drop_table("external_node")
    op.drop_index(op.f("ix_change_subject_id"), table_name="change")
    op.drop_table("change")
    op.drop_index("ix_alias_history_state_of", table_name="alias_history")
    op.drop_table("alias_history")
