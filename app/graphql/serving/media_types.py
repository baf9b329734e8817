"""Which media type an answer has: what the Accept header of its request prefers.

See "GraphQL over HTTP", https://graphql.github.io/graphql-over-http/draft/, and RFC 9110, section 12.5.1.
"""

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"

_PREFERENCES = {
    GRAPHQL: (GRAPHQL,),
    # Clients that name no type at all are as old as the type that everybody knew.
    JSON: (JSON, "application/*", "*/*"),
}


def preferred(accept: str | None) -> str | None:
    """Return the media type that an Accept header prefers; None where it admits neither.

    With the same weight, the type of GraphQL goes before plain JSON where it is named.
    """
    if accept is None or not accept.strip():
        return JSON
    weights = _weights(accept)
    found = {
        media_type: next((weights[name] for name in names if name in weights), 0.0)
        for media_type, names in _PREFERENCES.items()
    }
    best = max(found, key=lambda media_type: found[media_type])
    return best if found[best] > 0 else None


def _weights(accept: str) -> dict[str, float]:
    """Return the weight of each media range; what cannot be read as a weight counts as 1."""
    weights = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights[media_range] = next((_weight(value) for value in parameters if value.startswith("q=")), 1.0)
    return weights


def _weight(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 1.0
