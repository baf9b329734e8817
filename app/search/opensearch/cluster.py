"""Where OpenSearch is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """An OpenSearch cluster, and what of it is ours.

    Attributes:
        url: Its address, with ``https`` for TLS; without credentials.
        prefix: What the names of our indexes begin with; installations that share a cluster have one each.
        user: Who asks; None if the cluster asks for no credentials.
        password: The password of `user`.
        ca: A file of the certificates that the server's has to be signed by; None for the usual ones.
        fingerprint: The SHA-256 of the server's certificate in hexadecimal, if it has to be just this one.
        approximate: Whether the nearest by meaning are looked for through a graph.
        previous_hours: For how long an index is kept that a rebuild has replaced.
        headers: Sent with each request, such as what a gateway in front of the cluster asks for.
    """

    url: str
    prefix: str = "holotype"
    user: str | None = None
    password: str = field(default="", repr=False)
    ca: Path | None = None
    fingerprint: str | None = None
    approximate: bool = False
    previous_hours: float = 24.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
