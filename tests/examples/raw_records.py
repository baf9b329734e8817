"""Small raw records, as model collections state them."""

from typing import Any

from examples.model_zoo.convert import Raw

Record = dict[str, Any]


def model(name: str, source: str = "zoo", **stated: Any) -> Record:
    """Return a raw model record; its identifier is the source and the name unless stated."""
    return {
        "source": source,
        "source_id": f"{source}/{name}",
        "kind": "model",
        "name": name,
        "display_name": name,
        "tags": [],
        "params": {},
        "metrics": [],
        "task_norm": [],
        "domain_norm": [],
        "metadata_license": "MIT",
    } | stated


def dataset(name: str, **stated: Any) -> Record:
    """Return a raw dataset record."""
    return {
        "source": "mteb",
        "source_id": f"mteb-task/{name}",
        "kind": "dataset",
        "name": name,
        "tags": [],
    } | stated


def edge(parent: str, child: str, relation: str = "fine_tuned_from", **stated: Any) -> Record:
    """Return a raw lineage edge from a parent to its child."""
    return {"from": parent, "to": child, "relation": relation, "source": child.split("/", 1)[0]} | stated


def use(name: str, child: str, relation: str = "trained_on", **stated: Any) -> Record:
    """Return a raw edge from a dataset to a model."""
    return edge("dataset:" + name.lower(), child, relation, dataset=name) | stated


def raw(models: list[Record], lineage: list[Record] | None = None, **rest: list[Record]) -> Raw:
    """Return raw records with a source entry for each source of the models."""
    sources = [
        {"source": source, "repository": f"org/{source}", "metadata_license": "MIT"}
        for source in dict.fromkeys(record["source"] for record in models)
    ]
    return Raw(
        models=models,
        datasets=rest.get("datasets", []),
        lineage=lineage or [],
        dataset_edges=rest.get("dataset_edges", []),
        sources=sources,
    )
