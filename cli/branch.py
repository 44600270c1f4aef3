"""``prakira run A B C --branch NAME``: the districts of a BPJS branch, one run each, then what they add up to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from scenarios.plan import RunPlan


def run_branch(
    name: str, districts: Sequence[str], plan: RunPlan, out: Path | None, jobs: int | None, resume: bool,
    actual: Path | None, lang: str, quiet: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run ``plan`` for each of ``districts`` into a folder of its own, write the branch's files and print its answer.

    Whatever is wrong with any of them is told before anything is computed.
    """
    from cli.branch_answer import answer
    from cli.progress import compile_first, shown
    from cli.run import next_folder, warn
    from districts.text import translator
    from reports.branch.record import summary
    from reports.branch.write import write_branch
    from reports.write import write_outputs
    from scenarios.branch.actual import actual_of
    from scenarios.branch.plan import check_folder, check_name, command_of, prepare_branch
    from scenarios.plan import with_second_run
    from scenarios.run import execute
    from scenarios.workers import cores

    _, silent = translator(lang), quiet or as_json
    check_name(name)
    ready = [with_second_run(one) for one in prepare_branch(plan, districts)]
    warn([fault for one in ready for fault in one.warnings], lang, silent)
    known = actual_of([one.district for one in ready], actual)
    folder = out or next_folder(Path("outputs") / name, resume)
    check_folder(folder, ready, resume)
    if not silent and out is None:
        typer.echo(_("Results go to {folder}").format(folder=folder))
    compile_first(lang, silent)
    with ExitStack() as opened:
        stores = []
        for number, one in enumerate(ready, 1):
            if not silent:
                told = _("{district} ({number} of {count})")
                print(told.format(district=one.district.title, number=number, count=len(ready)), file=sys.stderr)
            inside = folder / one.district.name
            with shown(lang, silent) as progress:
                stores.append(opened.enter_context(execute(
                    one.plan, inside, cores() if jobs is None else jobs, resume, progress, prepared=one,
                )))  # fmt: skip
            write_outputs(inside, lang)
        scenario = ready[0].scenarios[0].name
        record, written = write_branch(folder, name, stores, scenario, command_of(name, ready), known, lang)
    if as_json:
        told_files = [str(path) for path in written]
        typer.echo(json.dumps({**summary(record), "folder": str(folder), "files": told_files}, ensure_ascii=False,
                              indent=1))  # fmt: skip
    elif quiet:
        typer.echo(str(folder))
    else:
        typer.echo(answer(record, folder, written, lang))
