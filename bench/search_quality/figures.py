"""How good the search was when it was judged last: kept in the tree, so that a loss is seen."""

from collections.abc import Mapping
from pathlib import Path

import orjson

KEPT = Path(__file__).with_name("figures.json")
TOLERANCE = 0.015
"""How much less is no loss: so much a single query may turn."""

Figures = dict[str, float]
"""The mean nDCG by type of query and mode of search, such as ``task HYBRID``."""


def read_figures(path: Path = KEPT) -> Figures:
    """Return the figures that are kept."""
    figures: Figures = orjson.loads(path.read_bytes())
    return figures


def write_figures(figures: Mapping[str, float], path: Path = KEPT) -> None:
    """Keep figures."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(orjson.dumps(figures, option=options))


def drops(figures: Mapping[str, float], kept: Mapping[str, float]) -> list[str]:
    """Say which figures are less than what is kept of them by more than 0.015."""
    # Both have four digits, so what is less by just that much must not be taken for more by its last bit.
    return [
        f"{name} {kept[name]:.3f} -> {figure:.3f}"
        for name, figure in figures.items()
        if round(kept.get(name, 0.0) - figure, 4) > TOLERANCE
    ]
