"""A corpus that is large enough for ranks to mean something, the same in every run."""

import random

from app.search.document import Document, TaskWords
from tests.search.samples import document

WORDS = """
bert german english sentiment speech picture classifier small large recognition text feelings detector
translation summary protein weather tumour segment depth caption question answer toxic spam voice music robot
satellite legal medical finance chemistry molecule code python retrieval ranking embedding distilled quantised
naïve größe 中文模型 resnet50_FPN YOLOv5s6
"""
QUERIES = [
    "german sentiment",
    "small speech recognition",
    "tumour segment picture",
    "translation of legal text",
    "naive question answer",
    "resnet50 detector",
    "中文",
    "weather robot satellite voice music molecule",
]


def corpus(count: int = 300) -> list[Document]:
    """Return documents of words that are chosen by chance, some often and some seldom."""
    chance = random.Random(20)  # noqa: S311 - the same in every run
    weights = [1 / rank for rank in range(1, len(WORDS.split()) + 1)]
    return [_document(chance, key, weights) for key in range(1, count + 1)]


def _document(chance: random.Random, key: int, weights: list[float]) -> Document:
    text = " ".join(chance.choices(WORDS.split(), weights, k=chance.randint(0, 60)))
    return document(
        key,
        " ".join(chance.choices(WORDS.split(), k=2)),
        description=text or None,
        framework=chance.choice(["PyTorch", "ONNX", None]),
        family=chance.choice(["bert", "ResNet", None]),
        languages=tuple(chance.sample(["de", "en", "fr"], k=chance.randint(0, 2))),
        tasks=(TaskWords(name=chance.choice(["text_classification", "object_detection"])),),
    )
