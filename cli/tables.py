"""What the calculators share: a table on the terminal, a CSV written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from districts.faults import UserError

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


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


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> None:
    """A table on the terminal, the first ``left`` columns aligned left; never cut when the output is a pipe."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(header):
        table.add_column(
            Text(name), justify="left" if position < left else "right", overflow="fold", no_wrap=position == 0
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=240)
    console.print(table)


class Lang(StrEnum):
    """The languages of what is printed."""

    id = "id"
    en = "en"


def wrapped(text: str, indent: str = "    ", hanging: str | None = None) -> str:
    """``text`` in lines of at most 80 signs, each after ``indent``, those after the first after ``hanging``."""
    hanging = indent if hanging is None else hanging
    return textwrap.fill(text, 80, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False)
