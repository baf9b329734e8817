"""The shipped catalogues: whole, without double meanings, and found however they are written."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.text import fold_term
from app.registry.catalogue import MetricNames, TaskNames, shipped_metrics, shipped_tasks

COMMON_TASKS = """
    action_detection action_recognition animal_pose_estimation anomaly_detection
    audio_classification audio_generation chromatin_accessibility_prediction code_generation
    commonsense_reasoning depth_estimation dialogue dna_binding_prediction
    dna_methylation_prediction drug_discovery face_detection face_landmark_detection
    face_recognition fashion_landmark_detection few_shot_image_classification
    few_shot_object_detection frame_interpolation game_playing gene_expression_prediction
    hand_pose_estimation head_pose_estimation histone_modification_prediction histopathology
    human_mesh_recovery human_pose_estimation human_pose_estimation_3d image_captioning
    image_classification image_colorization image_deblurring image_dehazing image_denoising
    image_deraining image_embedding image_generation image_inpainting image_matting
    image_quality_assessment image_super_resolution image_text_retrieval image_translation
    instance_segmentation jpeg_artifact_removal key_information_extraction keyword_spotting
    lemmatization low_light_enhancement machine_translation masked_language_modeling
    mathematical_reasoning multi_object_tracking multimodal_embedding named_entity_recognition
    natural_language_inference object_detection object_detection_3d ocr optical_flow
    oriented_object_detection panoptic_segmentation person_reidentification pitch_estimation
    protein_modelling question_answering recommendation reconstruction_3d reinforcement_learning
    remote_sensing_representation reranking rna_binding_prediction robotic_manipulation
    salient_object_detection semantic_segmentation semantic_segmentation_3d semantic_similarity
    sentiment_analysis single_object_tracking skeleton_action_recognition speaker_recognition
    speech_enhancement speech_recognition splicing_prediction style_transfer summarization
    syntactic_parsing temporal_action_localization text_classification text_embedding
    text_generation text_to_image text_to_speech video_generation video_instance_segmentation
    video_object_detection video_super_resolution visual_grounding visual_question_answering vocoder
    voice_conversion weather_forecasting wholebody_pose_estimation zero_shot_image_classification
"""

TASKS = TaskNames(shipped_tasks())
METRICS = MetricNames(shipped_metrics())


@dataclass(frozen=True)
class OwnTask:
    """A task that a user defined."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()


def respell(text: str, choices: list[int]) -> str:
    """Return `text` in other case and with other separators, as `choices` say letter by letter."""
    separators = [" ", "_", "-", "  ", " - "]
    letters = []
    for letter, choice in zip(text, choices, strict=True):
        if letter in " _-":
            letters.append(separators[choice % len(separators)])
        else:
            letters.append(letter.upper() if choice % 2 and letter.upper().lower() == letter else letter)
    return "".join(letters)


@st.composite
def respelled(draw: st.DrawFn, spellings: list[tuple[str, str]]) -> tuple[str, str]:
    name, spelling = draw(st.sampled_from(spellings))
    choices = draw(st.lists(st.integers(0, 9), min_size=len(spelling), max_size=len(spelling)))
    return name, respell(spelling, choices)


TASK_SPELLINGS = [
    (task.name, spelling) for task in shipped_tasks() for spelling in (task.name, task.title, *task.synonyms)
]
METRIC_SPELLINGS = [
    (metric.name, spelling) for metric in shipped_metrics() for spelling in (metric.name, *metric.synonyms)
]


def test_it_works() -> None:
    task = TASKS.canonical("NER")
    assert task is not None
    assert task.name == "named_entity_recognition"
    assert task.title == "Named entity recognition"
    metric = METRICS.canonical("Word Error Rate")
    assert metric is not None
    assert (metric.name, metric.direction) == ("WER", "MINIMIZE")


def test_every_common_task_is_there() -> None:
    common = COMMON_TASKS.split()
    assert len(set(common)) == 106
    assert set(common) <= {task.name for task in shipped_tasks()}


def test_sizes() -> None:
    assert 106 <= len(shipped_tasks()) <= 130
    assert len(shipped_metrics()) >= 80


def test_tasks_have_their_shape() -> None:
    for task in shipped_tasks():
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", task.name), task
        assert task.title == task.title.strip()
        assert task.title[0].isupper() or task.title[0].isdigit(), task
        assert 8 <= len(task.description.split()) <= 25, task
        assert task.description[0].isupper()
        assert task.description.endswith(".")
        assert task.description.isprintable(), "a line break or a control character"
        assert task.synonyms
        assert all(synonym == synonym.strip() and synonym.isprintable() for synonym in task.synonyms)


