"""Things with an id, and those who act."""

from typing import Annotated

import strawberry

from app.identity import tables as rows


@strawberry.interface(description="Anything that has an id.")
class Node:
    """Anything that has an id."""

    id: strawberry.ID = strawberry.field(description="Opaque and global; the same for ever.")


@strawberry.type(description="A person.")
class User(Node):
    """A person."""

    name: str = strawberry.field(description="What the person is called by; unique.")
    display_name: str | None = strawberry.field(description="The name as it is shown.")


@strawberry.type(description="A program that acts in its own name.")
class ServiceAccount(Node):
    """A program that acts in its own name."""

    name: str = strawberry.field(description="What the program is called by; unique.")


Principal = Annotated[
    User | ServiceAccount,
    strawberry.union("Principal", description="Someone who acts: a person or a program."),
]


@strawberry.type(description="Who asks.")
class Viewer:
    """Who asks."""

    principal: Principal = strawberry.field(description="The principal in whose name the request runs.")


def principal(row: rows.Principal) -> User | ServiceAccount:
    """Make the type of a principal from its row."""
    identifier = strawberry.ID(row.id)
    if row.kind == "user":
        return User(id=identifier, name=row.name, display_name=row.display_name)
    return ServiceAccount(id=identifier, name=row.name)
