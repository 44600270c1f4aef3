"""The command ``backtest``: how far off the forecasts of a district would have been."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import completion
from cli.run import Json, Lang, language

_NAME, _DISTANCE, _FIGURE, _INSIDE = 21, 6, 8, 12


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(backtest)


def backtest(
    district: Annotated[
        str | None,
        typer.Argument(
            help="A folder, an .xlsx file or the name of a shipped example.", autocompletion=completion.districts
        ),
    ] = None,
    past: Annotated[
        str | None,
        typer.Option(help="Scenario of what was decided in the history.", autocompletion=completion.scenarios),
    ] = None,
    stock: Annotated[str | None, typer.Option(help="Month of the stock before the history, YYYY-MM.")] = None,
    origins: Annotated[
        int | None, typer.Option(help="Months of the past to forecast from, at most; default: 8, of --series 24.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="Months ahead.")] = 12,
    draws: Annotated[int, typer.Option(help="Replicates of each forecast.")] = 60,
    rows: Annotated[int | None, typer.Option(help="Simulations to fit with; default: those of the posterior.")] = None,
    latest: Annotated[bool, typer.Option("--latest", help="Begin at the latest stock, as a run does.")] = False,
    drop_faulty: Annotated[
        bool, typer.Option("--drop-faulty", help="Leave out rows of the history that contradict others.")
    ] = False,
    series: Annotated[
        Path | None, typer.Option(help="CSV with place, indicator, month, value: score simple forecasts of it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed; that of the calibration.")] = 1,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    table: Annotated[Path | None, typer.Option(help="Folder of the stored simulations.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the posterior and the record; default: beside the district.")
    ] = None,
    lang: Lang = "id",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only where the record is.")] = False,
    as_json: Json = False,
) -> None:
    """Forecast a district's past, month by month, and print how far off Prakira and simple forecasts were."""
    from districts.faults import UserError
    from scenarios.workers import cores

    language(lang)
    if jobs is not None and not 1 <= jobs <= 1024:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="jobs", value=jobs, least=1, most=1024)  # fmt: skip
    jobs = cores() if jobs is None else jobs
    if series is not None:
        from cli.backtest_series import backtest_series

        backtest_series(series, horizon, origins, jobs, lang, quiet, as_json)
        return
    if district is None:
        raise UserError("name a district, or a file with --series")
    from calibration.backtesting.backtest import ORIGINS, BacktestPlan, run_origins
    from calibration.backtesting.track_record import assemble, save
    from calibration.posterior.calibrate import CalibrationPlan, default_table, prepare
    from cli.progress import compile_first, shown
    from districts.text import translator

    _ = translator(lang)
    calibration = CalibrationPlan(district, past, stock, seed, drop_faulty=drop_faulty)
    plan = BacktestPlan(calibration, ORIGINS if origins is None else origins, horizon, draws, rows, latest, out)
    plan.check()
    ready = prepare(calibration)
    compile_first(lang, quiet)
    folder = table or default_table(ready)
    with shown(lang, quiet or as_json) as progress:
        found = run_origins(plan, ready, folder, jobs, progress)
    record = assemble(plan, found)
    path = save(record, plan.beside)
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False, indent=1))
    elif quiet:
        typer.echo(str(path))
    else:
        for line in printed(record, lang):
            typer.echo(line)
        typer.echo("")
        typer.echo(textwrap.fill(_("Kept in {path}; the reports of the next run show it.").format(path=path), 80,
                                 break_long_words=False, break_on_hyphens=False))  # fmt: skip


def printed(record: Mapping[str, Any], lang: str = "id") -> Iterator[str]:
    """The table and what it means, at most 80 columns wide."""
    from districts.text import translator
    from reports.reliability import SHOWN, how_made, how_to, lines_of, method_words, winners

    _ = translator(lang)
    yield from _wrapped(_("How far off were forecasts of this district? Mean miss; * the least of a line."))
    yield ""
    yield from _head([method_words(name, lang) for name in SHOWN], lang)
    lead: list[str] = []
    before = None
    for line in lines_of(record, lang):
        if line.what != before:
            yield from lead
            lead, before = textwrap.wrap(line.what, _NAME - 1), line.what
        figures = ""
        for name in SHOWN:
            text = line.misses.get(name, "–")
            text = f"{text}*" if name == line.least else f"{text} "
            cell = text.rjust(_FIGURE)
            figures += typer.style(cell, bold=True) if name == line.least else cell
        inside = (line.inside or "–").rjust(_INSIDE)
        yield f"{lead.pop(0) if lead else '':<{_NAME}}{line.distance:>{_DISTANCE}} {figures}{inside}"
    yield from lead
    yield ""
    for text in (*filter(None, [how_to(record, lang)]), *winners(record, lang), *how_made(record, lang)):
        yield from _wrapped(text)


def _head(names: list[str], lang: str) -> Iterator[str]:
    """The two lines above the table."""
    from districts.text import translator

    _ = translator(lang)
    cells = [textwrap.wrap(f"{name} ", _FIGURE - 1) for name in names]
    inside = textwrap.wrap(_("inside 8 in 10"), _INSIDE - 2)
    distance = textwrap.wrap(_("months ahead"), _DISTANCE)
    depth = max(len(cell) for cell in (*cells, inside, distance))

    def at(cell: list[str], row: int) -> str:
        short = depth - len(cell)
        return cell[row - short] if row >= short else ""

    for row in range(depth):
        what = _("what is forecast") if row == depth - 1 else ""
        yield (f"{what:<{_NAME}}{at(distance, row):>{_DISTANCE}} "
               + "".join(f"{at(cell, row)} ".rjust(_FIGURE) for cell in cells)
               + at(inside, row).rjust(_INSIDE)).rstrip()  # fmt: skip
    yield "─" * 80


def _wrapped(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, 80, break_on_hyphens=False) or [""]
