"""Command ``optimise``: the cheapest mix of levers that keeps stated chances under a ceiling."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import completion
from cli.run import Json, Lang, language

if TYPE_CHECKING:
    from scenarios.optimise.ask import Asked
    from scenarios.optimise.optimise import Outcome


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(optimise)


def optimise(
    district: completion.District,
    ceiling: Annotated[
        str | None, typer.Option(help="Most money of the year, rupiah; default: the district's own line of that year.")
    ] = None,
    status_chance: Annotated[float, typer.Option(help="Least chance of UHC status in every month of the year.")] = 0.8,
    kbk_share: Annotated[float, typer.Option(help="Least share of the year's full capitation that is paid.")] = 0.9,
    certainty: Annotated[float, typer.Option(help="Chance with which money and KBK share are to suffice.")] = 0.8,
    year: Annotated[int | None, typer.Option(help="The year; default: the first whole one that is simulated.")] = None,
    lever: Annotated[
        list[str] | None,
        typer.Option(
            help="LEVER.FIELD=LOW:HIGH: a number that may move; repeat it.", autocompletion=completion.lever_numbers
        ),
    ] = None,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            help="A scenario that may be taken or left, or LEVER.FIELD of a yes or no; repeat it.",
            autocompletion=completion.scenarios,
        ),
    ] = None,
    levers_from: Annotated[
        str | None, typer.Option(help="Scenario file with the costs and dates of the levers; else the library's.")
    ] = None,
    base: Annotated[
        str, typer.Option(help="Scenario of what is decided anyway.", autocompletion=completion.scenarios)
    ] = "baseline",
    stock: Annotated[str | None, typer.Option(help="Month of the membership stock, YYYY-MM.")] = None,
    start: Annotated[str | None, typer.Option(help="First month decided, YYYY-MM; default: after the stock.")] = None,
    runs: Annotated[int, typer.Option(help="Simulations of the search.")] = 2000,
    replicates: Annotated[int, typer.Option(help="Replicates of each mix in the search.")] = 20,
    confirm: Annotated[int, typer.Option(help="Fresh replicates that check the chosen mix.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed; same seed, same answer.")] = 1,
    posterior: Annotated[
        Path | None, typer.Option(help="Folder of a posterior; default: the one beside the district, if there is one.")
    ] = None,
    prior: Annotated[bool, typer.Option("--prior", help="Use no posterior, as if never calibrated.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; default outputs/DISTRICT-optimum.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an optimisation that was stopped.")] = False,
    lang: Lang = "id",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only where the files are.")] = False,
    as_json: Json = False,
) -> None:
    """Find the cheapest mix of levers that keeps UHC status and the KBK share with stated chances under a ceiling.

    The chosen mix is computed again with fresh luck and fresh parameters; the chance printed is that one.
    """
    from cli.optimise_answer import answer
    from districts.faults import UserError
    from scenarios.optimise.ask import Asked
    from scenarios.optimise.optimise import Effort
    from scenarios.optimise.targets import Targets

    language(lang)
    if jobs is not None and not 1 <= jobs <= 1024:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="jobs", value=jobs, least=1, most=1024)  # fmt: skip
    asked = Asked(
        district, ceiling, Targets(0, status_chance, kbk_share, certainty), tuple(lever or ()), tuple(switch or ()),
        levers_from, base, start, year, Effort(runs, replicates, confirm), seed, stock,
        None if posterior is None else str(posterior), prior,
    )  # fmt: skip
    try:
        outcome, folder, seconds = _found(asked, out, jobs, resume, lang, quiet or as_json)
    except KeyboardInterrupt:
        _resumable(lang)
        raise
    from reports.optimum import write_optimum

    told, written = write_optimum(outcome, folder, lang)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif quiet:
        typer.echo(str(folder))
    else:
        typer.echo(answer(told, outcome.problem.manifest, folder, written, seconds, lang))


def _found(
    asked: Asked, out: Path | None, jobs: int | None, resume: bool, lang: str, silent: bool
) -> tuple[Outcome, Path, float]:
    """The outcome, its folder, and the seconds that all of it took."""
    import time

    from cli.progress import compile_first, shown
    from districts.text import translator
    from scenarios.optimise.ask import prepared
    from scenarios.optimise.optimise import optimise as computed
    from scenarios.workers import cores
    from sim.simulate import simulate

    _, began = translator(lang), time.monotonic()
    problem, targets = prepared(asked)
    folder = out or Path("outputs") / f"{problem.ready.district.name}-optimum"
    _check_folder(folder, resume)
    if not silent and out is None:
        typer.echo(_("Results go to {folder}").format(folder=folder))
    compile_first(lang, silent)
    folder.mkdir(parents=True, exist_ok=True)
    with shown(lang, silent, "{done} of at most {total} simulations") as progress:
        tell = progress or (lambda _: None)
        outcome = computed(problem, targets, asked.effort, folder, cores() if jobs is None else jobs, simulate, tell)
    return outcome, folder, time.monotonic() - began


def _check_folder(folder: Path, resume: bool) -> None:
    """Raises ``UserError`` for a folder that holds something, unless it is to be gone on with."""
    from districts.faults import UserError

    if folder.exists() and not resume and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError("{folder} is not empty; add --resume to go on with its search, or choose another --out",
                        folder=folder)  # fmt: skip


def _resumable(lang: str) -> None:
    """Says that nothing is lost."""
    from districts.text import translator

    _ = translator(lang)
    print(_("The simulations so far are kept; the same command with --resume goes on from there."), file=sys.stderr)
