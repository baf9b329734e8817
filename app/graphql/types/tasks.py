"""Tasks."""

import strawberry

from app.graphql.types.principals import Node
from app.registry import tables as rows


@strawberry.type(description="What models are made for, under its canonical name and in plain words.")
class Task(Node):
    """What models are made for."""

    name: str = strawberry.field(description="The canonical name, such as `text_classification`.")
    title: str = strawberry.field(description="The name as on a page.")
    description: str = strawberry.field(description="One line in plain words, as a person would ask for it.")
    synonyms: list[str] = strawberry.field(description="Other names that mean this task.")


def task(row: rows.Task) -> Task:
    """Make a task from its row."""
    return Task(
        id=strawberry.ID(row.id),
        name=row.name,
        title=row.title,
        description=row.description or row.title,
        synonyms=list(row.synonyms),
    )
