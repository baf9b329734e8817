"""A sample of a converted file that is small, connected and varied.

    python -m examples.model_zoo.sample FULL.jsonl OUT.jsonl.gz [--models 2000]

Models are chosen in this order, each once, until there are enough; the same input gives the same bytes.

1. Families, up to a third: models connected by lineage, the largest family first; one that does not fit is
   passed over.
2. Models with several versions, up to a half: the namespaces in turn, in each those with the most versions
first.
3. What people look for: of every domain 10 models, of every task 3 and of every language that a model has to
   itself 8 (English aside), or all there are; those with values on the most shared datasets first, for
   languages those with the longest description.
4. Models with values on shared datasets: the namespaces in turn, in each those with values on the most of
them.

Shared datasets are the 100 on which the most models have values.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from examples.model_zoo.names import natural
from examples.model_zoo.records import Record, read_lines, write_lines

Key = tuple[str, str]
"""Namespace and name of a model."""

SHARED_DATASETS = 100
PER_DOMAIN, PER_TASK, PER_LANGUAGE = 10, 3, 8
MODELS = 2000


def key_of(model: Record) -> Key:
    """Return the namespace and name of a model line, or of the `model` of a lineage reference."""
    return model["namespace"], model["name"]


def choose(models: list[Record], lineage: Iterable[Record], wanted: int) -> set[Key]:
    """Choose models by the rule of this module.

    Args:
        models: Model lines.
        lineage: Lineage lines.
        wanted: How many models to choose.

    Returns:
        Their keys: `wanted` of them, or fewer where the rule finds no more.
    """
    weight = _weights(models)
    chosen: dict[Key, None] = {}
    for family in families(lineage):
        if len(chosen) + len(family) <= wanted // 3:
            chosen |= dict.fromkeys(family)
    several = [model for model in models if len(model["versions"]) > 1]
    _add(
        chosen,
        _in_turn(several, lambda model: (-len(model["versions"]), *weight[key_of(model)])),
        wanted // 2,
    )
    for need in _needs(models, weight):
        _add(chosen, need, wanted)
    measured = [model for model in models if weight[key_of(model)][0] < 0]
    _add(chosen, _in_turn(measured, lambda model: weight[key_of(model)]), wanted)
    return set(chosen)


def _add(chosen: dict[Key, None], keys: Iterable[Key], limit: int) -> None:
    for key in keys:
        if len(chosen) >= limit:
            return
        chosen[key] = None


def _in_turn(models: Iterable[Record], rank: Callable[[Record], tuple[object, ...]]) -> Iterator[Key]:
    """Yield the models of each namespace by rank, one of each namespace at a time."""
    queues: defaultdict[str, list[Record]] = defaultdict(list)
    for model in models:
        queues[model["namespace"]].append(model)
    ranked = [sorted(queues[namespace], key=rank) for namespace in sorted(queues)]
    for place in range(max(map(len, ranked), default=0)):
        for queue in ranked:
            if place < len(queue):
                yield key_of(queue[place])


def _weights(models: list[Record]) -> dict[Key, tuple[int, int, object]]:
    """Rank each model by shared datasets it has values on, by values, by name; the least comes first."""
    measured = {key_of(model): _datasets(model) for model in models}
    use = Counter(dataset for datasets in measured.values() for dataset in datasets)
    shared = {
        dataset for dataset, _ in sorted(use.items(), key=lambda item: (-item[1], item[0]))[:SHARED_DATASETS]
    }
    return {
        key_of(model): (
            -len(measured[key_of(model)] & shared),
            -sum(len(version.get("metrics", [])) for version in model["versions"]),
            natural("/".join(key_of(model))),
        )
        for model in models
    }


def _datasets(model: Record) -> set[str]:
    metrics = (metric for version in model["versions"] for metric in version.get("metrics", []))
    return {metric["dataset"] for metric in metrics if "dataset" in metric}


def _needs(models: list[Record], weight: dict[Key, tuple[int, int, object]]) -> Iterator[list[Key]]:
    """Yield, for each domain, task and language, the models that stand for it."""
    by_need: defaultdict[tuple[int, str], list[Record]] = defaultdict(list)
    for model in models:
        for domain in model.get("domains", []):
            by_need[PER_DOMAIN, domain].append(model)
        if task := model.get("task"):
            by_need[PER_TASK, task].append(model)
        if len(languages := model.get("languages", [])) == 1 and languages != ["en"]:
            by_need[PER_LANGUAGE, languages[0]].append(model)
    for (count, _), those in sorted(by_need.items(), key=lambda item: (-item[0][0], item[0][1])):
        told = count == PER_LANGUAGE
        ranked = sorted(
            those,
            key=lambda model: (-len(model.get("description", "")) if told else 0, *weight[key_of(model)]),
        )
        yield [key_of(model) for model in ranked[:count]]


def families(lineage: Iterable[Record]) -> list[list[Key]]:
    """Return the models that lineage connects, the largest family first, each in the order of its names."""
    near: defaultdict[Key, set[Key]] = defaultdict(set)
    for edge in lineage:
        ends = [key_of(end["model"]) for end in (edge["downstream"], edge["upstream"]) if "model" in end]
        if len(set(ends)) > 1:
            near[ends[0]].add(ends[1])
            near[ends[1]].add(ends[0])
    found: list[list[Key]] = []
    seen: set[Key] = set()
    for start in sorted(near):
        if start not in seen:
            family = _reachable(start, near)
            seen |= family
            found.append(sorted(family))
    return sorted(found, key=lambda family: (-len(family), family[0]))


def _reachable(start: Key, near: dict[Key, set[Key]]) -> set[Key]:
    reached, front = {start}, [start]
    while front:
        for neighbour in near[front.pop()] - reached:
            reached.add(neighbour)
            front.append(neighbour)
    return reached


def sample(lines: Iterable[Record], wanted: int = MODELS) -> list[Record]:
    """Return the lines of a converted file that a sample needs.

    These are the chosen models with every version and value, the edges that lead up from them, and the
    namespaces, metric definitions and datasets they name. A parent outside the sample becomes an external
    node under its `source_id`.

    Args:
        lines: The lines of a converted file.
        wanted: How many models.
    """
    by_type: defaultdict[str, list[Record]] = defaultdict(list)
    for line in lines:
        by_type[line["type"]].append(line)
    chosen = choose(by_type["model"], by_type["lineage"], wanted)
    models = [model for model in by_type["model"] if key_of(model) in chosen]
    edges = list(_edges(by_type["lineage"], by_type["model"], chosen))
    used = {edge["upstream"]["dataset"]["name"] for edge in edges if "dataset" in edge["upstream"]}
    used |= {dataset for model in models for dataset in _datasets(model)}
    measures = {
        m["name"] for model in models for version in model["versions"] for m in version.get("metrics", [])
    }
    namespaces = {model["namespace"] for model in models}
    return [
        *by_type["header"],
        *(line for line in by_type["namespace"] if line["name"] in namespaces),
        *by_type["task"],
        *(line for line in by_type["metricDefinition"] if line["name"] in measures),
        *(line for line in by_type["dataset"] if line["name"] in used),
        *models,
        *edges,
    ]


def _edges(lineage: Iterable[Record], models: Iterable[Record], chosen: set[Key]) -> Iterator[Record]:
    source_ids = {key_of(model): model["tags"]["source_id"] for model in models}
    for edge in lineage:
        upstream = edge["upstream"]
        if key_of(edge["downstream"].get("model", {"namespace": "", "name": ""})) not in chosen:
            continue
        if "model" in upstream and key_of(upstream["model"]) not in chosen:
            upstream = {"external": source_ids[key_of(upstream["model"])][upstream["version"] - 1]}
        yield edge | {"upstream": upstream}


def attribution(lines: Iterable[Record]) -> str:
    """Return a Markdown table of the sources in a file: models, where the records are from, licence."""
    lines = list(lines)
    models = Counter(line["namespace"] for line in lines if line["type"] == "model")
    rows = [
        f"| {line['name']} | {models[line['name']]} | {line['description']} |"
        for line in lines
        if line["type"] == "namespace"
    ]
    return "\n".join(["| namespace | models | source |", "|---|---|---|", *rows])


def main() -> None:
    """Write a sample and print what is in it, with the attribution its README carries."""
    parser = argparse.ArgumentParser(description=sample.__doc__, prog="python -m examples.model_zoo.sample")
    parser.add_argument("full", type=Path, help="converted file, .jsonl or .jsonl.gz")
    parser.add_argument("out", type=Path, help="sample to write")
    parser.add_argument("--models", type=int, default=MODELS, help="how many models (default 2000)")
    arguments = parser.parse_args()
    lines = sample(read_lines(arguments.full), arguments.models)
    write_lines(arguments.out, lines)
    counts = Counter(line["type"] for line in lines)
    print(", ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    print(f"{arguments.out.stat().st_size:,} bytes\n\n{attribution(lines)}")


if __name__ == "__main__":
    main()
