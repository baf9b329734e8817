"""What the server says of itself."""

from datetime import datetime

import strawberry


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


@strawberry.type(description="What serves this API.")
class ServerInfo:
    """What serves this API."""

    name: str = strawberry.field(description="The product.")
    version: str = strawberry.field(description="Its version.")
    database: str = strawberry.field(description="The kind of database.")
    search_engine: str = strawberry.field(description="The kind of search engine.")
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
    limits: Limits = strawberry.field(description="The limits of requests.")
