"""Commands ``expand`` and ``fork``: a finished run taken up again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.run import Json, Lang

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.", autocompletion=completion.runs)]
Where = Annotated[
    str | None, typer.Option("--district", help="The district of the run; default: the name it had then.")
]
PosteriorFolder = Annotated[
    Path | None, typer.Option(help="Folder of the run's posterior; default: the one beside the district.")
]
Jobs = Annotated[int | None, typer.Option(help="Processes; default: one per core.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only where the files are.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to ``app``."""
    for command in (expand, fork):
        app.command()(command)


def expand(
    folder: Run,
    replicates: Annotated[int | None, typer.Option(help="Replicates that the run shall have in all.")] = None,
    until_width: Annotated[
        str | None,
        typer.Option(help="Until the interval of the need at 80 % is no wider than this share of it, such as 5%."),
    ] = None,
    most: Annotated[int, typer.Option(help="Replicates at most, with --until-width.")] = 1000,
    district: Where = None,
    posterior: PosteriorFolder = None,
    jobs: Jobs = None,
    lang: Lang = "id",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Add replicates to a finished run: as if it had been asked for with so many, and nothing is computed twice."""
    from cli.progress import compile_first, shown
    from cli.run import language, tell
    from districts.faults import UserError
    from districts.text import percent, translator
    from scenarios.again import expand as expanded
    from scenarios.again import expand_until, relative_width, reopened
    from scenarios.workers import cores

    _, silent = translator(language(lang)), quiet or as_json
    if (replicates is None) == (until_width is None):
        raise UserError("say either --replicates or --until-width")
    width = None if until_width is None else _share(until_width)
    ready = reopened(folder, district, None if posterior is None else str(posterior))
    compile_first(lang, silent)
    processes = cores() if jobs is None else jobs
    with shown(lang, silent) as progress:
        if replicates is not None:
            store = expanded(folder, ready, replicates, processes, progress)
        else:
            assert width is not None
            store = expand_until(folder, ready, width, most, processes, progress)
    with store:
        tell(store, folder, lang, quiet, as_json)
        if width is not None and not silent:
            found = relative_width(store)
            text = (_("The interval of the need is {width} wide, with {count} replicates.") if found <= width else
                    _("The interval of the need is still {width} wide with {count} replicates, the most that was "
                      "allowed; --most allows more."))  # fmt: skip
            typer.echo(text.format(width=percent(found, lang, 1), count=store.manifest["replicates"]))


def fork(
    folder: Run,
    at: Annotated[str, typer.Option(help="Month from which on the scenarios decide, YYYY-MM.")],
    scenario: Annotated[list[str], typer.Option(help="Name or file of a scenario; repeat it. +N counts from --at.",
                                                autocompletion=completion.scenarios)],
    of: Annotated[
        str | None, typer.Option(help="Scenario of the run that holds until then; default: its first.")
    ] = None,
    keep_states: Annotated[
        bool, typer.Option("--keep-states", help="Keep the states at that month beside the run, for the next fork.")
    ] = False,
    district: Where = None,
    posterior: PosteriorFolder = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the fork; default RUN-MONTH.")] = None,
    jobs: Jobs = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a fork that was stopped.")] = False,
    lang: Lang = "id",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """From one month of a finished run on, decide otherwise: one past, many futures under the same luck."""
    from cli.progress import compile_first, shown
    from cli.run import language, next_folder, tell
    from districts.text import translator
    from scenarios.again import fork as forked
    from scenarios.again import reopened
    from scenarios.run import execute
    from scenarios.workers import cores

    _, silent = translator(language(lang)), quiet or as_json
    folder = folder if folder.name else folder.resolve()
    ready = forked(
        folder, reopened(folder, district, None if posterior is None else str(posterior)), at, tuple(scenario), of,
        keep_states,
    )  # fmt: skip
    target = out or next_folder(folder.with_name(f"{folder.name}-{at}"), resume)
    if not silent and out is None:
        typer.echo(_("Results go to {folder}").format(folder=target))
    compile_first(lang, silent)
    with shown(lang, silent) as progress:
        store = execute(ready.plan, target, cores() if jobs is None else jobs, resume, progress, prepared=ready)
    with store:
        tell(store, target, lang, quiet, as_json)


def _share(text: str) -> float:
    """ "5%" as 0.05. Raises ``UserError`` for anything that is no percentage."""
    from districts.faults import UserError

    try:
        return float(text.strip().removesuffix("%").replace(",", ".")) / 100
    except ValueError:
        raise UserError("{text} is no percentage; write it like 5%", text=text) from None
