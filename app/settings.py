"""What an installation chooses, read once by the entrances from the environment (`HOLOTYPE_*`)."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one process.

    Attributes:
        data: The folder of the embedded database and index.
        host: The address to listen on; loopback, so that a registry without access control is not served.
        port: The port to listen on.
        allowed_hosts: What a request's Host header may name beside `host`, without the port.
    """

    model_config = SettingsConfigDict(env_prefix="HOLOTYPE_", frozen=True)

    data: Path = Path(".holotype")
    host: str = "127.0.0.1"
    port: int = 8765
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")

    @property
    def database_url(self) -> str:
        """The URL of the registry's database."""
        return f"sqlite:///{self.data / 'registry.db'}"

    @property
    def index_folder(self) -> Path:
        """The folder of the search index."""
        return self.data / "index"
