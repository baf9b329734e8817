"""What filters of versions mean, in the plainest way."""

from collections.abc import Callable
from typing import Any

from app.db.text import fold, fold_term


def text_holds(match: dict[str, Any], held: list[str], folded: Callable[[str], str] = fold) -> bool:
    [(way, wanted)] = match.items()
    known = [folded(one) for one in held]
    match way:
        case "exists":
            return bool(known) is wanted
        case "in":
            return not {folded(text) for text in wanted}.isdisjoint(known)
        case "equals":
            return folded(wanted) in known
        case "contains":
            return any(folded(wanted) in one for one in known)
    return any(one.startswith(folded(wanted)) for one in known)


def number_holds(match: dict[str, float], held: float | None) -> bool:
    ways: dict[str, Callable[[float, float], bool]] = {
        "equals": lambda a, b: a == b,
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    return all(held is not None and ways[way](held, bound) for way, bound in match.items())


def time_holds(match: dict[str, str], held: str | None) -> bool:
    ways = {"after": lambda a, b: a > b, "before": lambda a, b: a < b}
    return all(held is not None and ways[way](held, bound) for way, bound in match.items())


def property_holds(match: dict[str, Any], held: list[dict[str, Any]], key: str) -> bool:
    values = [one["value"] for one in held if one[key] == match["key"]]
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return (
        bool(values)
        and ("text" not in match or text_holds(match["text"], texts))
        and ("number" not in match or any(number_holds(match["number"], number) for number in numbers))
        and ("boolean" not in match or match["boolean"] in [one for one in values if isinstance(one, bool)])
    )


def metric_holds(match: dict[str, Any], held: list[dict[str, Any]]) -> bool:
    key = match["key"]
    return any(
        fold_term(one["name"]) == fold_term(key["name"])
        and ("dataset" not in key or _folded(key["dataset"]) == _folded(one["dataset"]))
        and ("split" not in key or key["split"] == one["split"])
        and ("source" not in key or key["source"] == one["source"])
        and ("conditions" not in key or key["conditions"] == one["conditions"])
        and number_holds(match["value"], one["value"])
        for one in held
    )


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


def holds(name: str, wanted: Any, one: dict[str, Any]) -> bool:
    ways: dict[str, Callable[[], bool]] = {
        "and": lambda: all(admits(item, one) for item in wanted),
        "or": lambda: any(admits(item, one) for item in wanted),
        "not": lambda: not admits(wanted, one),
        "model": lambda: model_holds(wanted, one),
        "state": lambda: "READY" in wanted,
        "tag": lambda: property_holds(wanted, one["tags"], "key"),
        "param": lambda: property_holds(wanted, one["params"], "name"),
        "metric": lambda: metric_holds(wanted, one["metrics"]),
        "releasedAt": lambda: time_holds(wanted, one.get("releasedAt")),
        "number": lambda: number_holds(wanted, one["rank"]),
        "parameterCount": lambda: number_holds(wanted, one.get("parameterCount")),
        "sizeBytes": lambda: number_holds(wanted, one.get("sizeBytes")),
        "alias": lambda: text_holds(wanted, one["aliases"]),
    }
    return ways.get(name, lambda: text_holds(wanted, [one[name]] if name in one else []))()


def model_holds(wanted: dict[str, Any], one: dict[str, Any]) -> bool:
    ways: dict[str, Callable[[Any], bool]] = {
        "name": lambda match: text_holds(match, [one["modelName"]]),
        "framework": lambda match: text_holds(match, [one["modelFramework"]]),
        "tag": lambda match: property_holds(match, one["modelTags"], "key"),
    }
    return all(ways[name](match) for name, match in wanted.items())


def admits(wanted: dict[str, Any], one: dict[str, Any]) -> bool:
    """Say whether a filter admits a version, by what it states."""
    return all(holds(name, given, one) for name, given in wanted.items())
