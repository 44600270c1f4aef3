"""Command ``calibrate``: from a district with a history to a posterior beside it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import completion
from cli.run import Json, Lang, language

if TYPE_CHECKING:
    from calibration.posterior.calibrate import CalibrationPlan
    from sim.posterior import Posterior

#: Rows at which a calibration stops when nobody says otherwise; most stand before.
MOST_ROWS = 1200


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(calibrate)


def calibrate(
    district: completion.District,
    past: Annotated[
        str | None,
        typer.Option(
            help="Scenario of what was decided in the past; default: past.yaml beside the district.",
            autocompletion=completion.scenarios,
        ),
    ] = None,
    stock: Annotated[str | None, typer.Option(help="Month of the membership stock to begin from, YYYY-MM.")] = None,
    seed: Annotated[int, typer.Option(help="Seed; same seed, same posterior.")] = 1,
    rows: Annotated[int, typer.Option(help="Simulations at most; it stops when they no longer matter.")] = MOST_ROWS,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Folder of the simulations; default outputs/DISTRICT-calibration.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the posterior; default: beside the district.")] = None,
    drop_faulty: Annotated[
        bool, typer.Option("--drop-faulty", help="Leave out rows of the history that contradict others.")
    ] = False,
    lang: Lang = "id",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only where the posterior is.")] = False,
    as_json: Json = False,
) -> None:
    """Calibrate the model to the district's own monthly history; `prakira run` uses the result from then on.

    A calibration that was stopped goes on where it was when the same command is given again.
    """
    from calibration.posterior.calibrate import CalibrationPlan
    from cli.calibration_answer import answer, as_json_object
    from districts.faults import UserError
    from reports.calibration import write_calibration_page
    from sim.posterior import posterior_folder

    language(lang)
    if jobs is not None and not 1 <= jobs <= 1024:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="jobs", value=jobs, least=1, most=1024)  # fmt: skip
    plan = CalibrationPlan(district, past, stock, seed, rows, drop_faulty)
    folder = posterior_folder(district) if out is None else out
    try:
        found, seconds = _computed(plan, table, jobs, lang, quiet or as_json)
    except KeyboardInterrupt:
        _resumable(lang)
        raise
    found.save(folder)
    page = write_calibration_page(found, folder, lang)
    if as_json:
        typer.echo(json.dumps(as_json_object(found, folder, page, seconds, lang), ensure_ascii=False, indent=1))
    elif quiet:
        typer.echo(str(folder))
    else:
        typer.echo(answer(found, district, folder, page, seconds, out is not None, lang))


def _computed(
    plan: CalibrationPlan, table: Path | None, jobs: int | None, lang: str, silent: bool
) -> tuple[Posterior, float]:
    """The posterior with its diagnostics, and the seconds that all of it took."""
    import time

    from calibration.posterior.calibrate import calibrate as computed
    from calibration.posterior.calibrate import default_table, prepare
    from calibration.posterior.diagnostics import diagnosed
    from cli.progress import compile_first, shown
    from districts.text import translator
    from scenarios.workers import cores

    _, began = translator(lang), time.monotonic()
    ready = prepare(plan)
    where = table or default_table(ready)
    count = cores() if jobs is None else jobs
    if not silent and table is None:
        typer.echo(_("Simulations are kept in {folder}").format(folder=where))
    compile_first(lang, silent)
    with shown(lang, silent, "{done} of at most {total} simulations") as progress:
        found = computed(ready, where, count, progress)
    with shown(lang, silent, "checking: {done} of {total} simulations") as progress:
        return diagnosed(found, count, progress), time.monotonic() - began


def _resumable(lang: str) -> None:
    """Says that nothing is lost."""
    from districts.text import translator

    _ = translator(lang)
    print(_("The simulations so far are kept; the same command goes on from there."), file=sys.stderr)
