"""`holotype search`: what was found, and why, as a table."""

from typing import Any

import orjson
from rich.table import Table
from rich.text import Text

from app.cli.asking import Unanswered, ask
from app.cli.terminal import fail, out, say

QUERY = """
query Search($text: String!, $mode: SearchMode!, $first: Int!) {
  search(text: $text, mode: $mode, first: $first) {
    totalCount
    indexedThrough
    degraded { code message }
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
    try:
        found = ask(url, QUERY, {"text": text, "mode": mode, "first": limit})["search"]
    except Unanswered as unanswered:
        fail(str(unanswered))
    if as_json:
        out.out(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode(), highlight=False)
        return
    for reason in found["degraded"]:
        say(f"{reason['code']}: {reason['message']}")
    if not found["edges"]:
        out.print("nothing was found")
        return
    out.print(answer_table(found))
    out.print(f"{len(found['edges'])} of {found['totalCount']:,} found")


def answer_table(found: dict[str, Any]) -> Table:
    """Return the table of an answer: the models with their scores and reasons."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("score", justify="right")
    table.add_column("model", style="cyan", overflow="fold", min_width=20)
    table.add_column("task", overflow="fold")
    table.add_column("words", justify="right")
    table.add_column("meaning", justify="right")
    table.add_column("matched", overflow="fold")
    for edge in found["edges"]:
        node, why = edge["node"], edge["why"]
        table.add_row(
            str(edge["rank"]),
            _number(edge["score"]),
            Text(f"{node['namespace']['name']}/{node['name']}"),
            Text(node["task"] or ""),
            _number(why["words"]),
            _number(why["meaning"]),
            Text(_words(why["matched"])),
        )
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _words(matched: list[dict[str, Any]]) -> str:
    """Return the words that were found, each once."""
    words = dict.fromkeys(word.lower() for field in matched for word in field["words"])
    return ", ".join([*list(words)[:WORDS_SHOWN], *(["..."] if len(words) > WORDS_SHOWN else [])])
