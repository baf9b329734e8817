"""Tables as people and programs read them."""

import csv
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table

from app.cli.client.formats import Format
from app.cli.terminal import out


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a table.

    Attributes:
        best: Whether it is the best of its row.
        dim: Whether it matters less than others.
    """

    text: str
    best: bool = False
    dim: bool = False

    @property
    def marked(self) -> str:
        """The text, with a star where it is the best: colours are not everywhere."""
        return f"{self.text} *" if self.best else self.text


MISSING = Cell("-", dim=True)
"""Stands where there is nothing."""

Rows = Sequence[Sequence[Cell]]
_BEGIN_NUMBERS = tuple("0123456789+")


def print_table(headers: Sequence[str], rows: Rows, shape: Format) -> None:
    """Print a table in a format other than JSON."""
    if shape is Format.TABLE:
        _print_for_people(headers, rows)
    else:
        out.out(_WRITERS[shape](headers, rows), highlight=False, end="")


def _print_for_people(headers: Sequence[str], rows: Rows) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, header in enumerate(headers):
        numeric = any(row[place].text[:1] in _BEGIN_NUMBERS for row in rows)
        table.add_column(header, justify="right" if place and numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"[{_style(cell)}]{_plain(cell.marked)}[/]" for cell in row))
    out.print(table)


def _style(cell: Cell) -> str:
    return "bold green" if cell.best else "dim" if cell.dim else "default"


def _plain(text: str) -> str:
    """Keep what looks like markup from being taken for it."""
    return text.replace("[", "\\[")


def _as_csv(headers: Sequence[str], rows: Rows) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(["" if cell is MISSING else cell.text for cell in row] for row in rows)
    return written.getvalue()


def _as_markdown(headers: Sequence[str], rows: Rows) -> str:
    lines = [headers, ["---"] * len(headers), *([_bold(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(_in_pipes(text) for text in line)} |\n" for line in lines)


def _bold(cell: Cell) -> str:
    return f"**{cell.text}**" if cell.best else cell.text


def _in_pipes(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def _as_html(headers: Sequence[str], rows: Rows) -> str:
    head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
    body = "".join(f"<tr>{''.join(map(_in_html, row))}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _in_html(cell: Cell) -> str:
    text = html.escape(cell.text).replace("\n", "<br>")
    return f"<td><strong>{text}</strong></td>" if cell.best else f"<td>{text}</td>"


_WRITERS: dict[Format, Callable[[Sequence[str], Rows], str]] = {
    Format.CSV: _as_csv,
    Format.MARKDOWN: _as_markdown,
    Format.HTML: _as_html,
}
