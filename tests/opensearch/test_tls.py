"""Who a server of OpenSearch is, and who asks it: certificates, credentials and headers of a gateway."""

import ssl
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from app.db.engine import Database
from app.search.contract import IndexUnavailable, Kind
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from tests.opensearch.proxy import Behaviour, gateway
from tests.search.samples import LOG
from tests.store import leases, seeded_file

__all__ = ["leases", "seeded_file"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for localhost, in a file with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["-keyout", str(key), "-out", str(certificate), "-days", "1"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made, *named],  # noqa: S607 - the system's own
        check=True,
        capture_output=True,
    )
    return folder


def test_a_server_is_asked_over_tls_with_credentials_and_trusted_by_its_certificate(
    opensearch: str, opensearch_prefix: str, certificate: Path, leases: Database
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    told = f"Basic {b64encode(b'indexer:secret').decode()}"
    required = {"authorization": told, "x-gateway-key": "open secret"}
    with gateway(opensearch, Behaviour(required=required), tls) as address:

        def refusal(**given: Any) -> str:
            cluster = Cluster(url=address, prefix=opensearch_prefix, **(shown | given))
            with pytest.raises(IndexUnavailable) as failure:
                OpenSearchEngine(cluster, Kind.MODELS, leases).writer(LOG)
            assert "secret" not in repr(failure.value) + repr(cluster)
            return str(failure.value)

        shown: dict[str, Any] = {"headers": {"X-Gateway-Key": "open secret"}}
        ca = certificate / "certificate.pem"
        fingerprint = (
            subprocess.run(
                ["openssl", "x509", "-in", ca, "-noout", "-fingerprint", "-sha256"],  # noqa: S607 - the system's own
                check=True,
                capture_output=True,
                text=True,
            )
            .stdout.partition("=")[2]
            .strip()
        )
        known: dict[str, Any] = {"user": "indexer", "password": "secret", **shown}
        for trusted in (None, fingerprint):
            cluster = Cluster(url=address, prefix=opensearch_prefix, ca=ca, fingerprint=trusted, **known)
            OpenSearchEngine(cluster, Kind.MODELS, leases).writer(LOG).close()
        assert "refuses the credentials" in refusal(ca=ca)
        assert "refuses the credentials" in refusal(ca=ca, **(known | {"headers": {}}))
        assert "refuses the credentials" in refusal(ca=ca, **(known | {"user": "another"}))
        assert "cannot be trusted" in refusal(**known)
        assert "cannot be trusted" in refusal(ca=ca, fingerprint="00" * 32, **known)
