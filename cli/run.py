"""Commands ``run`` and ``month``."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import completion
from cli.tables import wrapped

if TYPE_CHECKING:
    from districts.faults import Fault
    from scenarios.store import RunStore

Lang = Annotated[
    str, typer.Option(help="Language of the output: id or en.", autocompletion=completion.words("id", "en"))
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to ``app``."""
    for command in (run, month):
        app.command()(command)


def run(
    district: Annotated[list[str], typer.Argument(
        metavar="DISTRICT…", help="A folder, an .xlsx file or the name of a shipped example; several with --branch.",
        autocompletion=completion.districts)],
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Add the districts up as a BPJS branch of this name.")
    ] = None,
    actual: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="What became true in past months of a branch: month, district, facility, "
                     "and capitation, heads or claims."),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="Name or file of a scenario; repeat it. Without it the main ones, the district's own line "
                     "among them where it has one; of a branch, told in the first one named, baseline.",
                     autocompletion=completion.scenarios),
    ] = None,
    stock: Annotated[str | None, typer.Option(help="Month of the membership stock, YYYY-MM.")] = None,
    start: Annotated[str | None, typer.Option(help="First reported month, YYYY-MM.")] = None,
    months: Annotated[int, typer.Option(help="Reported months.")] = 24,
    replicates: Annotated[int, typer.Option(help="Replicates; a certainty needs 100.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed; same seed, same results.")] = 1,
    luck_only: Annotated[bool, typer.Option("--luck-only", help="Hold parameters and shocks at their centre.")] = False,
    blocks: Annotated[
        bool,
        typer.Option(
            "--blocks/--no-blocks",
            help="Tell which part of the model the uncertainty comes from, where a certainty is told.",
        ),
    ] = True,
    posterior: Annotated[
        Path | None, typer.Option(help="Folder of a posterior; default: the one beside the district, if there is one.")
    ] = None,
    prior: Annotated[bool, typer.Option("--prior", help="Use no posterior, as if never calibrated.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; default outputs/DISTRICT.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    trace: Annotated[
        str | None,
        typer.Option(help="facility:NAME or household:NUMBER: print what happened to it in the first scenario."),
    ] = None,
    lang: Lang = "id",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only where the files are.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Simulate scenarios month by month, write tables, charts and report, and print a short answer.

    With --branch the districts are run one after the other and then added up: capitation by facility, claims by
    hospital, the cash call by month, and how far last month's forecast missed.
    """
    from cli.progress import compile_first, shown
    from districts.text import translator
    from scenarios.plan import RunPlan, prepare, with_second_run
    from scenarios.run import execute
    from scenarios.tracing import subject, traced
    from scenarios.workers import cores

    _, silent = translator(language(lang)), quiet or as_json
    _one_or_branch(district, branch, actual, trace)
    plan = RunPlan(
        district[0], tuple(scenario or ()), start, months, replicates, seed, luck_only, stock,
        blocks=blocks, posterior=None if posterior is None else str(posterior), prior=prior,
    )  # fmt: skip
    if branch is not None:
        from cli.branch import run_branch
        from scenarios.branch.plan import SCENARIOS

        plan = replace(plan, scenarios=tuple(scenario or SCENARIOS))
        run_branch(branch, district, plan, out, jobs, resume, actual, lang, quiet, as_json)
        return
    ready = with_second_run(prepare(plan))
    warn(ready.warnings, lang, silent)
    folder = out or next_folder(Path("outputs") / ready.district.name, resume)
    if not silent and out is None:
        typer.echo(_("Results go to {folder}").format(folder=folder))
    compile_first(lang, silent)
    events = traced(ready, subject(trace, ready), lang) if trace else ""
    with shown(lang, silent) as progress:
        store = execute(ready.plan, folder, cores() if jobs is None else jobs, resume, progress, prepared=ready)
    with store:
        tell(store, folder, lang, quiet, as_json)
    if trace:
        name = "-".join(re.findall(r"[\w-]+", trace))
        (folder / f"{name}.txt").write_text(events, encoding="utf-8")
        if not as_json:
            typer.echo(events)


def _one_or_branch(districts: list[str], branch: str | None, actual: Path | None, trace: str | None) -> None:
    """Raises ``UserError`` for what goes only with a branch, or only without one."""
    from districts.faults import UserError

    if branch is None and len(districts) > 1:
        raise UserError("several districts are run as a branch: add --branch NAME, or run one at a time")
    if branch is None and actual is not None:
        raise UserError("--actual goes with --branch")
    if branch is not None and trace is not None:
        raise UserError("--trace is for one district without --branch")


def warn(warnings: list[Fault], lang: str, silent: bool) -> None:
    """Tells on standard error, unless ``silent``, what does no harm but is hardly meant."""
    from districts.text import translator

    for fault in () if silent else dict.fromkeys(warnings):
        print(wrapped(translator(lang)("Warning: {text}").format(text=fault.describe(lang)), "", "  "), file=sys.stderr)


def month(lang: Lang = "id", as_json: Json = False) -> None:
    """Print the steps of one simulated month, in order."""
    from districts.text import translator
    from sim.month import STEPS

    _ = translator(language(lang))
    rows = [
        {"name": step.name, "day": step.day, "text": step.text_id if lang == "id" else step.text_en} for step in STEPS
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for number, row in enumerate(rows, 1):
        day = _("day {day}").format(day=row["day"]) if row["day"] else _("last day")
        typer.echo(f"{number:2}. {row['name']} ({day})")
        typer.echo(wrapped(str(row["text"])))


def language(lang: str) -> str:
    """``lang`` if the program speaks it. Raises ``UserError`` otherwise."""
    from districts.faults import UserError
    from districts.text import LANGUAGES

    if lang not in LANGUAGES:
        raise UserError("unknown language {lang}; known: {known}", lang=lang, known=", ".join(LANGUAGES))
    return lang


def tell(store: RunStore, folder: Path, lang: str, quiet: bool, as_json: bool = False) -> None:
    """Writes the reports of the run in ``folder`` and prints its short answer, its record, or only where it is."""
    from cli.answer import answer
    from cli.run_record import run_record
    from reports.write import write_outputs

    written = write_outputs(folder, lang)
    if as_json:
        typer.echo(json.dumps(run_record(store, folder, written), ensure_ascii=False, indent=1))
    else:
        typer.echo(str(folder) if quiet else answer(store, folder, written, lang))


def next_folder(base: Path, resume: bool) -> Path:
    """``base`` with the next free number; the last one that exists, to go on with it. Raises ``UserError`` where there
    is none to go on with."""
    from districts.faults import UserError

    number = 1

    def numbered(which: int) -> Path:
        return base if which == 1 else base.with_name(f"{base.name}-{which}")

    while numbered(number).exists():
        number += 1
    if not resume:
        return numbered(number)
    if number == 1:
        raise UserError("there is no run in {folder} to go on with", folder=base)
    return numbered(number - 1)
