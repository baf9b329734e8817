"""Alembic's environment: migrations run on the connection that the caller hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

from app.db.columns import Json, Moment


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write a new migration in the plain types of SQLAlchemy, so that it stands without this code."""
    plain = {AutoString: "sa.String()", Json: "sa.Text()", Moment: "sa.DateTime(timezone=True)"}
    return plain.get(type(item), False) if kind == "type" else False


config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes.get("target"),
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
