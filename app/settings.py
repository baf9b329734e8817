"""What an installation chooses, read once by the entrances from the environment (`HOLOTYPE_*`)."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, FilePath, PositiveFloat, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/*?#@\s]+$")]
"""A scheme and a host, as browsers send them; no wildcard, which would let every page in the world ask."""

Server = Annotated[str, StringConstraints(pattern=r"^https?://[^/@?#\s]+(/[^@?#\s]*)?$")]
"""The address of a server, without credentials: those have settings of their own."""

NamePrefix = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]

Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


class Settings(BaseSettings):
    """The settings of one process.

    Attributes:
        data: The folder of the embedded database and index.
        database_url: The PostgreSQL database; None for the embedded one in `data`.
        database_read_url: A replica of the PostgreSQL database, for queries; None where there is none.
        database_connections: How many connections to PostgreSQL readers have, and how many writers.
        database_statement_seconds: How long PostgreSQL works on one statement.
        database_lock_seconds: How long a writer waits for others, and a request for a connection.
        database_idle_seconds: How long PostgreSQL keeps a transaction whose client says nothing.
        opensearch_url: The OpenSearch cluster of the search indexes; None for the embedded ones in `data`.
        opensearch_prefix: What the names of the indexes there begin with.
        opensearch_user: Who asks OpenSearch; None if it asks for no credentials.
        opensearch_password: That user's password.
        opensearch_ca: A file of certificates, one of which has signed OpenSearch's; None for the usual ones.
        opensearch_fingerprint: The SHA-256 of OpenSearch's certificate, if it has to be just this one.
        opensearch_previous_hours: For how long an index is kept there that a rebuild has replaced.
        opensearch_headers: Headers that are sent with each request to OpenSearch.
        opensearch_approximate: Whether the nearest by meaning are looked for there through a graph.
        index_rebuild: Whether the indexer makes an index anew by itself that another version made otherwise.
        index_processes: How many processes fill an index in OpenSearch; None: as the cores allow.
        host: The address to listen on.
        allow_unauthenticated: Whether `host` may be more than loopback although there is no access control.
        port: The port to listen on.
        processes: How many processes answer as the API.
        allowed_hosts: What a request's Host header may name beside `host`, without the port.
        cors_origins: The origins whose pages may ask the API, such as ``https://models.example``.
        graphiql: Whether the query editor is served.
        introspection: Whether the API answers questions about its schema.
        draft_hours: For how long a draft of a version may be left alone before it ends FAILED.
        log_format: How the API logs: ``text``, or ``json`` with a line for each request.
        traces: Where traces go, such as ``http://127.0.0.1:4318/v1/traces``; none are made without.
    """

    model_config = SettingsConfigDict(env_prefix="HOLOTYPE_", frozen=True)

    data: Path = Path(".holotype")
    database_url: SecretStr | None = None
    database_read_url: SecretStr | None = None
    database_connections: int = Field(default=10, ge=1)
    database_statement_seconds: float = Field(default=30.0, gt=0)
    database_lock_seconds: float = Field(default=10.0, gt=0)
    database_idle_seconds: float = Field(default=60.0, gt=0)
    opensearch_url: Server | None = None
    opensearch_prefix: NamePrefix = "holotype"
    opensearch_user: str | None = None
    opensearch_password: SecretStr | None = None
    opensearch_ca: FilePath | None = None
    opensearch_fingerprint: str | None = None
    opensearch_previous_hours: float = Field(default=24.0, ge=0)
    opensearch_headers: dict[str, SecretStr] = {}
    opensearch_approximate: bool = False
    index_rebuild: bool = True
    index_processes: Annotated[int, Field(ge=1, le=64)] | None = None
    host: str = "127.0.0.1"
    allow_unauthenticated: bool = False
    port: int = 8765
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    cors_origins: tuple[Origin, ...] = ()
    graphiql: bool = True
    introspection: bool = True
    draft_hours: PositiveFloat = 168.0
    log_format: Literal["text", "json"] = "text"
    traces: Endpoint | None = None

    @property
    def database(self) -> str:
        """The URL of the registry's database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'registry.db'}"

    @property
    def database_limits(self) -> dict[str, Any]:
        """How a database server is used, by what `app.db.limits.ServerLimits` calls it."""
        names = ("connections", "statement_seconds", "lock_seconds", "idle_seconds")
        return {name: getattr(self, f"database_{name}") for name in names}

    @property
    def opensearch(self) -> dict[str, Any] | None:
        """The OpenSearch cluster, by what `Cluster` in `app.search.opensearch` calls it; None without one."""
        if self.opensearch_url is None:
            return None
        password = self.opensearch_password
        return {
            "url": self.opensearch_url,
            "prefix": self.opensearch_prefix,
            "user": self.opensearch_user,
            "password": password.get_secret_value() if password else "",
            "ca": self.opensearch_ca,
            "fingerprint": self.opensearch_fingerprint,
            "previous_hours": self.opensearch_previous_hours,
            "headers": {name: value.get_secret_value() for name, value in self.opensearch_headers.items()},
            "approximate": self.opensearch_approximate,
        }

    @property
    def index_folder(self) -> Path:
        """The folder of the search indexes, one a kind, and of the encoder of queries."""
        return self.data / "index"


OBJECTS = {"opensearch_headers"}


class UnfitSetting(Exception):
    """A setting is nothing that it can be; the message says which and why."""


def read_settings(**given: Any) -> Settings:
    """Return the settings: what is given, else the environment, else the defaults.

    Raises:
        UnfitSetting: One cannot be what it is set to.
    """
    try:
        return Settings(**given)
    except ValidationError as invalid:
        finding = invalid.errors(include_url=False)[0]
        name = str(finding["loc"][0])
        value = "" if _is_secret(name) else f" to {finding['input']!r}"
        raise UnfitSetting(f"HOLOTYPE_{name.upper()} is set{value}: {finding['msg'].lower()}") from None
    except SettingsError as unread:
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(unread)), "")
        shape = (
            'an object in JSON, such as {"a": "b"}'
            if name in OBJECTS
            else 'a list in JSON, such as ["a", "b"]'
        )
        raise UnfitSetting(f"HOLOTYPE_{name.upper()} is {shape}") from None


def _is_secret(name: str) -> bool:
    """Return whether a value must not be told; an address may hold a password although it should not."""
    return name.endswith("_url") or "Secret" in str(Settings.model_fields[name].annotation)
