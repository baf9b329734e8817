"""What the server says of itself."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value


@strawberry.type(description="What turns text into vectors.")
class EmbedderInfo:
    """What turns text into vectors."""

    name: str = strawberry.field(description="Its published name.")
    dimension: int = strawberry.field(description="How many numbers a vector has.")
    digest: str = strawberry.field(description="Stands for its weights and settings.")


@strawberry.type(description="The limits of requests.")
class Limits:
    """The limits of requests."""

    max_page_size: int = strawberry.field(description="The largest page.")
    max_depth: int = strawberry.field(description="How deep an operation may go.")
    max_cost: int = strawberry.field(
        description="What an operation may cost: its objects, with pages as large as asked for."
    )
    max_body_bytes: int = strawberry.field(description="How large a request may be.")
    max_tags: int = strawberry.field(description="How many tags a thing may have.")
    search_window: int = strawberry.field(description="Among how many candidates a search orders.")


@strawberry.enum(description="What of a thing is found in the index.")
class IndexPart(Enum):
    """What of a thing is found in the index."""

    WORDS = enum_value("WORDS", description="It, by its words.")
    MEANING = enum_value("MEANING", description="It by its meaning, too.")


@strawberry.type(description="A thing that cannot be indexed, which keeps no other back.")
class ParkedItem:
    """A thing that cannot be indexed, which keeps no other back."""

    entity_id: strawberry.ID = strawberry.field(description="The id of a model or a dataset.")
    part: IndexPart = strawberry.field(description="What is missing; the index keeps what it had of it.")
    reason: str = strawberry.field(description="Why, in words for a person.")
    tries: int = strawberry.field(description="How often it was tried.")
    retry_at: datetime = strawberry.field(description="When it is tried again.")


@strawberry.type(description="What serves this API.")
class ServerInfo:
    """What serves this API."""

    name: str = strawberry.field(description="The product.")
    version: str = strawberry.field(description="Its version.")
    database: str = strawberry.field(description="The kind of database.")
    search_engine: str = strawberry.field(
        description="What keeps the search indexes: `embedded` or `opensearch`."
    )
    embedder: EmbedderInfo | None = strawberry.field(
        description="What encodes queries; null while there is none."
    )
    indexed_through: datetime | None = strawberry.field(
        description="Every change up to then is found by words."
    )
    words_lag: int | None = strawberry.field(
        description="Changes not found by words yet; null when not known."
    )
    meaning_lag: int | None = strawberry.field(
        description="Changes not found by meaning yet; null when not known."
    )
    indexed_models: int | None = strawberry.field(description="How many models are found by words.")
    embedded_models: int | None = strawberry.field(description="How many models are found by meaning.")
    parked_items: int | None = strawberry.field(
        description="How many models and datasets cannot be indexed; null when not known."
    )
    parked: list[ParkedItem] | None = strawberry.field(
        description="The first 20 of them; `holotype index status --json` names all."
    )
    limits: Limits = strawberry.field(description="The limits of requests.")
