"""What is kept of how good the search was."""

from pathlib import Path

import pytest

from bench.search_quality.figures import drops, read_figures, write_figures


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (0.7, []),
        (0.6, []),
        (0.585, []),
        (0.5849, ["task WORDS 0.600 -> 0.585"]),
        (0.0, ["task WORDS 0.600 -> 0.000"]),
    ],
)
def test_a_drop_of_more_than_the_tolerance_is_said(now: float, said: list[str]) -> None:
    assert drops({"task WORDS": now}, {"task WORDS": 0.6}) == said


def test_what_was_not_kept_or_not_judged_is_no_drop() -> None:
    assert drops({"task WORDS": 0.1}, {"all WORDS": 0.6}) == []


def test_figures_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    write_figures({"b": 0.25, "a": 0.5}, path)
    assert read_figures(path) == {"a": 0.5, "b": 0.25}
    assert path.read_text().startswith('{\n  "a": 0.5,')


def test_figures_of_every_type_are_kept() -> None:
    kept = read_figures()
    types, modes = ("task", "paper_paraphrase", "paper_title", "all"), ("WORDS", "MEANING", "HYBRID")
    assert kept.keys() == {f"{kind} {mode}" for kind in types for mode in modes}
    assert all(0 < figure <= 1 for figure in kept.values())