def test_metrics_have_their_shape() -> None:
    for metric in shipped_metrics():
        assert metric.direction in {"MAXIMIZE", "MINIMIZE", "NONE"}, metric
        assert metric.name == metric.name.strip() != ""
        assert metric.unit is None or metric.unit.strip()
        assert metric.description.endswith(".")
        assert metric.description.isprintable(), "a line break or a control character"
        assert all(synonym == synonym.strip() and synonym.isprintable() for synonym in metric.synonyms)


@pytest.mark.parametrize("spellings", [TASK_SPELLINGS, METRIC_SPELLINGS], ids=["tasks", "metrics"])
def test_no_spelling_names_two_entries(spellings: list[tuple[str, str]]) -> None:
    owners: dict[str, set[str]] = {}
    for name, spelling in spellings:
        owners.setdefault(fold_term(spelling), set()).add(name)
    assert {term: names for term, names in owners.items() if len(names) > 1} == {}


def test_no_synonym_repeats_another_name_of_its_task() -> None:
    for task in shipped_tasks():
        named = {fold_term(task.name), fold_term(task.title)}
        terms = [fold_term(synonym) for synonym in task.synonyms]
        assert len(set(terms)) == len(terms), task.name
        assert not named & set(terms), task.name


def test_entries_are_in_order() -> None:
    names = [task.name for task in shipped_tasks()]
    assert names == sorted(names)
    terms = [fold_term(metric.name) for metric in shipped_metrics()]
    assert terms == sorted(terms)


@given(respelled(TASK_SPELLINGS))
def test_a_task_is_found_in_any_case_and_with_any_separator(case: tuple[str, str]) -> None:
    name, spelling = case
    task = TASKS.canonical(spelling)
    assert task is not None
    assert task.name == name


@given(respelled(METRIC_SPELLINGS))
def test_a_metric_is_found_in_any_case_and_with_any_separator(case: tuple[str, str]) -> None:
    name, spelling = case
    metric = METRICS.canonical(spelling)
    assert metric is not None
    assert metric.name == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Object Detection", "object_detection"),
        ("automatic-speech-recognition", "speech_recognition"),
        ("Speech recognition (ASR)", "speech_recognition"),
        ("Image Classification (quantized)", "image_classification"),
        ("Body 2D Keypoint", "human_pose_estimation"),
        ("fill-mask", "masked_language_modeling"),
        ("text2image", "text_to_image"),
        ("图像-图像分类", "image_classification"),
        ("ＯＣＲ", "ocr"),  # noqa: RUF001 - wide letters are folded
    ],
)
def test_spellings_of_the_field(written: str, name: str) -> None:
    task = TASKS.canonical(written)
    assert task is not None
    assert task.name == name


@pytest.mark.parametrize("text", ["", " ", "_", "()", "classification", "no such task", "detect objects"])
def test_what_names_no_task_is_none(text: str) -> None:
    assert TASKS.canonical(text) is None


@pytest.mark.parametrize(
    ("written", "name", "direction"),
    [
        ("nDCG@10", "ndcg_at_10", "MAXIMIZE"),
        ("Top 1 Accuracy", "top-1 accuracy", "MAXIMIZE"),
        ("acc@5", "top-5 accuracy", "MAXIMIZE"),
        ("chr-F", "chrF", "MAXIMIZE"),
        ("Latency(ms)", "latency_ms", "MINIMIZE"),
        ("epe", "EPE", "MINIMIZE"),
        ("PSNR (Y)", "PSNR (Y)", "MAXIMIZE"),
        ("parameter count", "parameters", "NONE"),
    ],
)
def test_metric_spellings_of_the_field(written: str, name: str, direction: str) -> None:
    metric = METRICS.canonical(written)
    assert metric is not None
    assert (metric.name, metric.direction) == (name, direction)


def test_brackets_belong_to_the_name_of_a_metric() -> None:
    assert METRICS.canonical("PSNR (private set)") is None


def test_a_task_of_ones_own_is_found_by_its_name_before_a_shipped_synonym() -> None:
    own = OwnTask("vqa", "Questions about our plots")
    names: TaskNames[OwnTask] = TaskNames(
        [OwnTask(task.name, task.title, task.synonyms) for task in shipped_tasks()] + [own]
    )
    assert names.canonical("VQA") is own
    shipped = names.canonical("Visual question answering")
    assert shipped is not None
    assert shipped.name == "visual_question_answering"
