"""What the calculators share: a table on the terminal, JSON, a CSV written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from districts.faults import UserError

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
#: Signs in a line, and between two columns of a table.
WIDTH, _GAP = 80, 2
#: A cell of at most so many signs is not wrapped; a word of more is.
_FIGURE, _LONGEST = 20, 40


def neutral(cell: str) -> str:
    """``cell`` such that a spreadsheet reads text as text: a quote before a leading = + - @, tab or return.

    Plain numbers stay as they are.
    """
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(cell) else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Header and rows as CSV (comma, LF); None is an empty cell, text cells are neutralised."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([neutral(name) for name in header])
    for row in rows:
        writer.writerow(["" if cell is None else neutral(str(cell)) for cell in row])
    return buffer.getvalue()


def print_json(value: Any) -> None:
    """``value`` as JSON on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=1))


def one_output(out: str | None, as_json: bool) -> None:
    """Raises ``UserError`` where JSON and CSV are both asked for on standard output."""
    if out == "-" and as_json:
        raise UserError("--json and --out - exclude each other")


def write_out(text: str, out: str) -> None:
    """Write ``text`` to the file ``out``, whole or not at all; "-" is standard output. Raises ``UserError``."""
    if out == "-":
        sys.stdout.write(text)
        return
    target = Path(out)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise UserError("{file} cannot be written: {reason}", file=out, reason=error.strerror) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        # mkstemp makes files for the owner alone; a result file follows the user's umask.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, target)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise UserError("{file} cannot be written: {reason}", file=out, reason=error.strerror) from None


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, keys: int = 1) -> None:
    """A table of at most 80 columns, on a terminal and in a pipe alike: see :func:`table_lines`."""
    for line in table_lines(header, list(rows), left, keys):
        print(line)


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1, keys: int = 1) -> list[str]:
    """A table in lines of at most 80 signs, its first ``left`` columns aligned left, the others right.

    Words wrap within their column, figures never. Columns that do not fit beside the others come in a table of their
    own beneath, the first ``keys`` columns repeated.
    """
    table = [list(header), *map(list, rows)]
    least = [max(_least(row[at], head=row is table[0]) for row in table) for at in range(len(header))]
    natural = [max(len(line) for row in table for line in (row[at].split("\n"))) for at in range(len(header))]
    blocks = _blocks([width + _GAP for width in least], keys)
    lines: list[str] = []
    for block in blocks:
        widths = _widths([least[at] for at in block], [natural[at] for at in block])
        told = [_row([row[at] for at in block], widths, [at < left for at in block], row is table[0]) for row in table]
        rule = "─" * (sum(widths) + _GAP * (len(widths) - 1))
        lines += [*([""] if lines else []), *told[0], rule, *(line for row in told[1:] for line in row)]
    return lines


def _blocks(widths: Sequence[int], keys: int) -> list[list[int]]:
    """The columns of each table when one does not hold them all: as few tables as fit the line, about as wide as each
    other. ``widths`` hold the gap before a column."""

    def within(room: int) -> list[list[int]]:
        found: list[list[int]] = []
        for at in range(keys, len(widths)):
            if not found or sum(widths[one] for one in (*found[-1], at)) - _GAP > room:
                found.append(list(range(keys)))
            found[-1].append(at)
        return found

    fewest = len(within(WIDTH))
    return next(blocks for room in range(WIDTH + 1) if len(blocks := within(room)) == fewest)


def _least(cell: str, head: bool) -> int:
    """The narrowest column that ``cell`` fits: heads and texts wrap at blanks, figures do not."""
    parts = re.split("[ \n]", cell) if head or len(cell) > _FIGURE else cell.split("\n")
    return min(max(map(len, parts), default=0), _LONGEST)


def _widths(least: Sequence[int], natural: Sequence[int]) -> list[int]:
    """The columns' widths: what is left of the line goes to those that lack least."""
    widths, free = list(least), WIDTH - sum(least) - _GAP * (len(least) - 1)
    for at in sorted(range(len(least)), key=lambda at: natural[at] - least[at]):
        more = max(0, min(free, natural[at] - least[at]))
        widths[at] += more
        free -= more
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], to_left: Sequence[bool], head: bool) -> list[str]:
    """The lines of one row; those of a head stand on its last line, others on their first."""
    columns = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    depth = max(map(len, columns))
    blank = [[""] * (depth - len(column)) for column in columns]
    filled = [[*space, *column] if head else [*column, *space] for column, space in zip(columns, blank, strict=True)]
    return [
        (" " * _GAP)
        .join(
            line.ljust(width) if first else line.rjust(width)
            for line, width, first in zip(lines, widths, to_left, strict=True)
        )
        .rstrip()
        for lines in zip(*filled, strict=True)
    ]


def _wrapped(cell: str, width: int) -> list[str]:
    """The lines of a cell; an empty one has one."""
    lines = [line for part in cell.split("\n") for line in textwrap.wrap(part, width, break_on_hyphens=False)]
    return lines or [""]


class Lang(StrEnum):
    """The languages of what is printed."""

    id = "id"
    en = "en"


def wrapped(text: str, indent: str = "    ", hanging: str | None = None) -> str:
    """``text`` in lines of at most 80 signs, each after ``indent``, those after the first after ``hanging``; addresses
    are left whole."""
    hanging = indent if hanging is None else hanging
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False,
                         break_long_words="://" not in text)  # fmt: skip
