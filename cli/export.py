"""Command ``export``: the tidy table of a run as CSV or Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import completion


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(export)


def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", autocompletion=completion.runs)],
    out: Annotated[str, typer.Option(help="FILE.csv, FILE.parquet, or - for standard output (CSV).")],
    scenario: Annotated[
        list[str] | None, typer.Option(help="Only this scenario; repeat it.", autocompletion=completion.scenarios)
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(
            help="Only district, facility, segment or hospital; repeat it.",
            autocompletion=completion.words("district", "facility", "segment", "hospital"),
        ),
    ] = None,
    indicator: Annotated[list[str] | None, typer.Option(help="Only this indicator; repeat it.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: id or en.")] = "id",
) -> None:
    """Write the tidy table scenario, replicate, month, level, place, indicator, value."""
    from cli.run import language
    from scenarios.store import RunStore
    from scenarios.tidy import Choice, write_csv, write_file

    language(lang)
    with RunStore.open(folder) as store:
        choice = Choice.of(store, scenario, level, indicator)
        if out != "-":
            write_file(store, choice, Path(out))
            return
        try:
            write_csv(store, choice, typer.get_text_stream("stdout"))
        except BrokenPipeError:  # the reader, such as head, has enough
            import os
            import sys

            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
