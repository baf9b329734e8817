"""`holotype search`: what was found, and why."""

from collections.abc import Iterator
from typing import Any

from app.cli.client.asking import Unanswered, ask
from app.cli.client.targets import model_name
from app.cli.terminal import USAGE, fail, out, print_json, say

QUERY = """
query Search($text: String!, $mode: SearchMode!, $first: Int!) {
  search(text: $text, mode: $mode, first: $first) {
    totalCount
    indexedThrough
    degraded { code message }
    suggestions
    edges {
      rank
      score
      node { id name displayName task namespace { name } }
      why { words meaning matched { field words } }
    }
  }
}
"""
WORDS_SHOWN = 8


def show_search(url: str, text: str, *, mode: str, limit: int, as_json: bool) -> None:
    """Ask the API and print the answer."""
    if not text.strip():
        fail('say what is looked for, in plain words: holotype search "German sentiment"', USAGE)
    try:
        found = ask(url, QUERY, {"text": text, "mode": mode, "first": limit})["search"]
    except Unanswered as unanswered:
        fail(str(unanswered), unanswered.code)
    if as_json:
        print_json(found)
        return
    for reason in found["degraded"]:
        say(reason["message"])
    if mode == "HYBRID" and found["edges"] and not any(map(_shares_words, found["edges"])):
        say("none of these has a word of it; they are near by meaning")
    if found["suggestions"]:
        out.out(f"Did you mean: {' | '.join(found['suggestions'])}", highlight=False)
    if not found["edges"]:
        out.print("nothing was found")
        return
    for edge in found["edges"]:
        for line in _lines(edge):
            out.out(line, highlight=False)
    out.print(f"{len(found['edges'])} of {found['totalCount']:,} found")


def _shares_words(edge: dict[str, Any]) -> bool:
    return bool(edge["why"]["matched"])


def _lines(edge: dict[str, Any]) -> Iterator[str]:
    """Yield a model with its score, and below it why it was found; no width breaks a name."""
    node, why = edge["node"], edge["why"]
    task = f"  {node['task']}" if node["task"] else ""
    yield f"{edge['rank']:>3}  {edge['score']:.2f}  {model_name(node)}{task}"
    parts = [_part("words", why["words"]), _part("meaning", why["meaning"]), _words(why["matched"])]
    if reasons := ", ".join(filter(None, parts)):
        yield f"           {reasons}"


def _part(name: str, value: float | None) -> str:
    return "" if value is None else f"{name} {value:.2f}"


def _words(matched: list[dict[str, Any]]) -> str:
    """Return the words that were found, each once."""
    words = dict.fromkeys(word.lower() for field in matched for word in field["words"])
    shown = [*list(words)[:WORDS_SHOWN], *(["..."] if len(words) > WORDS_SHOWN else [])]
    return f"matched {' '.join(shown)}" if shown else ""
