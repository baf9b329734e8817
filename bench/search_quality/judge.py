"""How good a ranking is: discounted cumulative gain against the best ranking that was possible."""

import math
from collections.abc import Iterable, Mapping, Sequence

CUTOFF = 10


def model_grades(relevance: Mapping[str, int], model_of: Mapping[str, str]) -> dict[str, int]:
    """Return the grades of models from the grades of their records: the best one counts.

    Args:
        relevance: Grade, above 0, of each judged record.
        model_of: The model that each record became. A record that became none stands for itself, so that
            it counts as not found.
    """
    grades: dict[str, int] = {}
    for record, grade in relevance.items():
        model = model_of.get(record, record)
        grades[model] = max(grade, grades.get(model, 0))
    return grades


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], *, cutoff: int = CUTOFF) -> float:
    """Return the normalised discounted cumulative gain of a ranking, 0 to 1.

    DCG = sum of grade / log2(rank + 1) over the first `cutoff` ranks, divided by the DCG of the ideal ranking
    (Järvelin and Kekäläinen, 2002, with the grade itself as the gain, as trec_eval counts it).

    Args:
        ranking: What was found, the best first, each once.
        grades: The judged grades, above 0; what is not listed has the grade 0.
        cutoff: How many ranks count.

    Raises:
        ValueError: Nothing has a grade, so that no ranking is better than another.
    """
    ideal = _dcg(sorted(grades.values(), reverse=True)[:cutoff])
    if not ideal:
        raise ValueError("a query without a relevant model cannot be judged")
    return _dcg(grades.get(found, 0) for found in ranking[:cutoff]) / ideal


def succeeded(ranking: Sequence[str], grades: Mapping[str, int], *, cutoff: int = CUTOFF) -> bool:
    """Return whether anything of the best grade is among the first `cutoff`."""
    best = max(grades.values())
    return any(grades.get(found) == best for found in ranking[:cutoff])


def mean(values: Iterable[float]) -> float:
    """Return the arithmetic mean, NaN of nothing."""
    every = list(values)
    return math.fsum(every) / len(every) if every else math.nan


def _dcg(grades: Iterable[int]) -> float:
    return math.fsum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
